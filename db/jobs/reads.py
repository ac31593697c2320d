"""Statements that read jobs one by one, and that count them."""

from functools import cache
from typing import Final
from uuid import UUID

from sqlalchemy import Text, Uuid, any_, cast, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from db.columns import columns, scalar
from db.jobs.rows import JobCount, JobRow
from db.jobs.tables import OWNER_KEY, JobTable
from db.statement import Query, Statement, moment, string, texts, uuid, uuids
from domain.jobs.facts import JobKind

_KNOWN_KINDS: Final = literal(list(JobKind), ARRAY(Text()))
JOB_COLUMNS: Final = columns(JobTable, JobRow)


def visible(*, own: bool) -> Query:
    """The jobs that a viewer sees: all, or only `own` ones, of the account in the parameter `account_id`.

    A newer server may have stored kinds that this one does not know.
    """
    query = select(*JOB_COLUMNS).where(JobTable.kind == any_(_KNOWN_KINDS))
    return query.where(JobTable.owner_id == uuid("account_id")) if own else query


@cache
def jobs_by_id(*, own: bool) -> Statement[JobRow]:
    """The jobs in the parameter `ids` that a viewer sees."""
    return Statement(visible(own=own).where(JobTable.id == any_(uuids("ids"))), JobRow)


@cache
def lock_job(*, own: bool) -> Statement[JobRow]:
    """Lock a job that a viewer sees."""
    return Statement(visible(own=own).where(JobTable.id == uuid("id")).with_for_update(), JobRow)


OPEN_JOBS = Statement(
    select(func.count()).where(literal_column(OWNER_KEY) == uuid("account_id"), JobTable.due_at.is_not(None)),
    scalar(int),
)
# An open job of a kind, if there is one.
OPEN_OF_KIND = Statement(
    select(JobTable.id).where(JobTable.kind == string("kind"), JobTable.due_at.is_not(None)).limit(1), scalar(UUID)
)
# The id in a parameter of a job.
SUBJECT_OF_JOB = Statement(
    select(cast(func.jsonb_extract_path_text(JobTable.parameters, string("name")), Uuid)).where(
        JobTable.id == uuid("id")
    ),
    scalar(UUID),
)
LOCK_LEASED_JOB = Statement(select(*JOB_COLUMNS).where(JobTable.lease == uuid("lease")).with_for_update(), JobRow)
STATUS_OF_JOB = Statement(select(JobTable.status).where(JobTable.id == uuid("id")), scalar(str))
HELD_LEASES = Statement(select(JobTable.lease).where(JobTable.lease == any_(uuids("leases"))), scalar(UUID))

ANY_DUE = Statement(
    select(JobTable.id).where(JobTable.due_at <= moment("now"), JobTable.kind == any_(texts("kinds"))).limit(1),
    scalar(UUID),
)
JOB_COUNTS = Statement(
    select(
        JobTable.kind,
        JobTable.status,
        func.count().label("total"),
        func.min(JobTable.due_at).label("oldest_due_at"),
    ).group_by(JobTable.kind, JobTable.status),
    JobCount,
)
