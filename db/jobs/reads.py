"""Statements that read jobs one by one, that choose the next ones to run, and that count them."""

from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Text, Uuid, and_, any_, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from db.columns import columns, scalar
from db.jobs.rows import DueJobRow, JobCount, JobRow
from db.jobs.tables import JobTable
from db.statement import Query, Statement, moment, number, texts, uuid, uuids
from domain.jobs.facts import JobKind, JobStatus

# The advisory lock that makes processes choose jobs one after the other; an arbitrary number used for nothing else.
_CHOOSING: Final = 0x7E55E7C
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
    select(func.count()).where(JobTable.owner_id == uuid("account_id"), JobTable.due_at.is_not(None)), scalar(int)
)
OPEN_JOB_OF_SERVER = Statement(
    select(JobTable.id)
    .where(JobTable.owner_id.is_(None), JobTable.due_at.is_not(None), JobTable.kind == any_(texts("kinds")))
    .limit(1),
    scalar(UUID),
)
LOCK_LEASED_JOB = Statement(select(*JOB_COLUMNS).where(JobTable.lease == uuid("lease")).with_for_update(), JobRow)
STATUS_OF_JOB = Statement(select(JobTable.status).where(JobTable.id == uuid("id")), scalar(str))
HELD_LEASES = Statement(select(JobTable.lease).where(JobTable.lease == any_(uuids("leases"))), scalar(UUID))

_DUE: Final = and_(JobTable.due_at <= moment("now"), JobTable.kind == any_(texts("kinds")))
ANY_DUE = Statement(select(JobTable.id).where(_DUE).limit(1), scalar(UUID))
LOCK_CHOOSING = Statement(select(func.pg_advisory_xact_lock(literal(_CHOOSING, BigInteger()))), scalar(object))
JOB_COUNTS = Statement(
    select(
        JobTable.kind,
        JobTable.status,
        func.count().label("total"),
        func.min(JobTable.due_at).label("oldest_due_at"),
    ).group_by(JobTable.kind, JobTable.status),
    JobCount,
)


def _owner(rows: Any) -> ColumnElement[Any]:
    """The account that a job takes a turn of, as the index has it."""
    return func.coalesce(rows.owner_id, text("'00000000-0000-0000-0000-000000000000'::uuid"), type_=Uuid())


def _next_jobs() -> Query:
    """Lock the next jobs, in turns: the first of every account before the second of any.

    A running job of an account takes one of its turns, and nobody has more turns than the parameter `per_account`. Of
    the same turn, the account goes first whose last job started longest ago. The job of a worker that writes at this
    moment is locked and therefore skipped, however long the worker was silent.
    """
    owner: Any = _owner(JobTable)
    busy = (
        select(owner.label("owner"), func.count().label("held"))
        .where(JobTable.status == JobStatus.RUNNING, JobTable.due_at > moment("now"))
        .group_by(owner)
        .subquery("busy")
    )
    place = func.row_number().over(partition_by=owner, order_by=(JobTable.due_at, JobTable.id))
    due = select(JobTable.id, owner.label("owner"), place.label("place")).where(_DUE).cte("due")
    other = aliased(JobTable)
    last_start = select(func.max(other.started_at)).where(_owner(other) == due.c.owner).scalar_subquery()
    served = select(due.c.owner, last_start.label("at")).group_by(due.c.owner).subquery("served")
    turn: Any = due.c.place + func.coalesce(busy.c.held, 0)
    chosen = (
        select(due.c.id, turn.label("turn"), served.c.at.label("served_at"))
        .select_from(due.join(served, served.c.owner == due.c.owner).outerjoin(busy, busy.c.owner == due.c.owner))
        .where(turn <= number("per_account"))
        .subquery("chosen")
    )
    found = columns(
        JobTable,
        DueJobRow,
        parameters_json=JobTable.parameters,
        checkpoint_json=JobTable.checkpoint,
    )
    return (
        select(*found)
        .join(chosen, chosen.c.id == JobTable.id)
        .where(_DUE)
        .order_by(chosen.c.turn, chosen.c.served_at.asc().nulls_first(), JobTable.due_at, JobTable.id)
        .limit(number("limit"))
        .with_for_update(of=JobTable, skip_locked=True)
    )


NEXT_JOBS = Statement(_next_jobs(), DueJobRow)
