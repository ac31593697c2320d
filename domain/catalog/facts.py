"""The basic types of the catalog: kinds of vendors and levels of geographies."""

from enum import StrEnum


class VendorKind(StrEnum):
    """What a vendor does in the production of coupons and products."""

    PRINTER = "PRINTER"
    PACKAGER = "PACKAGER"
    FACTORY = "FACTORY"


class GeographyLevel(StrEnum):
    """The level of a geography in its tree."""

    COUNTRY = "COUNTRY"
    REGION = "REGION"
    CITY = "CITY"

    @property
    def parent_level(self) -> "GeographyLevel | None":
        """The level that the parent must have; None for a country, which has no parent."""
        return {GeographyLevel.REGION: GeographyLevel.COUNTRY, GeographyLevel.CITY: GeographyLevel.REGION}.get(self)
