"""Statements of redemptions that read custody: the facts of a coupon behind its lock, and what a recall leaves alone.

A redemption locks the serials of the segment that hold the coupon for sharing; a recall locks them before it looks for
redeemed coupons. So one of the two comes first, and the other sees it.
"""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Integer, Text, Uuid, and_, any_, case, cast, column, func, select
from sqlalchemy.dialects.postgresql import INT8RANGE

from db.catalog.tables import VariantTable
from db.columns import columns, scalar
from db.consignments.custody_reads import spans
from db.consignments.custody_tables import CustodyPlaceTable, CustodyTable, MovementPartTable, MovementTable
from db.consignments.tables import AllotmentTable, ConsignmentLineTable, ConsignmentTable, DiscrepancyTable
from db.coupons.tables import CouponRunTable
from db.ecps.tables import EcpTable
from db.enrollments.tables import EnrollmentTable
from db.idempotency import IdempotencyKeyTable
from db.redemptions.changes import REDEEM_COUPON
from db.redemptions.rows import MissingCouponRow, ScannedCouponRow
from db.redemptions.serial_joins import allotted, in_custody, of_run, redeemed, segment_of
from db.redemptions.tables import DiscrepancyEvidenceTable, RedemptionTable, WrongCodesTable
from db.schemes.tables import SchemeTable
from db.statement import Statement, booleans, number, numbers, texts, uuid, uuids
from domain.consignments.facts import Condition, MovementKind

_SERIAL: Final = number("serial")
# The scans that are given: the serial and the key of each code, who scanned it, and the key of its idempotency.
_SCAN: Final = (
    func.unnest(
        numbers("serials"),
        numbers("key_ids"),
        uuids("ecp_ids"),
        booleans("timed"),
        uuids("owner_ids"),
        texts("keys"),
    )
    .table_valued(
        column("serial", BigInteger),
        column("key_id", Integer),
        column("ecp_id", Uuid),
        column("timed", Boolean),
        column("owner_id", Uuid),
        column("key", Text),
        with_ordinality="place",
    )
    .render_derived(name="scan")
)
_COMMISSIONED: Final = (
    select(func.max(MovementTable.occurred_at))
    .select_from(MovementPartTable)
    .join(MovementTable, MovementTable.id == MovementPartTable.movement_id)
    .where(
        MovementPartTable.line_id == ConsignmentLineTable.id,
        MovementPartTable.segment == segment_of(_SCAN.c.serial),
        MovementPartTable.spans.op("@>")(_SCAN.c.serial),
        MovementTable.kind == MovementKind.COMMISSIONED.value,
    )
    .correlate(ConsignmentLineTable, _SCAN)
    .scalar_subquery()
)
# The coupons of scans, with the ECPs that scan them and the inputs that the idempotency keys came with before. No row
# where the serial is in no consignment, where the key is not that of its run, and where it moved while its lock was
# waited for. Locked in the order of LOCK_COMMISSIONED.
LOCK_COUPONS = Statement(
    select(
        *columns(
            CouponRunTable,
            ScannedCouponRow,
            place=_SCAN.c.place,
            key_digest=IdempotencyKeyTable.digest,
            run_id=CouponRunTable.id,
            serial=_SCAN.c.serial,
            scheme=SchemeTable.number,
            title=SchemeTable.title,
            starts_on=SchemeTable.starts_on,
            ends_on=SchemeTable.ends_on,
            grace_days=SchemeTable.grace_days,
            line_id=ConsignmentLineTable.id,
            condition=CustodyPlaceTable.condition,
            commissioned_at=case((_SCAN.c.timed, _COMMISSIONED)),
            ecp=EcpTable.number,
            ecp_status=EcpTable.status,
            suspended_reason=EcpTable.suspended_reason,
            locked_at=EcpTable.redemption_locked_at,
            enrollment_status=EnrollmentTable.status,
            first_enrolled_at=EnrollmentTable.first_enrolled_at,
            redeemed_by=RedemptionTable.ecp,
            redeemed_at=RedemptionTable.redeemed_at,
            redeemed_sale=RedemptionTable.sale,
            tokens=WrongCodesTable.tokens,
            refilled_at=WrongCodesTable.refilled_at,
        )
    )
    .select_from(_SCAN)
    .join(CouponRunTable, and_(of_run(_SCAN.c.serial), CouponRunTable.key_id == _SCAN.c.key_id))
    .join(AllotmentTable, allotted(_SCAN.c.serial))
    .join(ConsignmentLineTable, ConsignmentLineTable.id == AllotmentTable.line_id)
    .join(CustodyTable, in_custody(_SCAN.c.serial))
    .join(CustodyPlaceTable, CustodyPlaceTable.id == CustodyTable.place_id)
    .join(SchemeTable, SchemeTable.id == CouponRunTable.scheme_id)
    .join(EcpTable, EcpTable.id == _SCAN.c.ecp_id)
    .outerjoin(
        EnrollmentTable,
        and_(EnrollmentTable.scheme_id == CouponRunTable.scheme_id, EnrollmentTable.ecp_id == EcpTable.id),
    )
    .outerjoin(RedemptionTable, redeemed(_SCAN.c.serial))
    .outerjoin(WrongCodesTable, WrongCodesTable.owner_id == EcpTable.id)
    .outerjoin(
        IdempotencyKeyTable,
        and_(
            IdempotencyKeyTable.owner_id == _SCAN.c.owner_id,
            IdempotencyKeyTable.mutation == REDEEM_COUPON,
            IdempotencyKeyTable.key == _SCAN.c.key,
        ),
    )
    .order_by(CustodyTable.line_id, CustodyTable.segment, CustodyTable.place_id)
    .with_for_update(read=True, of=CustodyTable),
    ScannedCouponRow,
)
# How a coupon without such a row stands: whether its run is known, and whether it is in a consignment.
IS_IN_CONSIGNMENT = Statement(
    select(AllotmentTable.id.is_not(None).label("allotted"))
    .select_from(CouponRunTable)
    .outerjoin(AllotmentTable, allotted(_SERIAL))
    .where(of_run(_SERIAL), CouponRunTable.key_id == number("key_id")),
    scalar(bool),
)


# The segments of commissioned coupons among these serials, locked against redemptions.
LOCK_COMMISSIONED = Statement(
    select(CustodyTable.segment)
    .join(CustodyPlaceTable, CustodyPlaceTable.id == CustodyTable.place_id)
    .where(
        CustodyTable.line_id == any_(uuids("line_ids")),
        CustodyPlaceTable.condition == Condition.COMMISSIONED.value,
        CustodyTable.spans.op("&&")(spans("spans")),
    )
    .order_by(CustodyTable.line_id, CustodyTable.segment, CustodyTable.place_id)
    .with_for_update(key_share=True, of=CustodyTable),
    scalar(int),
)
# The redeemed coupons of a scheme among these serials, as the text of a multirange.
REDEEMED_SERIALS = Statement(
    select(
        cast(
            func.range_agg(func.int8range(RedemptionTable.serial, RedemptionTable.serial, "[]", type_=INT8RANGE())),
            Text,
        ).label("text")
    )
    .join(CouponRunTable, CouponRunTable.id == RedemptionTable.run_id)
    .where(
        CouponRunTable.scheme_id == uuid("scheme_id"),
        RedemptionTable.serial >= func.lower(spans("spans")),
        RedemptionTable.serial < func.upper(spans("spans")),
        spans("spans").op("@>")(RedemptionTable.serial),
    )
    .having(func.count() > 0),
    scalar(str),
)
# The newest discrepancy about a serial, locked, with what a notification of it names.
LOCK_DISCREPANCY_OF_SERIAL = Statement(
    select(
        *columns(
            DiscrepancyTable,
            MissingCouponRow,
            discrepancy_id=DiscrepancyTable.id,
            consignment=ConsignmentTable.code,
            sku=VariantTable.sku,
            scheme_id=ConsignmentTable.scheme_id,
            is_first=~select(DiscrepancyEvidenceTable.id)
            .where(DiscrepancyEvidenceTable.discrepancy_id == DiscrepancyTable.id)
            .correlate(DiscrepancyTable)
            .exists(),
        )
    )
    .join(ConsignmentTable, ConsignmentTable.id == DiscrepancyTable.consignment_id)
    .join(ConsignmentLineTable, ConsignmentLineTable.id == DiscrepancyTable.line_id)
    .join(VariantTable, VariantTable.id == ConsignmentLineTable.variant_id)
    .where(DiscrepancyTable.line_id == uuid("line_id"), DiscrepancyTable.spans.op("@>")(_SERIAL))
    .order_by(DiscrepancyTable.opened_at.desc())
    .limit(1)
    .with_for_update(key_share=True, of=DiscrepancyTable),
    MissingCouponRow,
)
