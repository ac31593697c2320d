"""Loaders of the facts that guards of schemes check, and of the actions that the guards allow."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from db.schemes import reads as statements
from db.schemes.execution_reads import QUANTITIES_BY_SCHEME
from db.schemes.revision_reads import STANDINGS
from db.sessions import Fetching
from db.settlements.reads import OPEN_BY_SCHEME
from domain.calendar import Calendar
from domain.coupons.quantities import CouponQuantities
from domain.permissions import Permission
from domain.schemes.facts import CouponStanding, OpenSettlement, SchemeStanding
from domain.schemes.guards import SCHEME_GUARDS, SchemeAction
from domain.schemes.stages import WizardStepState
from domain.settlements.facts import SettlementStatus
from resolvers.context import Operation
from resolvers.loading import align_many, align_one
from resolvers.schemes.execution_facts import build_quantities
from resolvers.schemes.standing_facts import build_standing

_EXECUTING: Final = (Permission.COUPON_GENERATE, Permission.CONSIGNMENT_MANAGE, Permission.COUPON_VOID)


async def actions_by_scheme(operation: Operation, ids: list[UUID]) -> list[list[SchemeAction]]:
    """Load the actions that the viewer may take on each scheme now, by the same guards as the mutations.

    Coupons and settlements are read only for viewers who may do something with them.
    """
    standings = await standings_by_scheme(operation, ids, operation.now, await operation.calendar())
    if any(operation.viewer.may(permission) for permission in _EXECUTING):
        standings = await _count_coupons(operation, ids, standings)
    if operation.viewer.may(Permission.POINTS_SETTLE):
        standings = await add_settlements(operation, ids, standings)
    return [list(SCHEME_GUARDS.allowed(standing, operation.viewer)) for standing in standings]


async def _count_coupons(
    operation: Operation, ids: list[UUID], standings: Sequence[SchemeStanding]
) -> list[SchemeStanding]:
    """Complete the standings of schemes with coupons; others have none to count."""
    rows = await operation.fetch(QUANTITIES_BY_SCHEME, ids=ids)
    groups = align_many(ids, [(row.scheme_id, build_quantities(row)) for row in rows], lambda pair: pair[0])
    return [
        replace(standing, coupons=_sum_up([each for _, each in group])) if standing.coupons else standing
        for standing, group in zip(standings, groups, strict=True)
    ]


async def add_settlements(
    fetching: Fetching, ids: list[UUID], standings: Sequence[SchemeStanding]
) -> list[SchemeStanding]:
    """Complete the standings of schemes by their open settlements."""
    rows = await fetching.fetch(OPEN_BY_SCHEME, ids=ids)
    found = {row.scheme_id: OpenSettlement(row.number, SettlementStatus(row.status)) for row in rows}
    return [
        replace(standing, open_settlement=found.get(scheme_id))
        for scheme_id, standing in zip(ids, standings, strict=True)
    ]


def _sum_up(quantities: Sequence[CouponQuantities]) -> CouponStanding:
    return CouponStanding(
        shortfall=sum(each.shortfall for each in quantities),
        available=sum(each.available for each in quantities),
        allocated=sum(each.allocated for each in quantities),
    )


async def standings_by_scheme(
    fetching: Fetching, ids: list[UUID], now: datetime, calendar: Calendar
) -> list[SchemeStanding]:
    """Load the facts that guards check, for each scheme. All of the schemes must exist."""
    sections = align_many(ids, await fetching.fetch(statements.SECTIONS_BY_SCHEME, ids=ids), lambda row: row.scheme_id)
    schemes = {row.id: row for row in await fetching.fetch(STANDINGS, ids=ids)}
    submissions = align_one(
        ids, await fetching.fetch(statements.SUBMISSIONS_BY_SCHEME, ids=ids), lambda row: row.scheme_id
    )
    return [
        build_standing(
            schemes[scheme_id],
            submission,
            rows,
            now,
            calendar,
            ready=all(row.state == WizardStepState.COMPLETE for row in rows),
        )
        for scheme_id, rows, submission in zip(ids, sections, submissions, strict=True)
    ]
