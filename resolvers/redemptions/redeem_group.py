"""Redeems the coupons of several scans in one transaction: those that pay, and no others."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

from msgspec import Struct

from db.redemptions.changes import NewRedemption, claim_coupons
from db.redemptions.redeeming_reads import LOCK_COUPONS
from db.redemptions.rows import ScannedCouponRow
from db.sessions import TransactionConflict, Writing
from db.transaction_settings import keep_plans
from domain.channels import EarningChannel
from domain.points.lines import COUPON_POSITION, SaleChange, SalePlace, SoldLine
from domain.redemptions.decisions import find_obstacle, not_enrolled
from domain.redemptions.failures import CouponEarnsNothing, CouponFailure
from resolvers.context import Operation
from resolvers.points.earners import EarnerMoment, earners_at
from resolvers.points.posting.post import post_points
from resolvers.points.posting.posted import PostedSale, Posting
from resolvers.redemptions.redeemed import Redeemed, add_notices
from resolvers.redemptions.scans import Scan, Unpaid
from resolvers.redemptions.wrong_codes import find_limit

# A group that waits longer for another transaction is written one by one, so that only those wait that have to.
_LOCK_TIMEOUT: Final = timedelta(milliseconds=100)


class _Paying(Struct, frozen=True):
    """A scan whose coupon is redeemed as the sale with this number."""

    scan: Scan
    coupon: ScannedCouponRow
    sale: int


class _Exclusion(Exception):
    """Scans turned out not to pay after something was written for them, so the transaction must be undone."""

    def __init__(self, unpaid: Sequence[tuple[Scan, Unpaid]]) -> None:
        super().__init__()
        self.unpaid = unpaid


async def redeem_group(operation: Operation, scans: Sequence[Scan], *, alone: bool) -> list[Redeemed | Unpaid]:
    """Redeem the coupons of scans that have no claim in common, and return what came of each, in order.

    Nothing is written for a scan that does not pay. Only what is written `alone` waits long for other transactions.
    Raises TransactionConflict.
    """
    lock_timeout = None if alone else _LOCK_TIMEOUT
    outcomes: dict[Scan, Redeemed | Unpaid] = {}
    while rest := [scan for scan in scans if scan not in outcomes]:
        try:
            outcomes.update(await _redeem(operation, rest, lock_timeout))
        except _Exclusion as found:
            outcomes.update(found.unpaid)
    return [outcomes[scan] for scan in scans]


async def _redeem(
    operation: Operation, scans: Sequence[Scan], lock_timeout: timedelta | None
) -> list[tuple[Scan, Redeemed | Unpaid]]:
    async with operation.writing() as session:
        await keep_plans(session, lock_timeout)
        coupons = await _lock_coupons(session, scans)
        judged = [(scan, coupon, _judge(scan, coupon)) for scan, coupon in zip(scans, coupons, strict=True)]
        outcomes: list[tuple[Scan, Redeemed | Unpaid]] = [(scan, one) for scan, _, one in judged if one is not None]
        chosen = [(scan, coupon) for scan, coupon, one in judged if one is None and coupon is not None]
        if chosen:
            paying = await _claim(session, chosen)
            posting = await post_points(operation, session, [_change(one) for one in paying])
            await _require_earning(session, paying, posting)
            for one in paying:
                redeemed = _redeemed(one, posting.sales[one.sale])
                outcomes.append((one.scan, await add_notices(session, one.coupon, redeemed)))
    return outcomes


async def _lock_coupons(session: Writing, scans: Sequence[Scan]) -> list[ScannedCouponRow | None]:
    rows = await session.fetch(
        LOCK_COUPONS,
        serials=[scan.found.serial for scan in scans],
        key_ids=[scan.found.key_id for scan in scans],
        ecp_ids=[scan.ecp_id for scan in scans],
        timed=[scan.timed for scan in scans],
        owner_ids=[scan.owner_id for scan in scans],
        keys=[scan.key for scan in scans],
    )
    found = {row.place: row for row in rows}
    return [found.get(place) for place in range(1, len(scans) + 1)]


def _judge(scan: Scan, coupon: ScannedCouponRow | None) -> Unpaid | None:
    """Why a coupon does not pay; None if it may."""
    if coupon is None or coupon.key_digest is not None:
        return Unpaid(coupon)
    bucket = (coupon.tokens, coupon.refilled_at)
    if limit := find_limit(coupon.locked_at, bucket, scan.now, scan.calendar):
        return Unpaid(coupon, limit)
    if coupon.redeemed_by is not None:
        return Unpaid(coupon)
    obstacle = find_obstacle(coupon, scan.at, scan.calendar)
    return None if obstacle is None else Unpaid(coupon, obstacle)


async def _claim(session: Writing, chosen: Sequence[tuple[Scan, ScannedCouponRow]]) -> list[_Paying]:
    """Claim the coupons and the keys. Raises _Exclusion where another transaction was faster by a moment."""
    claimed = await claim_coupons(session, [_new_redemption(scan, coupon) for scan, coupon in chosen])
    sales = {(row.run_id, row.serial): row.sale for row in claimed}
    lost = [
        (scan, Unpaid(coupon, TransactionConflict()))
        for scan, coupon in chosen
        if (coupon.run_id, coupon.serial) not in sales
    ]
    if lost:
        raise _Exclusion(lost)
    return [_Paying(scan, coupon, sales[coupon.run_id, coupon.serial]) for scan, coupon in chosen]


def _new_redemption(scan: Scan, coupon: ScannedCouponRow) -> NewRedemption:
    attempt = scan.attempt
    return NewRedemption(
        owner_id=scan.owner_id,
        key=scan.key,
        digest=scan.digest,
        run_id=coupon.run_id,
        serial=coupon.serial,
        ecp_id=scan.ecp_id,
        ecp=coupon.ecp,
        scheme=coupon.scheme,
        variant_id=coupon.variant_id,
        redeemed_at=scan.at,
        recorded_at=scan.now,
        attempt_id=attempt.id,
        code_hash=attempt.code_hash,
        device=attempt.device,
        place=attempt.place,
    )


def _change(one: _Paying) -> SaleChange:
    """The coupon as the ledger values it: a line of one unit."""
    coupon = one.coupon
    line = SoldLine(
        position=COUPON_POSITION, variant_id=coupon.variant_id, quantity=1, unit_price=Decimal(0), currency=""
    )
    return SaleChange(
        number=one.sale,
        ecp_id=one.scan.ecp_id,
        place=SalePlace(one.scan.at, "", f"{coupon.run_id}:{coupon.serial:010d}"),
        channel=EarningChannel.COUPON,
        lines=(line,),
        scheme_id=coupon.scheme_id,
    )


async def _require_earning(session: Writing, paying: Sequence[_Paying], posting: Posting) -> None:
    """Raise _Exclusion if coupons earn nothing: they stay valid, and nothing is posted."""
    doubtful = [(one, problems) for one in paying if (problems := _problems(one, posting.sales[one.sale])) is not None]
    if not doubtful:
        return
    asked = [EarnerMoment(one.scan.ecp_id, one.coupon.scheme_id, one.scan.at) for one, _ in doubtful]
    unpaid: list[tuple[Scan, Unpaid]] = []
    for (one, problems), earner in zip(doubtful, await earners_at(session, asked), strict=True):
        scan, coupon = one.scan, one.coupon
        why: CouponFailure | None = CouponEarnsNothing(problems) if problems else None
        if not earner.enrollment.is_enrolled(scan.at):
            why = not_enrolled(coupon, scan.at, scan.calendar)
        if why is not None:
            unpaid.append((scan, Unpaid(coupon, why)))
    if unpaid:
        raise _Exclusion(unpaid)


def _problems(one: _Paying, posted: PostedSale) -> list[str] | None:
    """Why a coupon earns nothing; an empty list while that is not known, and None if it earns."""
    problems = [obstacle.sentence for line in posted.lines for obstacle in line.obstacles]
    if posted.lines or posted.waits:
        return problems if problems or posted.waits else None
    return [f"“{one.coupon.title}” pays nothing for this product now."]


def _redeemed(one: _Paying, posted: PostedSale) -> Redeemed:
    return Redeemed(
        sale=one.sale,
        ecp_id=one.scan.ecp_id,
        ecp=one.coupon.ecp,
        redeemed_at=one.scan.at,
        points=None if posted.waits else posted.points,
    )
