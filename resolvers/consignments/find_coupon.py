"""The query coupon: one coupon by its code, with what the viewer may know about it."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.catalog.rows import VendorRow
from db.consignments.coupon_reads import MOVEMENTS_OF_COUPONS
from db.consignments.view_rows import MovementViewRow
from db.redemptions.coupon_reads import COUPON_OF_SERIAL
from db.redemptions.rows import CouponRow
from domain.consignments.coupon_status import CouponStatus, coupon_status
from domain.consignments.facts import Condition
from domain.consignments.guards import ConsignmentAction
from domain.coupons.codes import mask_code
from domain.coupons.downloads import derives_all_codes
from domain.coupons.failures import CodeFault, InvalidCode
from domain.requests import BadArgument
from domain.schemes.coupon_period import redeemable_until
from domain.viewers import ConsignmentScope
from resolvers.consignments.action_loaders import actions_by_consignment
from resolvers.consignments.batch_loaders import movements_by_id
from resolvers.consignments.chain_loaders import chains_by_consignment
from resolvers.consignments.loaders import consignments_by_id
from resolvers.context import Operation
from resolvers.redemptions.wrong_codes import check_limit, count_wrong_lookup

# A serial and its line; None for a coupon that is in no consignment.
CouponKey = tuple[UUID | None, int]


class Coupon(Struct, frozen=True):
    """A coupon as the viewer may see it. `code` is masked and `payload` None where the viewer may not know the code."""

    code: str
    payload: str | None
    serial: int | None
    status: CouponStatus
    scheme_id: UUID
    variant_id: UUID
    consignment_id: UUID | None
    batch_id: UUID | None
    holder: VendorRow | None
    key: CouponKey
    redeemable_until: datetime | None
    redeemed_at: datetime | None
    redeemed_by: UUID | None


async def find_coupon(operation: Operation, text: str) -> Coupon | None:
    """Find a coupon; None for a code of no coupon, and for a coupon that the viewer may not see.

    Except for staff, a code that finds nothing counts as a wrong code. Raises BadArgument for a text that cannot be a
    code, and RateLimited.
    """
    if operation.viewer.consignment_scope is ConsignmentScope.ALL:
        return await _find(operation, text)
    await check_limit(operation)
    try:
        found = await _find(operation, text)
    except BadArgument:
        await count_wrong_lookup(operation)
        raise
    if found is None:
        await count_wrong_lookup(operation)
    return found


async def _find(operation: Operation, text: str) -> Coupon | None:
    try:
        found = operation.coupon_keys.read(operation.qr_template.find_code(text))
    except InvalidCode as invalid:
        if invalid.fault is CodeFault.UNKNOWN:
            return None
        raise BadArgument(invalid.message, "code") from None
    rows = await operation.fetch(COUPON_OF_SERIAL, serial=found.serial)
    # A code opens with one key, and only the key of the run makes it genuine.
    if not rows or rows[0].key_id != found.key_id or not await _is_visible(operation, rows[0]):
        return None
    code = operation.coupon_keys.write(found.serial, found.key_id)
    return await _build(operation, rows[0], code)


async def movements_by_coupon(operation: Operation, keys: list[CouponKey]) -> list[list[MovementViewRow]]:
    """Load the movements of each coupon that the viewer may see, newest first."""
    line_ids, serials = [key[0] for key in keys], [key[1] for key in keys]
    rows = await operation.fetch(MOVEMENTS_OF_COUPONS, line_ids=line_ids, serials=serials)
    ids = list(dict.fromkeys(row.movement_id for row in rows))
    shown = {row.id: row for row in await movements_by_id(operation, ids) if row is not None}
    return [
        [shown[row.movement_id] for row in rows if (row.line_id, row.serial) == key and row.movement_id in shown]
        for key in keys
    ]


async def _is_visible(operation: Operation, row: CouponRow) -> bool:
    if operation.viewer.consignment_scope is ConsignmentScope.ALL:
        return True
    if row.redeemed_by is not None and row.redeemed_by == operation.viewer.ecp_id:
        return True
    return row.consignment_id is not None and (await consignments_by_id(operation, [row.consignment_id]))[0] is not None


async def _build(operation: Operation, row: CouponRow, code: str) -> Coupon:
    scope = operation.viewer.consignment_scope
    until = redeemable_until(row.ends_on, row.grace_days, await operation.calendar())
    knows_all = derives_all_codes(operation.viewer)
    knows_code = knows_all or await _may_download(operation, row.consignment_id)
    return Coupon(
        code=code if knows_code else mask_code(code),
        payload=operation.qr_template.payload(code) if knows_code else None,
        # Vendors name coupons by serial; other people than Operations have no use for it.
        serial=row.serial if knows_all or scope is ConsignmentScope.OWN else None,
        status=coupon_status(
            None if row.condition is None else Condition(row.condition),
            is_redeemed=row.redeemed_at is not None,
            is_over=until is not None and operation.now >= until,
        ),
        scheme_id=row.scheme_id,
        variant_id=row.variant_id,
        consignment_id=row.consignment_id,
        batch_id=row.batch_id,
        holder=await _holder(operation, row),
        key=(row.line_id, row.serial),
        redeemable_until=until,
        redeemed_at=row.redeemed_at,
        redeemed_by=row.redeemed_by,
    )


async def _may_download(operation: Operation, consignment_id: UUID | None) -> bool:
    if consignment_id is None:
        return False
    (actions,) = await actions_by_consignment(operation, [consignment_id])
    return ConsignmentAction.DOWNLOAD_CODES in actions


async def _holder(operation: Operation, row: CouponRow) -> VendorRow | None:
    """The vendor that has the coupon on hand, if the viewer may know it; none while it is in a batch."""
    if row.consignment_id is None or row.batch_id is not None:
        return None
    (chain,) = await chains_by_consignment(operation, [row.consignment_id])
    return next((leg.vendor for leg in chain.legs if leg.position == row.leg), None)
