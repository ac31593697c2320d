"""Sentences about ECPs, from stored facts: an ECP reads “you” where others read its code."""

from typing import assert_never

from domain.ecps.stored_facts import (
    EcpMoved,
    EcpPlaceMoved,
    EcpRegistered,
    EcpReinstated,
    EcpSuspended,
    EcpTierChanged,
    EcpVerified,
    StoredEcpFact,
)
from domain.stored_facts import Reader
from domain.text import add_reason


def ecp_sentence(fact: StoredEcpFact, reader: Reader) -> str:
    """Write what happened to an ECP for this reader."""
    own = fact.ecp_id == reader.ecp_id
    match fact:
        case EcpRegistered(code=code, place=place):
            return f"{code} registered in {place} and is waiting for verification."
        case EcpVerified(code=code, tier=tier):
            return f"{'You are' if own else f'{code} is'} verified as {tier}."
        case EcpTierChanged(code=code, tier=tier):
            return f"{'Your tier' if own else f'The tier of {code}'} is now {tier}."
        case EcpReinstated(code=code, tier=tier):
            return f"{'You are' if own else f'{code} is'} active again as {tier}."
        case EcpSuspended(code=code, reason=reason):
            return add_reason("You are suspended" if own else f"{code} is suspended", reason)
        case EcpMoved() | EcpPlaceMoved():
            return _move_sentence(fact, own=own)
        case _:
            assert_never(fact)


def _move_sentence(fact: EcpMoved | EcpPlaceMoved, *, own: bool) -> str:
    if isinstance(fact, EcpMoved):
        return f"{'Your place' if own else f'The place of {fact.code}'} is now {fact.place}."
    where = "is now a country" if fact.parent is None else f"now belongs to {fact.parent}"
    return f"{fact.place}, where {'you work' if own else f'{fact.code} works'}, {where}."
