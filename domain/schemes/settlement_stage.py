"""Derives the stage SETTLEMENT: it begins after the grace period, and follows the settlements of the scheme."""

from datetime import datetime
from typing import Final

from domain.permissions import Role
from domain.schemes.coupon_period import redeemable_until
from domain.schemes.lifecycle_facts import SchemeFacts, Stage, pending_stage
from domain.schemes.stages import SchemeStatus, StageKind, StageState
from domain.settlements.facts import UNDONE, SettlementStatus

_KIND: Final = StageKind.SETTLEMENT
_UNDECIDED: Final = frozenset({SettlementStatus.PREPARING, SettlementStatus.PROPOSED})
_UNPAID: Final = frozenset({SettlementStatus.APPROVED, SettlementStatus.PAYING})


def settlement(facts: SchemeFacts, at: datetime) -> Stage:
    """The stage at a time: until the grace period is over, it says on which day it begins."""
    begins_at = redeemable_until(facts.ends_on, facts.grace_days, facts.calendar)
    if facts.approved_at is None or facts.ends_on is None or begins_at is None:
        return Stage(_KIND, StageState.NOT_STARTED)
    ended_at = facts.calendar.end_of_day(facts.ends_on)
    if at < ended_at:
        return Stage(_KIND, StageState.NOT_STARTED)
    if at < begins_at:
        return Stage(
            kind=_KIND,
            state=StageState.NOT_STARTED,
            status=SchemeStatus.GRACE_PERIOD,
            since=max(ended_at, facts.approved_at),
            due_on=facts.calendar.day_of(begins_at),
        )
    return _begun(facts, max(begins_at, facts.approved_at))


def _begun(facts: SchemeFacts, since: datetime) -> Stage:
    """The stage once it has begun: the first settlement that waits for a person, or else the last one, decides."""
    for statuses, status in (
        (_UNDECIDED, SchemeStatus.SETTLEMENT_PROPOSED),
        (_UNPAID, SchemeStatus.PAYOUTS_PENDING),
    ):
        for found in facts.settlements:
            if found.status in statuses:
                proposed = found.status is SettlementStatus.PROPOSED
                return Stage(
                    kind=_KIND,
                    state=StageState.IN_PROGRESS,
                    status=status,
                    since=found.since,
                    waiting_role=Role.APPROVER if proposed else None,
                )
    settled = [found.since for found in facts.settlements if found.status is SettlementStatus.SETTLED]
    if settled:
        return Stage(kind=_KIND, state=StageState.DONE, status=SchemeStatus.SETTLED, since=max(settled), done=1)
    undone = [found.since for found in facts.settlements if found.status in UNDONE]
    return pending_stage(_KIND, SchemeStatus.SETTLEMENT_PENDING, max([since, *undone]))
