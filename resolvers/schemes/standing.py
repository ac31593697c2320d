"""Loaders of the facts that guards of schemes check, and of the actions that the guards allow."""

from datetime import datetime
from uuid import UUID

from db.schemes import reads as statements
from db.schemes.revision_reads import STANDINGS
from db.sessions import Fetching
from domain.calendar import Calendar
from domain.schemes.facts import SchemeStanding
from domain.schemes.guards import SCHEME_GUARDS, SchemeAction
from domain.schemes.stages import WizardStepState
from resolvers.context import Operation
from resolvers.loading import align_many, align_one
from resolvers.schemes.standing_facts import build_standing


async def actions_by_scheme(operation: Operation, ids: list[UUID]) -> list[list[SchemeAction]]:
    """Load the actions that the viewer may take on each scheme now, by the same guards as the mutations."""
    standings = await standings_by_scheme(operation, ids, operation.now, await operation.calendar())
    return [list(SCHEME_GUARDS.allowed(standing, operation.viewer)) for standing in standings]


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
