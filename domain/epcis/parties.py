"""The vendors that an event names as where coupons come from and go to."""

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from domain.epcis.documents import SentEvent
from domain.epcis.identifiers import Identifiers
from domain.failures import InvalidInput, Path, Problem, UserErrorCode


class PartyRole(StrEnum):
    """Whether coupons come from a party or go to it."""

    SOURCE = "source"
    DESTINATION = "destination"


class StatedParty(Struct, frozen=True):
    """A vendor that an event names by our own URI as a source or a destination."""

    role: PartyRole
    vendor: str
    path: Path


def read_parties(event: SentEvent, identifiers: Identifiers) -> Iterator[StatedParty]:
    """Read the vendors among the sources and destinations. Other identifiers name what this server does not know.

    Raises InvalidInput.
    """
    for index, party in enumerate(event.sources or ()):
        if party.source is None or party.destination is not None:
            message = "An element of “sourceList” has a “source”, and no “destination”."
            raise _misplaced(message, ("sourceList", str(index)))
        if (vendor := identifiers.read_vendor(party.source)) is not None:
            yield StatedParty(PartyRole.SOURCE, vendor, ("sourceList", str(index)))
    for index, party in enumerate(event.destinations or ()):
        if party.destination is None or party.source is not None:
            message = "An element of “destinationList” has a “destination”, and no “source”."
            raise _misplaced(message, ("destinationList", str(index)))
        if (vendor := identifiers.read_vendor(party.destination)) is not None:
            yield StatedParty(PartyRole.DESTINATION, vendor, ("destinationList", str(index)))


def _misplaced(message: str, path: Path) -> InvalidInput:
    return InvalidInput(Problem(UserErrorCode.INVALID, message, path))
