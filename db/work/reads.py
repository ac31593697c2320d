"""The statement that counts work queues of every kind."""

from datetime import datetime
from functools import cache, singledispatch
from typing import Any

from msgspec import Struct
from sqlalchemy import Text, func, literal_column, select, union_all

from db.adjustments.pages import to_decide
from db.adjustments.tables import AdjustmentTable
from db.artwork.pages import waiting_since, waits_for
from db.artwork.tables import ArtworkTable
from db.consignments.queue_reads import is_open, on_the_road, waits_for_vendor
from db.consignments.tables import BatchTable, ConsignmentStateTable, ConsignmentTable, DiscrepancyTable
from db.ecps.tables import EcpTable
from db.enrollments.tables import EnrollmentTable
from db.sales.tables import ParkedSaleTable
from db.schemes.reads import visible
from db.schemes.stage_reads import submitted_by_others, valid_now
from db.schemes.tables import SchemeStageTable, SchemeTable
from db.settlements.reads import to_decide as settlements_to_decide
from db.settlements.tables import SettlementTable
from db.statement import Query, Statement
from domain.viewers import SchemeScope
from domain.work.queues import (
    AdjustmentQueue,
    ArtworkQueue,
    BatchQueue,
    ConsignmentQueue,
    DiscrepancyQueue,
    EcpQueue,
    EnrollmentQueue,
    ParkedSaleQueue,
    Queue,
    SchemeQueue,
    SettlementQueue,
)


class QueueCountRow(Struct, frozen=True):
    """How much work a queue holds, and since when its oldest item waits."""

    key: str
    count: int
    oldest_since: datetime | None


@cache
def queue_counts(scope: SchemeScope, queues: tuple[Queue, ...]) -> Statement[QueueCountRow]:
    """Count the items of the queues, including empty ones, in their order.

    The queues are constants of the statement, not parameters: PostgreSQL then knows how small each of them is. Queues
    of schemes take the parameter `now`, those of what others submitted or adjusted `viewer_id`, and those of vendors
    `vendor_id`.
    """
    return Statement(union_all(*(_count(queue, scope) for queue in queues)), QueueCountRow)


@singledispatch
def _count(queue: Queue, scope: SchemeScope) -> Query:
    del scope
    raise NotImplementedError(queue.key)


@_count.register
def _(queue: SchemeQueue, scope: SchemeScope) -> Query:
    query = _counted(queue, SchemeStageTable.since).where(
        SchemeStageTable.kind == _constant(queue.stage),
        SchemeStageTable.status == _constant(queue.status),
        valid_now(),
    )
    if queue.others_only:
        query = query.where(submitted_by_others(SchemeStageTable.scheme_id))
    if scope is not SchemeScope.ALL:
        query = query.join(SchemeTable, SchemeTable.id == SchemeStageTable.scheme_id).where(visible(scope))
    return query


# Every role with a queue of ECPs, enrollments, or adjustments sees all of them: see the table of permissions.
@_count.register
def _(queue: EcpQueue, scope: SchemeScope) -> Query:
    del scope
    return _counted(queue, EcpTable.registered_at).where(EcpTable.status == _constant(queue.status))


@_count.register
def _(queue: EnrollmentQueue, scope: SchemeScope) -> Query:
    del scope
    return _counted(queue, EnrollmentTable.requested_at).where(EnrollmentTable.status == _constant(queue.status))


@_count.register
def _(queue: AdjustmentQueue, scope: SchemeScope) -> Query:
    del scope
    return _counted(queue, AdjustmentTable.made_at).where(*to_decide())


@_count.register
def _(queue: SettlementQueue, scope: SchemeScope) -> Query:
    del scope
    return _counted(queue, SettlementTable.made_at).where(*settlements_to_decide())


@_count.register
def _(queue: ParkedSaleQueue, scope: SchemeScope) -> Query:
    del scope
    return _counted(queue, ParkedSaleTable.since)


# Operations see all consignments, and the queues of a vendor hold its own ones only.
@_count.register
def _(queue: ConsignmentQueue, scope: SchemeScope) -> Query:
    del scope
    return (
        _counted(queue, ConsignmentStateTable.waiting_since)
        .select_from(ConsignmentTable)
        .join(ConsignmentStateTable, ConsignmentStateTable.consignment_id == ConsignmentTable.id)
        .where(waits_for_vendor(queue.task))
    )


@_count.register
def _(queue: BatchQueue, scope: SchemeScope) -> Query:
    del scope
    return _counted(queue, BatchTable.dispatched_at).where(on_the_road())


@_count.register
def _(queue: ArtworkQueue, scope: SchemeScope) -> Query:
    del scope
    return (
        _counted(queue, None, oldest=waiting_since(queue.task)).select_from(ArtworkTable).where(waits_for(queue.task))
    )


@_count.register
def _(queue: DiscrepancyQueue, scope: SchemeScope) -> Query:
    del scope
    return _counted(queue, DiscrepancyTable.opened_at).where(is_open())


def _counted(queue: Queue, since: Any, *, oldest: Any = None) -> Query:
    first = func.min(since) if oldest is None else oldest
    return select(_constant(queue.key).label("key"), func.count().label("count"), first.label("oldest_since"))


def _constant(value: str) -> Any:
    return literal_column(f"'{value}'", Text)
