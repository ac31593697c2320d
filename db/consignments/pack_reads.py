"""Statements that read packs, and the one predicate of their visibility."""

from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Integer,
    SmallInteger,
    Text,
    Uuid,
    and_,
    any_,
    case,
    cast,
    column,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from db.catalog.reads import VARIANT_COLUMNS
from db.catalog.tables import VariantTable
from db.columns import columns, named_columns, scalar
from db.consignments.custody_reads import spans
from db.consignments.custody_tables import CustodyPlaceTable, MovementTable
from db.consignments.pack_rows import (
    BatchPackRow,
    PackContentRow,
    PackRow,
    PackViewRow,
    RequestPackRow,
    TouchedPackRow,
)
from db.consignments.pack_tables import BatchPackTable, PackTable
from db.consignments.reads import batch_visible
from db.consignments.tables import BatchTable, ConsignmentLegTable, ConsignmentLineTable
from db.consignments.view_rows import SerialsRow
from db.program.tables import ProgramTable
from db.statement import Query, Statement, number, string, texts, uuid, uuids
from domain.consignments.facts import Condition, MovementKind
from domain.viewers import ConsignmentScope

_PACK: Final = columns(PackTable, PackRow, text=cast(PackTable.spans, Text))
_OPEN: Final = PackTable.unpacked_at.is_(None)
# The packs with these codes that are not opened, wherever they are.
OPEN_PACKS = Statement(select(*_PACK).where(PackTable.sscc == any_(texts("ssccs")), _OPEN), PackRow)
# The packs of a line that have any of these serials.
PACKS_OF_SERIALS = Statement(
    select(*_PACK).where(PackTable.line_id == uuid("line_id"), PackTable.spans.op("&&")(spans("spans")), _OPEN),
    PackRow,
)
# The packs that the steps of a movement would take serials from; it locks the places of the steps.
PLAN: Final[Statement[TouchedPackRow]] = Statement(
    select(*(column(name) for name in TouchedPackRow._fields)).select_from(
        func.plan_packs(cast(string("steps"), JSONB))
        .table_valued(
            column("pack_id", Uuid),
            column("line_id", Uuid),
            column("leg", SmallInteger),
            column("batch_id", Uuid),
            column("quantity", BigInteger),
            column("void", BigInteger),
            column("step", Integer),
            column("moved", BigInteger),
        )
        .alias("touched")
    ),
    TouchedPackRow,
)
# What packs contain, by condition.
CONTENTS: Final[Statement[PackContentRow]] = Statement(
    text(
        """
        SELECT pack.id AS pack_id, condition, CAST(range_agg(content.spans) AS text) AS text
        FROM pack CROSS JOIN LATERAL pack_contents(pack) AS content
        WHERE pack.id = ANY (:ids) GROUP BY pack.id, condition ORDER BY pack.id, condition
        """
    )
    .bindparams(uuids("ids"))
    .columns(*named_columns(PackContentRow)),
    PackContentRow,
)
# The places on hand at a leg, locked in the one order of all writers.
LOCK_PLACES_ON_HAND = Statement(
    select(CustodyPlaceTable.id)
    .where(
        CustodyPlaceTable.line_id == any_(uuids("line_ids")),
        CustodyPlaceTable.batch_id.is_(None),
        CustodyPlaceTable.leg == number("leg"),
    )
    .order_by(CustodyPlaceTable.id)
    .with_for_update(key_share=True),
    scalar(int),
)
COMPANY_PREFIX: Final[Statement[str | None]] = Statement(select(ProgramTable.gs1_company_prefix), scalar(str))
NEXT_PACK_NUMBERS = Statement(
    select(func.nextval("pack_number").label("number")).select_from(
        func.generate_series(1, number("count")).alias("numbered")
    ),
    scalar(int),
)


def pack_visible(scope: ConsignmentScope) -> ColumnElement[bool]:
    """The one predicate of the packs that a viewer may see.

    A vendor sees those that it has on hand, and those of batches that it sent or receives. With the scope OWN the
    predicate takes `viewer_vendor_id`.
    """
    if scope is ConsignmentScope.OWN:
        on_hand = exists().where(
            PackTable.batch_id.is_(None),
            ConsignmentLegTable.consignment_id == ConsignmentLineTable.consignment_id,
            ConsignmentLegTable.position == PackTable.leg,
            ConsignmentLegTable.vendor_id == uuid("viewer_vendor_id"),
        )
        sent = exists().where(
            BatchPackTable.pack_id == PackTable.id, BatchTable.id == BatchPackTable.batch_id, batch_visible(scope)
        )
        return or_(on_hand.correlate(PackTable, ConsignmentLineTable), sent.correlate(PackTable))
    return true() if scope is ConsignmentScope.ALL else literal_column("false", Boolean)


def _in_condition(condition: Condition) -> Any:
    """How many serials of an unopened pack are in a condition."""
    content = func.pack_contents(literal_column("pack")).table_valued("condition", "segment", "spans").alias("content")
    counted = select(func.coalesce(func.sum(func.spans_size(content.c.spans)), 0).cast(BigInteger)).where(
        content.c.condition == condition.value
    )
    return case((_OPEN, counted.scalar_subquery()), else_=0).cast(BigInteger)


PACK_COLUMNS: Final = columns(
    PackTable,
    PackViewRow,
    consignment_id=ConsignmentLineTable.consignment_id,
    void=_in_condition(Condition.VOID),
    unresolved=_in_condition(Condition.UNRESOLVED),
    holder_id=case((and_(PackTable.batch_id.is_(None), _OPEN), ConsignmentLegTable.vendor_id)),
    variant=VARIANT_COLUMNS,
)


def select_packs(scope: ConsignmentScope) -> Query:
    """The packs that the scope shows."""
    return (
        select(*PACK_COLUMNS)
        .select_from(PackTable)
        .join(ConsignmentLineTable, ConsignmentLineTable.id == PackTable.line_id)
        .join(VariantTable, VariantTable.id == ConsignmentLineTable.variant_id)
        .join(
            ConsignmentLegTable,
            and_(
                ConsignmentLegTable.consignment_id == ConsignmentLineTable.consignment_id,
                ConsignmentLegTable.position == PackTable.leg,
            ),
        )
        .where(pack_visible(scope))
    )


@cache
def packs_by_id(scope: ConsignmentScope) -> Statement[PackViewRow]:
    """The packs of the parameter `ids` that the scope shows, in any order."""
    return Statement(select_packs(scope).where(PackTable.id == any_(uuids("ids"))), PackViewRow)


@cache
def pack_by_sscc(scope: ConsignmentScope) -> Statement[PackViewRow]:
    """The packs with the code in the parameter `sscc` that the scope shows: the unopened one first, or the last one."""
    found = select_packs(scope).where(PackTable.sscc == string("sscc"))
    return Statement(found.order_by(_OPEN.desc(), PackTable.id.desc()).limit(1), PackViewRow)


SERIALS_OF_PACKS = Statement(
    select(PackTable.id, cast(PackTable.spans, Text).label("text")).where(PackTable.id == any_(uuids("ids"))),
    SerialsRow,
)


@cache
def packs_of_batches() -> Statement[BatchPackRow]:
    """The first `limit` packs that each batch carried when it was dispatched, in the order in which they were made."""
    ranked = (
        select(
            *columns(BatchPackTable, BatchPackRow),
            func.row_number()
            .over(partition_by=BatchPackTable.batch_id, order_by=BatchPackTable.pack_id)
            .label("position"),
        )
        .where(BatchPackTable.batch_id == any_(uuids("ids")))
        .subquery("ranked")
    )
    first = select(ranked.c.batch_id, ranked.c.pack_id).where(ranked.c.position <= number("limit"))
    return Statement(first.order_by(ranked.c.batch_id, ranked.c.pack_id), BatchPackRow)


@cache
def packs_of_requests(*, opened: bool) -> Statement[RequestPackRow]:
    """The packs that mutations made, or opened."""
    kind = MovementKind.UNPACKED if opened else MovementKind.PACKED
    return Statement(
        select(*columns(MovementTable, RequestPackRow))
        .where(MovementTable.request_id == any_(uuids("ids")), MovementTable.kind == kind.value)
        .order_by(MovementTable.request_id, MovementTable.pack_id)
        .distinct(),
        RequestPackRow,
    )
