"""The actions that the state of a scheme allows."""

from enum import StrEnum
from typing import Final

from domain.calendar import format_day
from domain.failures import Failure, IllegalState, SelfApproval
from domain.guards import Guards, first_failure
from domain.permissions import Permission
from domain.schemes.facts import SchemeStanding
from domain.schemes.failures import SCHEME_PATH, RevisionOpen, TimePassed
from domain.schemes.lifecycle_facts import Decision
from domain.settlements.failures import SettlementTooEarly, SettlementUnderway
from domain.text import join_words, quote
from domain.viewers import Viewer


class SchemeAction(StrEnum):
    """What a viewer can do to a scheme; each is the mutation that does it."""

    EDIT = "EDIT"
    SUBMIT = "SUBMIT"
    APPROVE = "APPROVE"
    REQUEST_CHANGES = "REQUEST_CHANGES"
    REJECT = "REJECT"
    REVISE = "REVISE"
    RESCHEDULE = "RESCHEDULE"
    GENERATE_COUPONS = "GENERATE_COUPONS"
    CREATE_CONSIGNMENT = "CREATE_CONSIGNMENT"
    CLOSE_SHORTFALL = "CLOSE_SHORTFALL"
    VOID_COUPONS = "VOID_COUPONS"
    SETTLE = "SETTLE"


def _edit(standing: SchemeStanding, _viewer: Viewer) -> Failure | None:
    if standing.decision is Decision.APPROVED:
        return _illegal("An approved scheme cannot be edited.")
    if standing.decision is Decision.REJECTED:
        return _illegal("A rejected scheme cannot be edited.")
    return None


def _submit(standing: SchemeStanding, _viewer: Viewer) -> Failure | None:
    closed = {Decision.APPROVED: "approved", Decision.REJECTED: "rejected"}
    if standing.decision in closed:
        return _illegal(f"The scheme is {closed[standing.decision]} and cannot be submitted again.")
    if standing.current and standing.decision is None:
        return _illegal("The scheme is already waiting for approval.")
    if not standing.ready:
        return _illegal("The scheme is not complete. Finish every step of the wizard first.")
    if standing.missed is not None:
        return TimePassed(standing.missed, "Choose a later time first", calendar=standing.calendar)
    return None


def _decide(standing: SchemeStanding, viewer: Viewer) -> Failure | None:
    if standing.submitted_by is None:
        return _illegal("The scheme has not been submitted for approval.")
    decided = {
        Decision.APPROVED: "The scheme is already approved.",
        Decision.REJECTED: "The scheme was rejected.",
        Decision.CHANGES_REQUESTED: "Changes were requested; the scheme has not been submitted again yet.",
    }
    if standing.decision is not None:
        return _illegal(decided[standing.decision])
    if standing.submitted_by == viewer.account_id:
        return SelfApproval("You submitted this scheme, so another person must decide on it.", SCHEME_PATH)
    return None if standing.current else _illegal("The scheme was edited after it was submitted.")


def _approve(standing: SchemeStanding, viewer: Viewer) -> Failure | None:
    failure = _decide(standing, viewer) or _find_authorship(standing, viewer)
    if failure is None and standing.missed is not None:
        advice = "Request changes, so that its managers choose a later time"
        return TimePassed(standing.missed, advice, calendar=standing.calendar)
    return failure


def _find_authorship(standing: SchemeStanding, viewer: Viewer) -> Failure | None:
    """The failure of an author of the submitted content, who may still request changes or reject it."""
    edited = next((found.steps for found in standing.barred if found.account_id == viewer.account_id), None)
    if edited is None:
        return None
    steps = join_words([quote(step.label) for step in edited], "and")
    noun = "revision" if standing.revises else "scheme"
    return SelfApproval(f"You edited {steps} of this {noun}, so another person must approve it.", SCHEME_PATH)


def _revise(standing: SchemeStanding, _viewer: Viewer) -> Failure | None:
    if standing.revises:
        return _illegal("This is already a revision. Revise the scheme that it belongs to.")
    if standing.decision is Decision.REJECTED:
        return _illegal("A rejected scheme cannot be revised.")
    if standing.decision is not Decision.APPROVED:
        return _illegal("The scheme is not approved yet. Edit it instead of revising it.")
    if standing.ended_on is not None:
        return _illegal(
            f"The scheme ended on {format_day(standing.ended_on)}, so a revision can no longer take effect."
        )
    if found := standing.open_revision:
        return RevisionOpen(
            number=found.number, opened_by=found.opened_by, opened_at=found.opened_at, calendar=standing.calendar
        )
    return None


def _reschedule(standing: SchemeStanding, _viewer: Viewer) -> Failure | None:
    if not standing.revises:
        return _illegal("Only a revision can be rescheduled, and this scheme is not a revision.")
    decided = {Decision.APPROVED: "is already approved", Decision.REJECTED: "was rejected"}
    if standing.decision in decided:
        return _illegal(f"The revision {decided[standing.decision]}, so its time can no longer change.")
    return None


def _execute(standing: SchemeStanding, _viewer: Viewer) -> Failure | None:
    if standing.revises:
        return _illegal("Coupons belong to the scheme itself, not to its next revision.")
    if standing.decision is not Decision.APPROVED:
        return _illegal("The scheme is not approved yet. Coupons follow its approval.")
    if standing.coupons is None:
        return _illegal("The scheme has no coupons: ECPs earn only through sales.")
    return None


def _fill_shortfall(standing: SchemeStanding, _viewer: Viewer) -> Failure | None:
    if standing.coupons and not standing.coupons.shortfall:
        return _illegal("All planned coupons of the scheme are generated. There is no shortfall.")
    return None


def _allocate(standing: SchemeStanding, _viewer: Viewer) -> Failure | None:
    if standing.coupons and not standing.coupons.available:
        return _illegal("No coupons of the scheme can be allocated now.")
    return None


def _recall(standing: SchemeStanding, _viewer: Viewer) -> Failure | None:
    if standing.coupons and not standing.coupons.allocated:
        return _illegal("Nobody has coupons of the scheme, so there is nothing to recall.")
    return None


def _settle(standing: SchemeStanding, _viewer: Viewer) -> Failure | None:
    if standing.revises:
        return _illegal("This is a revision of a scheme. Settle the scheme itself.")
    if standing.decision is not Decision.APPROVED:
        return _illegal("The scheme is not approved, so nobody has earned points in it.")
    if standing.settles_on is None:
        return _illegal("The scheme has no last day, so it cannot be settled.")
    if not standing.can_settle:
        return SettlementTooEarly(standing.settles_on)
    if (found := standing.open_settlement) is not None:
        return SettlementUnderway(found.number, found.status)
    return None


def _illegal(message: str) -> IllegalState:
    return IllegalState(message, SCHEME_PATH)


SCHEME_GUARDS: Final = Guards(
    SchemeAction,
    {
        SchemeAction.EDIT: (Permission.SCHEME_DEFINE, _edit),
        SchemeAction.SUBMIT: (Permission.SCHEME_DEFINE, _submit),
        SchemeAction.APPROVE: (Permission.SCHEME_APPROVE, _approve),
        SchemeAction.REQUEST_CHANGES: (Permission.SCHEME_APPROVE, _decide),
        SchemeAction.REJECT: (Permission.SCHEME_APPROVE, _decide),
        SchemeAction.REVISE: (Permission.SCHEME_DEFINE, _revise),
        SchemeAction.RESCHEDULE: (Permission.SCHEME_DEFINE, _reschedule),
        SchemeAction.GENERATE_COUPONS: (Permission.COUPON_GENERATE, first_failure(_execute, _fill_shortfall)),
        SchemeAction.CREATE_CONSIGNMENT: (Permission.CONSIGNMENT_MANAGE, first_failure(_execute, _allocate)),
        SchemeAction.CLOSE_SHORTFALL: (Permission.COUPON_GENERATE, first_failure(_execute, _fill_shortfall)),
        SchemeAction.VOID_COUPONS: (Permission.COUPON_VOID, first_failure(_execute, _recall)),
        SchemeAction.SETTLE: (Permission.POINTS_SETTLE, _settle),
    },
)
