"""Sentences about ECPs, from stored facts: an ECP reads “you” where others read its code."""

from typing import assert_never

from domain.ecps.stored_facts import (
    EcpLocked,
    EcpMoved,
    EcpPlaceMoved,
    EcpRegistered,
    EcpReinstated,
    EcpSuspended,
    EcpTierChanged,
    EcpUnlocked,
    EcpVerified,
    StoredEcpFact,
)
from domain.stored_facts import Reader
from domain.text import add_reason, format_count


def ecp_sentence(fact: StoredEcpFact, reader: Reader) -> str:
    """Write what happened to an ECP for this reader."""
    own = fact.ecp_id == reader.ecp_id
    match fact:
        case EcpRegistered(code=code, place=place):
            return f"{code} registered in {place} and is waiting for verification."
        case EcpVerified() | EcpTierChanged() | EcpReinstated():
            return _tier_sentence(fact, own=own)
        case EcpSuspended(code=code, reason=reason):
            return add_reason("You are suspended" if own else f"{code} is suspended", reason)
        case EcpLocked() | EcpUnlocked():
            return _lock_sentence(fact, own=own)
        case EcpMoved() | EcpPlaceMoved():
            return _move_sentence(fact, own=own)
        case _:
            assert_never(fact)


def _tier_sentence(fact: EcpVerified | EcpTierChanged | EcpReinstated, *, own: bool) -> str:
    if isinstance(fact, EcpTierChanged):
        return f"{'Your tier' if own else f'The tier of {fact.code}'} is now {fact.tier}."
    state = "verified" if isinstance(fact, EcpVerified) else "active again"
    return f"{'You are' if own else f'{fact.code} is'} {state} as {fact.tier}."


def _lock_sentence(fact: EcpLocked | EcpUnlocked, *, own: bool) -> str:
    who, may = ("You", "You can") if own else (fact.code, f"{fact.code} can")
    if isinstance(fact, EcpUnlocked):
        return add_reason(f"{may} redeem coupons again", fact.reason)
    codes = format_count(fact.wrong, "wrong code")
    task = "Ask your program manager to unlock you" if own else "Unlock the ECP if it was a mistake"
    return f"{who} tried {codes} and cannot redeem coupons now. {task}."


def _move_sentence(fact: EcpMoved | EcpPlaceMoved, *, own: bool) -> str:
    if isinstance(fact, EcpMoved):
        return f"{'Your place' if own else f'The place of {fact.code}'} is now {fact.place}."
    where = "is now a country" if fact.parent is None else f"now belongs to {fact.parent}"
    return f"{fact.place}, where {'you work' if own else f'{fact.code} works'}, {where}."
