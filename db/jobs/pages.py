"""Statements that list jobs, newest first."""

from functools import cache
from typing import Final

from msgspec import Struct
from sqlalchemy import any_

from db.counting import counting
from db.jobs.reads import visible
from db.jobs.rows import JobRow
from db.jobs.tables import JobTable
from db.keyset import Sort, keyset
from db.statement import Query, Statement, texts, uuid

NEWEST_JOBS: Final = Sort(JobTable.created_at, descending=True)


class JobFilters(Struct, frozen=True):
    """The filters of a statement; their values are its parameters. `own` keeps the jobs of `account_id`."""

    own: bool
    owner_id: bool = False
    kinds: bool = False
    statuses: bool = False


@cache
def job_page(filters: JobFilters, *, backward: bool, resumed: bool) -> Statement[JobRow]:
    """A page of the jobs that match."""
    return Statement(keyset(_listed(filters), NEWEST_JOBS, backward=backward, resumed=resumed), JobRow)


@cache
def job_count(filters: JobFilters) -> Statement[int]:
    """How many jobs match."""
    return counting(_listed(filters))


def _listed(filters: JobFilters) -> Query:
    predicates = (
        (filters.owner_id, JobTable.owner_id == uuid("owner_id")),
        (filters.kinds, JobTable.kind == any_(texts("kinds"))),
        (filters.statuses, JobTable.status == any_(texts("statuses"))),
    )
    return visible(own=filters.own).where(*(predicate for wanted, predicate in predicates if wanted))
