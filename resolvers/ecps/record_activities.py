"""The mutation recordActivities: activities of ECPs that connected systems report."""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from db.ecps.activity_changes import add_activities
from db.ecps.activity_reads import ECPS_BY_CODE, STORED_ACTIVITIES, NamedEcpRow, StoredActivityRow
from db.sessions import Writing
from domain.codes import normalize_code
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
from domain.text import has_unprintable, text_key, trim_text
from domain.timestamps import Malformed
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.validation import reject_invalid


class RecordActivities(Struct, frozen=True):
    """Record the activities that the system `source` reports."""

    source: str
    activities: Sequence[Activity]


class ActivityResult(Struct, frozen=True):
    """The outcome of one activity; a rejected one has problems, with paths from the root of the arguments."""

    external_id: str
    outcome: ActivityOutcome
    problems: tuple[Problem, ...] = ()


class _Entry(Struct, frozen=True):
    """One activity of a report: the row to store, or its problems."""

    index: int
    external_id: str
    row: StoredActivityRow | None
    problems: tuple[Problem, ...]

    def reject(self, *problems: Problem) -> ActivityResult:
        """Build the result of an activity that is not recorded."""
        found = tuple(problem.under("input", "activities", str(self.index)) for problem in problems)
        return ActivityResult(self.external_id, ActivityOutcome.REJECTED, found)


async def record_activities(operation: Operation, command: RecordActivities) -> list[ActivityResult]:
    """Record each new activity. A duplicate changes nothing, and a problem rejects only its own activity.

    An external id with different content than before is rejected. The results are in the order of the activities.
    Runs four statements for any number of activities. Raises InvalidInput for a malformed report.
    """
    source = trim_text(command.source)
    reject_invalid(report_problems(source, command.activities))
    activities = [_normalize(activity) for activity in command.activities]
    async with operation.writing() as session:
        ecps = await _load_ecps(session, activities)
        entries = [_check_entry(index, activity, ecps, operation) for index, activity in enumerate(activities)]
        # The first of several activities with one id counts.
        first = {entry.external_id: entry for entry in reversed(entries) if entry.row is not None}
        rows = {key: entry.row for key, entry in first.items() if entry.row is not None}
        added = await _insert(operation, session, source, rows)
        stored = {**rows, **await _load_stored(session, source, rows.keys() - added)}
    new = {first[external_id].index for external_id in added}
    return [_decide_result(entry, stored, is_new=entry.index in new) for entry in entries]


def _normalize(activity: Activity) -> Activity:
    code = normalize_code(activity.ecp_code)
    return Activity(
        external_id=activity.external_id.strip(), ecp_code=code, kind=activity.kind, occurred_at=activity.occurred_at
    )


async def _load_ecps(session: Writing, activities: Sequence[Activity]) -> dict[str, NamedEcpRow]:
    codes = sorted({activity.ecp_code for activity in activities if not has_unprintable(activity.ecp_code)})
    return {row.code: row for row in await session.fetch(ECPS_BY_CODE, codes=codes)}


def _check_entry(index: int, activity: Activity, ecps: Mapping[str, NamedEcpRow], operation: Operation) -> _Entry:
    ecp = ecps.get(activity.ecp_code)
    of_ecp = ecp_problem(None if ecp is None else EcpStatus(ecp.status))
    problems = (*activity_problems(activity, operation.now), *(() if of_ecp is None else (of_ecp,)))
    if problems or ecp is None or isinstance(activity.occurred_at, Malformed):
        return _Entry(index=index, external_id=activity.external_id, row=None, problems=problems)
    row = StoredActivityRow(
        external_id=activity.external_id, ecp_id=ecp.id, kind=activity.kind, occurred_at=activity.occurred_at
    )
    return _Entry(index=index, external_id=activity.external_id, row=row, problems=())


async def _insert(
    operation: Operation, session: Writing, source: str, rows: Mapping[str, StoredActivityRow]
) -> set[str]:
    """Insert the activities, append one event for all of them, and return the external ids of the new ones."""
    account_id = operation.viewer.account_id
    added = await add_activities(session, source, list(rows.values()), account_id, operation.now)
    if added:
        await append_event(operation, session, EventKind.ECP_ACTIVITIES_RECORDED, account_id)
    return added


async def _load_stored(session: Writing, source: str, external_ids: Collection[str]) -> dict[str, StoredActivityRow]:
    if not external_ids:
        return {}
    rows = await session.fetch(STORED_ACTIVITIES, source_key=text_key(source), external_ids=list(external_ids))
    return {row.external_id: row for row in rows}


def _decide_result(entry: _Entry, stored: Mapping[str, StoredActivityRow], *, is_new: bool) -> ActivityResult:
    if entry.row is None:
        return entry.reject(*entry.problems)
    if is_new:
        return ActivityResult(entry.external_id, ActivityOutcome.RECORDED)
    if stored[entry.external_id] == entry.row:
        return ActivityResult(entry.external_id, ActivityOutcome.DUPLICATE)
    return entry.reject(mismatch_problem())
