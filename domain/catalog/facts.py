"""The basic types of the catalog: kinds of vendors, levels of geographies, and schemes that a change affects."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Struct


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


# Of all affected schemes, the failure lists as many.
LISTED_SCHEMES: Final = 20


class AffectedState(StrEnum):
    """Why a change of the catalog matters to a scheme."""

    IN_FORCE = "IN_FORCE"
    SCHEDULED = "SCHEDULED"
    SUBMITTED = "SUBMITTED"


class AffectedScheme(Struct, frozen=True):
    """A scheme or revision that a change affects, with the number of its enrolled ECPs whom the change concerns."""

    id: UUID
    code: str
    revision: int
    title: str
    state: AffectedState
    enrolled_ecps: int
