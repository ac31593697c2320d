"""Compare the sources and destinations of events with the vendors that their coupons come from and go to."""

from collections.abc import Sequence
from uuid import UUID

from db.epcis.reads import PARTIES_OF_MOVEMENT
from db.epcis.rows import PartiesRow
from db.sessions import Writing
from domain.epcis.parties import PartyRole, StatedParty
from domain.failures import InvalidInput, Problem, UserErrorCode
from domain.text import quote


async def check_parties(session: Writing, parties: Sequence[StatedParty], movement_id: UUID | None) -> None:
    """Check the parties of an event that a movement has just recorded. Raises InvalidInput."""
    if not parties or movement_id is None:
        return
    (row,) = await session.fetch(PARTIES_OF_MOVEMENT, id=movement_id)
    problems = [
        Problem(UserErrorCode.CONFLICT, _sentence(party, row), party.path)
        for party in parties
        if party.vendor != _expected(party, row)
    ]
    if problems:
        raise InvalidInput(*problems)


def _expected(party: StatedParty, row: PartiesRow) -> str:
    side = row.sender if party.role is PartyRole.SOURCE else row.receiver
    return side or row.vendor


def _sentence(party: StatedParty, row: PartiesRow) -> str:
    named = f"“{party.path[0]}” names the vendor {quote(party.vendor[:64])}"
    expected = _expected(party, row)
    if row.sender is None:
        return f"{named}, but this event happened at {expected}."
    verb = "come from" if party.role is PartyRole.SOURCE else "go to"
    return f"{named}, but these coupons {verb} {expected}."
