"""Statements that read what the capture of events needs: serials of consignments, known events, and documents."""

from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Text, any_, cast, func, select
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE
from sqlalchemy.orm import aliased

from db.catalog.tables import VendorTable
from db.columns import columns, scalar
from db.consignments.custody_reads import spans
from db.consignments.custody_tables import MovementTable
from db.consignments.movement_reads import movement_visible
from db.consignments.pack_tables import PackTable
from db.consignments.reads import visible
from db.consignments.tables import AllotmentTable, BatchTable, ConsignmentLineTable, ConsignmentTable
from db.coupons.tables import CouponReferenceTable, CouponRunTable
from db.epcis.rows import (
    AllottedRow,
    CapturedRow,
    CaptureRow,
    ClassRow,
    DocumentRow,
    KnownEventRow,
    PackSerialsRow,
    PartiesRow,
)
from db.epcis.tables import EpcisCaptureTable, EpcisEventTable
from db.jobs.tables import JobTable
from db.statement import Query, Statement, numbers, string, texts, uuid
from domain.jobs.facts import JobKind
from domain.viewers import ConsignmentScope

_SHARED: Final[Any] = cast(func.range_agg(AllotmentTable.span, type_=INT8MULTIRANGE).op("*")(spans("spans")), Text)


@cache
def allotted_serials(scope: ConsignmentScope) -> Statement[AllottedRow]:
    """Which lines of consignments that the scope shows have these serials."""
    keys = (
        ConsignmentTable.id,
        ConsignmentTable.code,
        ConsignmentTable.scheme_id,
        ConsignmentLineTable.variant_id,
        ConsignmentLineTable.id,
        CouponReferenceTable.number,
    )
    query = _join_lines(
        select(
            ConsignmentTable.id.label("consignment_id"),
            ConsignmentTable.code.label("consignment"),
            ConsignmentTable.scheme_id,
            ConsignmentLineTable.variant_id,
            ConsignmentLineTable.id.label("line_id"),
            CouponReferenceTable.number.label("reference"),
            _SHARED.label("text"),
        )
        .select_from(AllotmentTable)
        .join(ConsignmentLineTable, ConsignmentLineTable.id == AllotmentTable.line_id)
    )
    return Statement(
        query.where(
            AllotmentTable.span.op("&&")(spans("spans")), AllotmentTable.released_at.is_(None), visible(scope)
        ).group_by(*keys),
        AllottedRow,
    )


@cache
def lines_of_consignments(scope: ConsignmentScope) -> Statement[ClassRow]:
    """The lines of the consignments with the codes in the parameter `codes` that the scope shows."""
    query = _join_lines(
        select(
            ConsignmentTable.id.label("consignment_id"),
            ConsignmentTable.code.label("consignment"),
            ConsignmentTable.scheme_id,
            ConsignmentLineTable.variant_id,
            CouponReferenceTable.number.label("reference"),
        ).select_from(ConsignmentLineTable)
    )
    return Statement(query.where(ConsignmentTable.code == any_(texts("codes")), visible(scope)), ClassRow)


def _join_lines(query: Query) -> Query:
    return query.join(ConsignmentTable, ConsignmentTable.id == ConsignmentLineTable.consignment_id).outerjoin(
        CouponReferenceTable,
        (CouponReferenceTable.scheme_id == ConsignmentTable.scheme_id)
        & (CouponReferenceTable.variant_id == ConsignmentLineTable.variant_id),
    )


def _serials_with_references() -> Query:
    wanted = (
        func.unnest(numbers("serials"), numbers("numbers")).table_valued("serial", "number", name="wanted")
    ).render_derived()
    serial = cast(wanted.c.serial, BigInteger)
    return (
        select(serial.label("serial"))
        .select_from(wanted)
        .join(CouponRunTable, CouponRunTable.span.op("@>")(serial))
        .join(
            CouponReferenceTable,
            (CouponReferenceTable.scheme_id == CouponRunTable.scheme_id)
            & (CouponReferenceTable.variant_id == CouponRunTable.variant_id)
            & (CouponReferenceTable.number == wanted.c.number),
        )
    )


# The serials that have the coupon reference at the same place in the parameter `numbers`.
SERIALS_WITH_REFERENCES = Statement(_serials_with_references(), scalar(int))
# The batches of a consignment that a vendor receives, by their code or the reference that they were sent under.
BATCHES_TO_VENDOR = Statement(
    select(BatchTable.id)
    .where(
        BatchTable.consignment_id == uuid("consignment_id"),
        BatchTable.to_vendor_id == uuid("vendor_id"),
        (BatchTable.code == string("name")) | (BatchTable.shipment_reference == string("name")),
        BatchTable.voided_at.is_(None),
    )
    .order_by(BatchTable.id)
    .limit(2),
    scalar(UUID),
)
# The serials of packs that are in use.
SERIALS_OF_PACKS = Statement(
    select(PackTable.sscc, cast(PackTable.spans, Text).label("text")).where(
        PackTable.sscc == any_(texts("ssccs")), PackTable.unpacked_at.is_(None)
    ),
    PackSerialsRow,
)
KNOWN_EVENTS = Statement(
    select(*columns(EpcisEventTable, KnownEventRow)).where(
        EpcisEventTable.owner_id == uuid("owner_id"), EpcisEventTable.event_id == any_(texts("event_ids"))
    ),
    KnownEventRow,
)
_SENDER, _RECEIVER = aliased(VendorTable), aliased(VendorTable)
PARTIES_OF_MOVEMENT = Statement(
    select(VendorTable.code.label("vendor"), _SENDER.code.label("sender"), _RECEIVER.code.label("receiver"))
    .select_from(MovementTable)
    .join(VendorTable, VendorTable.id == MovementTable.vendor_id)
    .outerjoin(BatchTable, BatchTable.id == MovementTable.batch_id)
    .outerjoin(_SENDER, _SENDER.id == BatchTable.from_vendor_id)
    .outerjoin(_RECEIVER, _RECEIVER.id == BatchTable.to_vendor_id)
    .where(MovementTable.id == uuid("id")),
    PartiesRow,
)
# The job of a capture is as old as the capture. It is deleted before the capture is.
JOB_OF_CAPTURE: Final = (
    (JobTable.owner_id == EpcisCaptureTable.account_id)
    & (JobTable.created_at == EpcisCaptureTable.created_at)
    & (JobTable.kind == JobKind.EPCIS_CAPTURE.value)
    & (JobTable.parameters["capture_id"].astext == cast(EpcisCaptureTable.id, Text))
)
OWN_CAPTURE = Statement(
    select(
        *columns(
            EpcisCaptureTable,
            CaptureRow,
            errors=cast(EpcisCaptureTable.errors, Text),
            job_status=JobTable.status,
            job_error=JobTable.error,
            job_ended_at=JobTable.finished_at,
        )
    )
    .outerjoin(JobTable, JOB_OF_CAPTURE)
    .where(EpcisCaptureTable.id == uuid("id"), EpcisCaptureTable.account_id == uuid("account_id")),
    CaptureRow,
)
DOCUMENT_TO_CAPTURE = Statement(
    select(
        *columns(
            EpcisCaptureTable,
            DocumentRow,
            ended=EpcisCaptureTable.finished_at.is_not(None),
            errors=cast(EpcisCaptureTable.errors, Text),
        )
    ).where(EpcisCaptureTable.id == uuid("id")),
    DocumentRow,
)


@cache
def captured_event(scope: ConsignmentScope) -> Statement[CapturedRow]:
    """The captured event with the id `event_id` that the scope shows: one that caused a movement that it shows.

    Each vendor names its own events, so of several with this id, that of the parameter `owner_id` comes first.
    """
    query = (
        select(*columns(EpcisEventTable, CapturedRow))
        .join(MovementTable, MovementTable.id == EpcisEventTable.movement_id)
        .where(EpcisEventTable.event_id == string("event_id"), movement_visible(scope))
        .order_by((EpcisEventTable.owner_id == uuid("owner_id")).desc(), EpcisEventTable.id)
        .limit(1)
    )
    return Statement(query, CapturedRow)
