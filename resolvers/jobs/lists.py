"""The list of jobs."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct

from db.jobs.pages import NEWEST_JOBS, JobFilters, job_count, job_page
from db.jobs.rows import JobRow
from domain.jobs.facts import JobKind, JobStatus
from resolvers.context import Operation
from resolvers.jobs.loaders import scope_parameters
from resolvers.paging import Page, PageArguments, empty_page, read_page


class JobFilter(Struct, frozen=True):
    """Filters of the list. None does not restrict the list; all other filters must match."""

    owner_id: UUID | None = None
    kinds: Sequence[JobKind] | None = None
    statuses: Sequence[JobStatus] | None = None


async def list_jobs(operation: Operation, chosen: JobFilter, arguments: PageArguments) -> Page[JobRow]:
    """List the viewer's own jobs, or all with `job:manage`, newest first. Raises BadArgument."""
    given = _parameters(chosen)
    if any(value == [] for value in given.values()):
        return empty_page(arguments, NEWEST_JOBS)
    scope = scope_parameters(operation.viewer)
    filters = JobFilters(own=bool(scope), **dict.fromkeys(given, True))
    return await read_page(
        operation,
        arguments,
        NEWEST_JOBS,
        lambda **directions: job_page(filters, **directions),
        {**given, **scope},
        count=job_count(filters),
    )


def _parameters(chosen: JobFilter) -> dict[str, Any]:
    given = {
        "owner_id": chosen.owner_id,
        "kinds": _values(chosen.kinds),
        "statuses": _values(chosen.statuses),
    }
    return {name: value for name, value in given.items() if value is not None}


def _values(chosen: Sequence[JobKind] | Sequence[JobStatus] | None) -> list[str] | None:
    return None if chosen is None else list(dict.fromkeys(one.value for one in chosen))
