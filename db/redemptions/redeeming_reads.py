"""Statements of redemptions that read custody: the facts of a coupon behind its lock, and what a recall leaves alone.

A redemption locks the serials of the segment that hold the coupon for sharing; a recall locks them before it looks for
redeemed coupons. So one of the two comes first, and the other sees it.
"""

from typing import Final

from sqlalchemy import Boolean, Text, and_, any_, bindparam, case, cast, func, select
from sqlalchemy.dialects.postgresql import INT8RANGE

from db.catalog.tables import VariantTable
from db.columns import columns, scalar
from db.consignments.custody_reads import spans
from db.consignments.custody_tables import CustodyPlaceTable, CustodyTable, MovementPartTable, MovementTable
from db.consignments.tables import AllotmentTable, ConsignmentLineTable, ConsignmentTable, DiscrepancyTable
from db.coupons.tables import CouponRunTable
from db.ecps.tables import EcpTable
from db.enrollments.tables import EnrollmentTable
from db.redemptions.rows import MissingCouponRow
from db.redemptions.serial_joins import ALLOTTED, IN_CUSTODY, OF_RUN, REDEEMED, SEGMENT, SERIAL
from db.redemptions.tables import DiscrepancyEvidenceTable, RedemptionTable, WrongCodesTable
from db.schemes.tables import SchemeTable
from db.statement import Statement, number, uuid, uuids
from domain.consignments.facts import Condition, MovementKind
from domain.redemptions.facts import CouponFacts

_COMMISSIONED: Final = (
    select(func.max(MovementTable.occurred_at))
    .select_from(MovementPartTable)
    .join(MovementTable, MovementTable.id == MovementPartTable.movement_id)
    .where(
        MovementPartTable.line_id == ConsignmentLineTable.id,
        MovementPartTable.segment == SEGMENT,
        MovementPartTable.spans.op("@>")(SERIAL),
        MovementTable.kind == MovementKind.COMMISSIONED.value,
    )
    .correlate(ConsignmentLineTable)
    .scalar_subquery()
)
# The coupon of a serial with the ECP that scans it. No row where the serial is in no consignment, where the key is not
# that of its run, and where it moved while its lock was waited for.
LOCK_COUPON = Statement(
    select(
        *columns(
            CouponRunTable,
            CouponFacts,
            run_id=CouponRunTable.id,
            serial=SERIAL,
            scheme=SchemeTable.number,
            title=SchemeTable.title,
            starts_on=SchemeTable.starts_on,
            ends_on=SchemeTable.ends_on,
            line_id=ConsignmentLineTable.id,
            condition=CustodyPlaceTable.condition,
            commissioned_at=case((bindparam("timed", type_=Boolean()), _COMMISSIONED)),
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
    .select_from(CouponRunTable)
    .join(AllotmentTable, ALLOTTED)
    .join(ConsignmentLineTable, ConsignmentLineTable.id == AllotmentTable.line_id)
    .join(CustodyTable, IN_CUSTODY)
    .join(CustodyPlaceTable, CustodyPlaceTable.id == CustodyTable.place_id)
    .join(SchemeTable, SchemeTable.id == CouponRunTable.scheme_id)
    .join(EcpTable, EcpTable.id == uuid("ecp_id"))
    .outerjoin(
        EnrollmentTable,
        and_(EnrollmentTable.scheme_id == CouponRunTable.scheme_id, EnrollmentTable.ecp_id == EcpTable.id),
    )
    .outerjoin(RedemptionTable, REDEEMED)
    .outerjoin(WrongCodesTable, WrongCodesTable.owner_id == EcpTable.id)
    .where(OF_RUN, CouponRunTable.key_id == number("key_id"))
    .with_for_update(read=True, of=CustodyTable),
    CouponFacts,
)
# How a coupon without such a row stands: whether its run is known, and whether it is in a consignment.
IS_IN_CONSIGNMENT = Statement(
    select(AllotmentTable.id.is_not(None).label("allotted"))
    .select_from(CouponRunTable)
    .outerjoin(AllotmentTable, ALLOTTED)
    .where(OF_RUN, CouponRunTable.key_id == number("key_id")),
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
    .where(DiscrepancyTable.line_id == uuid("line_id"), DiscrepancyTable.spans.op("@>")(SERIAL))
    .order_by(DiscrepancyTable.opened_at.desc())
    .limit(1)
    .with_for_update(key_share=True, of=DiscrepancyTable),
    MissingCouponRow,
)
