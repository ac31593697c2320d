"""Sentences about the execution of a scheme, from stored facts."""

from typing import assert_never

from domain.calendar import format_day
from domain.schemes.execution_facts import (
    ArtworkApproved,
    ArtworkRevisionRequested,
    ArtworkUploaded,
    ConsignmentCanceled,
    ConsignmentCreated,
    ConsignmentUpdated,
    CouponsGenerated,
    CouponsRecalled,
    ShortfallClosed,
    StoredArtworkActivity,
    StoredExecutionFact,
)
from domain.text import add_reason, format_count, join_words


def execution_words(fact: StoredExecutionFact, scheme: str) -> str:
    """Write what the actor did, behind the actor's name: “generated 12,000 coupons of “Monsoon Care”.”."""
    match fact:
        case CouponsGenerated() | ShortfallClosed() | CouponsRecalled():
            return _coupon_words(fact, scheme)
        case ArtworkUploaded() | ArtworkApproved() | ArtworkRevisionRequested():
            return _artwork_words(fact, scheme)
        case ConsignmentCreated():
            vendors = join_words(fact.vendors, "and")
            return f"allocated {format_count(fact.quantity, 'coupon')} of {scheme} to {vendors} in {fact.code}."
        case ConsignmentUpdated():
            return f"{_update(fact)}."
        case ConsignmentCanceled():
            rest = "are void" if fact.voided else "can be allocated again"
            coupons = format_count(fact.quantity, "coupon")
            return add_reason(f"canceled {fact.code} of {scheme}; its {coupons} {rest}", fact.reason)
        case _:
            assert_never(fact)


def _coupon_words(fact: CouponsGenerated | ShortfallClosed | CouponsRecalled, scheme: str) -> str:
    match fact:
        case CouponsGenerated():
            return f"generated {format_count(fact.quantity, 'coupon')} of {scheme}."
        case ShortfallClosed():
            coupons = f"{format_count(fact.quantity, 'missing coupon')} of {fact.sku}"
            return add_reason(f"decided not to generate {coupons} for {scheme}", fact.reason)
        case CouponsRecalled():
            return add_reason(f"recalled {format_count(fact.quantity, 'coupon')} of {scheme}", fact.reason)
        case _:
            assert_never(fact)


def _artwork_words(fact: StoredArtworkActivity, scheme: str) -> str:
    artwork = f"version {fact.version} of the artwork of {fact.sku} of {scheme}"
    match fact:
        case ArtworkUploaded():
            return add_reason(f"uploaded {artwork}", fact.note)
        case ArtworkApproved():
            instead = ", and no longer asks for a revision" if fact.withdrawn else ""
            return add_reason(f"approved {artwork} for {fact.vendor}{instead}", fact.comment)
        case ArtworkRevisionRequested():
            return add_reason(f"asked for a revision of {artwork} for {fact.vendor}", fact.comment)
        case _:
            assert_never(fact)


def _update(fact: ConsignmentUpdated) -> str:
    changes = []
    if fact.due_changed:
        due = "removed the due date of" if fact.due_on is None else f"made {format_day(fact.due_on)} the due date of"
        changes.append(f"{due} {fact.code}")
    if fact.vendors is not None:
        subject = "its chain" if changes else f"the chain of {fact.code}"
        changes.append(f"changed {subject} to {join_words(fact.vendors, 'and')}")
    return " and ".join(changes)
