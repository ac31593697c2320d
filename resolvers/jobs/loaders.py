"""Loaders of jobs, of their labels, and of the actions that the viewer may take on them."""

from typing import Any
from uuid import UUID

from db.jobs.reads import jobs_by_id as select_jobs_by_id
from db.jobs.rows import JobRow
from domain.jobs.facts import JobFacts, JobStatus
from domain.jobs.guards import JOB_GUARDS, JobAction
from domain.jobs.sentences import status_label
from domain.permissions import Permission
from domain.viewers import Viewer
from resolvers.context import Operation
from resolvers.loading import align_one


def scope_parameters(viewer: Viewer) -> dict[str, Any]:
    """The parameters of the statements that see only the viewer's own jobs; empty for a viewer who sees all."""
    return {} if viewer.may(Permission.JOB_MANAGE) else {"account_id": viewer.account_id}


async def jobs_by_id(operation: Operation, ids: list[UUID]) -> list[JobRow | None]:
    """Load jobs; None for unknown ids and for jobs that the viewer may not see."""
    scope = scope_parameters(operation.viewer)
    rows = await operation.fetch(select_jobs_by_id(own=bool(scope)), ids=ids, **scope)
    return align_one(ids, rows, lambda row: row.id)


async def job_actions(operation: Operation, found: list[JobFacts]) -> list[list[JobAction]]:
    """Return the actions that the viewer may take now, by the same guards as the mutations."""
    return [list(JOB_GUARDS.allowed(facts, operation.viewer)) for facts in found]


async def job_status_labels(operation: Operation, rows: list[JobRow]) -> list[str]:
    """Write the status of each job for people."""
    calendar = await operation.calendar()
    return [status_label(JobStatus(row.status), row.failures, row.due_at, calendar) for row in rows]
