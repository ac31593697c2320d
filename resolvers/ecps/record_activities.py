"""The mutation recordActivities: what connected systems report that ECPs did."""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from db.ecps.activity_changes import add_activities
from db.ecps.activity_reads import ECPS_BY_CODE, STORED_ACTIVITIES, NamedEcpRow, StoredActivityRow
from db.sessions import Writing
from domain.ecps.activities import (
    Activity,
    ActivityOutcome,
    activity_problems,
    ecp_problem,
    mismatch_problem,
    report_problems,
)
from domain.ecps.facts import EcpStatus
from domain.events import EventKind
from domain.failures import Problem
from domain.text import has_unprintable
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.validation import reject_invalid


class RecordActivities(Struct, frozen=True):
    """Record what a system reports under its name."""

    source: str
    activities: Sequence[Activity]


class ActivityResult(Struct, frozen=True):
    """What became of one activity; a rejected one has problems, with paths from the root of the arguments."""

    external_id: str
    outcome: ActivityOutcome
    problems: tuple[Problem, ...] = ()


class _Entry(Struct, frozen=True):
    """One activity of a report: what would be stored of it, or what is wrong with it."""

    index: int
    external_id: str
    row: StoredActivityRow | None
    problems: tuple[Problem, ...]

    def refused(self, *problems: Problem) -> ActivityResult:
        """The answer to what is not recorded."""
        found = tuple(problem.under("input", "activities", str(self.index)) for problem in problems)
        return ActivityResult(self.external_id, ActivityOutcome.REJECTED, found)


async def record_activities(operation: Operation, command: RecordActivities) -> list[ActivityResult]:
    """Record each activity that is new; the same again changes nothing, and what is wrong with one rejects that one.

    A system's external id stands for one activity: with other content it is rejected. The answers are in the order of
    the activities. Four statements, however many there are. Raises InvalidInput for a report that makes no sense.
    """
    source = command.source.strip()
    reject_invalid(report_problems(source, command.activities))
    activities = [_tidy(activity) for activity in command.activities]
    async with operation.writing() as session:
        ecps = await _ecps(session, activities)
        entries = [_entry(index, activity, ecps, operation) for index, activity in enumerate(activities)]
        # Of several with one id the first one counts.
        first = {entry.external_id: entry for entry in reversed(entries) if entry.row is not None}
        rows = {key: entry.row for key, entry in first.items() if entry.row is not None}
        added = await _add(operation, session, source, rows)
        stored = {**rows, **await _stored(session, source, rows.keys() - added)}
    new = {first[external_id].index for external_id in added}
    return [_result(entry, stored, is_new=entry.index in new) for entry in entries]


def _tidy(activity: Activity) -> Activity:
    code = activity.ecp_code.strip().upper()
    return Activity(
        external_id=activity.external_id.strip(), ecp_code=code, kind=activity.kind, occurred_at=activity.occurred_at
    )


async def _ecps(session: Writing, activities: Sequence[Activity]) -> dict[str, NamedEcpRow]:
    codes = sorted({activity.ecp_code for activity in activities if not has_unprintable(activity.ecp_code)})
    return {row.code: row for row in await session.fetch(ECPS_BY_CODE, codes=codes)}


def _entry(index: int, activity: Activity, ecps: Mapping[str, NamedEcpRow], operation: Operation) -> _Entry:
    ecp = ecps.get(activity.ecp_code)
    of_ecp = ecp_problem(None if ecp is None else EcpStatus(ecp.status))
    problems = (*activity_problems(activity, operation.now), *(() if of_ecp is None else (of_ecp,)))
    if problems or ecp is None:
        return _Entry(index=index, external_id=activity.external_id, row=None, problems=problems)
    row = StoredActivityRow(
        external_id=activity.external_id, ecp_id=ecp.id, kind=activity.kind, occurred_at=activity.occurred_at
    )
    return _Entry(index=index, external_id=activity.external_id, row=row, problems=())


async def _add(operation: Operation, session: Writing, source: str, rows: Mapping[str, StoredActivityRow]) -> set[str]:
    """The external ids of those that are new. One event tells of all of them."""
    account_id = operation.viewer.account_id
    added = await add_activities(session, source, list(rows.values()), account_id, operation.now)
    if added:
        await append_event(operation, session, EventKind.ECP_ACTIVITIES_RECORDED, account_id)
    return added


async def _stored(session: Writing, source: str, external_ids: Collection[str]) -> dict[str, StoredActivityRow]:
    if not external_ids:
        return {}
    rows = await session.fetch(STORED_ACTIVITIES, source=source, external_ids=list(external_ids))
    return {row.external_id: row for row in rows}


def _result(entry: _Entry, stored: Mapping[str, StoredActivityRow], *, is_new: bool) -> ActivityResult:
    if entry.row is None:
        return entry.refused(*entry.problems)
    if is_new:
        return ActivityResult(entry.external_id, ActivityOutcome.RECORDED)
    if stored[entry.external_id] == entry.row:
        return ActivityResult(entry.external_id, ActivityOutcome.DUPLICATE)
    return entry.refused(mismatch_problem())
