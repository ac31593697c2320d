"""The words of the catalog: kinds of vendors and levels of geographies."""

from enum import StrEnum


class VendorKind(StrEnum):
    """What a vendor does in a chain."""

    PRINTER = "PRINTER"
    PACKAGER = "PACKAGER"
    FACTORY = "FACTORY"


class GeographyLevel(StrEnum):
    """How far down the tree a geography is."""

    COUNTRY = "COUNTRY"
    REGION = "REGION"
    CITY = "CITY"

    @property
    def parent_level(self) -> "GeographyLevel | None":
        """The level that a parent must have; None for a country, which has no parent."""
        return {GeographyLevel.REGION: GeographyLevel.COUNTRY, GeographyLevel.CITY: GeographyLevel.REGION}.get(self)
