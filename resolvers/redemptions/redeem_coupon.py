"""The mutation redeemCoupon: a coupon pays once, and every other answer says why it does not."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import NoReturn
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.points.redemption_reads import PRESENT_POINTS
from db.redemptions.changes import CLAIM_COUPON
from db.redemptions.redeeming_reads import IS_IN_CONSIGNMENT, LOCK_COUPON
from db.sessions import TransactionConflict, Writing
from domain.calendar import Calendar
from domain.channels import EarningChannel
from domain.checks import text_problems
from domain.coupons.codes import unknown_code
from domain.coupons.failures import InvalidCode
from domain.coupons.keys import FoundSerial
from domain.failures import Problem
from domain.points.lines import COUPON_POSITION, SaleChange, SalePlace, SoldLine
from domain.redemptions.decisions import find_obstacle, not_enrolled
from domain.redemptions.facts import CouponFacts
from domain.redemptions.failures import (
    AlreadyYours,
    CouponEarnsNothing,
    CouponFailure,
    CouponInert,
    CouponRedeemed,
    NotRegistered,
)
from domain.redemptions.scans import DEVICE_LENGTH, scan_problems, scan_time
from domain.timestamps import Malformed
from resolvers.context import Operation
from resolvers.idempotency import IdempotencyMismatch, claim_key, key_problems
from resolvers.points.earners import EarnerMoment, earners_at
from resolvers.points.posting.post import post_points
from resolvers.points.posting.posted import PostedSale
from resolvers.redemptions.attempts import Attempt
from resolvers.redemptions.failed_attempts import keep_failure, reject_code
from resolvers.redemptions.redeemed import Redeemed, add_notices, place_of, read_redeemed
from resolvers.redemptions.wrong_codes import check_attempt, find_limit
from resolvers.validation import reject_invalid


class RedeemCoupon(Struct, frozen=True):
    """Redeem a coupon for the ECP of the viewer; a `scanned_at` of None is now."""

    code: str
    scanned_at: datetime | Malformed | None
    device_id: str | None
    idempotency_key: str


class _Scan(Struct, frozen=True):
    """A genuine code that an ECP scanned."""

    command: RedeemCoupon
    found: FoundSerial
    ecp_id: UUID
    at: datetime
    attempt: Attempt
    calendar: Calendar


async def redeem_coupon(operation: Operation, command: RedeemCoupon) -> Redeemed:
    """Redeem a coupon that is in a product, and post its points to the ECP of the viewer.

    Failed attempts are kept, and wrong codes are counted. Raises NotRegistered, InvalidInput, InvalidCode, every
    CouponFailure, TooManyWrongCodes, RedemptionLocked, and IdempotencyMismatch.
    """
    ecp_id = operation.viewer.ecp_id
    if ecp_id is None:
        raise NotRegistered
    reject_invalid(_problems(command, operation.now))
    calendar = await operation.calendar()
    text = operation.qr_template.find_code(command.code)
    try:
        found = operation.coupon_keys.read(text)
    except InvalidCode as invalid:
        await reject_code(operation, _attempt(operation, command, text), invalid, calendar)
    code = operation.coupon_keys.write(found.serial, found.key_id)
    scan = _Scan(
        command=replace(command, code=code),
        found=found,
        ecp_id=ecp_id,
        at=scan_time(command.scanned_at, operation.now),
        attempt=_attempt(operation, command, code),
        calendar=calendar,
    )
    return await _redeem(operation, scan)


def _problems(command: RedeemCoupon, now: datetime) -> Iterator[Problem]:
    yield from scan_problems(command.scanned_at, now)
    if command.device_id is not None:
        yield from text_problems(command.device_id, ("deviceId",), "The device ID", DEVICE_LENGTH)
    # Wrong codes claim no key, and a bad key is an error with them as well: it must not say which codes are genuine.
    yield from key_problems(command.idempotency_key)


def _attempt(operation: Operation, command: RedeemCoupon, code: str) -> Attempt:
    return Attempt(
        id=operation.new_id(),
        code_hash=operation.coupon_keys.hash_text(code),
        device=command.device_id,
        place=operation.origin.address,
    )


async def _redeem(operation: Operation, scan: _Scan) -> Redeemed:
    facts: list[CouponFacts] = []
    try:
        async with operation.writing() as session:
            earlier = await _claim_key(operation, session, scan)
            facts += await _lock_coupon(session, scan)
            if earlier is not None and facts:
                return await read_redeemed(session, scan.ecp_id, facts[0])
            return await _claim(operation, session, scan, facts)
    except InvalidCode as invalid:
        await reject_code(operation, scan.attempt, invalid, scan.calendar)
    except CouponFailure as failure:
        await keep_failure(operation, scan.attempt, facts, failure.result)
        raise


async def _claim_key(operation: Operation, session: Writing, scan: _Scan) -> UUID | None:
    """Claim the key. An ECP that may try no code now does not learn from a used key that the code is genuine."""
    try:
        new_id = operation.new_id()
        return await claim_key(operation, session, scan.command, result_id=new_id, keeps_plans=True)
    except IdempotencyMismatch:
        await check_attempt(operation, session, scan.ecp_id, scan.calendar)
        raise


async def _lock_coupon(session: Writing, scan: _Scan) -> list[CouponFacts]:
    serial, key_id = scan.found.serial, scan.found.key_id
    timed = scan.command.scanned_at is not None
    return await session.fetch(LOCK_COUPON, serial=serial, key_id=key_id, ecp_id=scan.ecp_id, timed=timed)


async def _claim(operation: Operation, session: Writing, scan: _Scan, rows: list[CouponFacts]) -> Redeemed:
    if not rows:
        await check_attempt(operation, session, scan.ecp_id, scan.calendar)
        await _raise_absent(session, scan)
    facts = rows[0]
    await _check(operation, session, scan, facts)
    attempt = scan.attempt
    claimed = await session.fetch(
        CLAIM_COUPON,
        run_id=facts.run_id,
        serial=facts.serial,
        ecp=facts.ecp,
        scheme=facts.scheme,
        variant_id=facts.variant_id,
        redeemed_at=scan.at,
        recorded_at=operation.now,
        attempt_id=attempt.id,
        code_hash=attempt.code_hash,
        device=attempt.device,
        place=attempt.place,
        ecp_id=scan.ecp_id,
    )
    if not claimed:
        # Another attempt was faster by a moment: now the coupon has a redemption to read.
        rows = await _lock_coupon(session, scan)
        await _raise_redeemed(session, scan, rows)
    (sale,) = claimed
    posting = await post_points(operation, session, [_change(scan, facts, sale)])
    posted = posting.sales[sale]
    await _require_earning(session, scan, facts, posted)
    redeemed = Redeemed(
        sale=sale,
        ecp_id=scan.ecp_id,
        ecp=facts.ecp,
        redeemed_at=scan.at,
        points=None if posted.waits else posted.points,
    )
    return await add_notices(session, facts, redeemed)


async def _check(operation: Operation, session: Writing, scan: _Scan, facts: CouponFacts) -> None:
    """Raise what keeps the ECP from redeeming the coupon."""
    bucket = (facts.tokens, facts.refilled_at)
    if limit := find_limit(facts.locked_at, bucket, operation.now, scan.calendar):
        raise limit
    if facts.redeemed_by is not None:
        await _raise_redeemed(session, scan, [facts])
    if obstacle := find_obstacle(facts, scan.at, scan.calendar):
        raise obstacle


async def _raise_absent(session: Writing, scan: _Scan) -> NoReturn:
    """Raise why there is no coupon to lock: no run has it, no consignment has it, or it moved just now."""
    found = await session.fetch(IS_IN_CONSIGNMENT, serial=scan.found.serial, key_id=scan.found.key_id)
    if not found:
        raise unknown_code()
    if found[0]:
        raise TransactionConflict
    raise CouponInert


async def _raise_redeemed(session: Writing, scan: _Scan, rows: list[CouponFacts]) -> NoReturn:
    for facts in rows:
        if facts.redeemed_by != facts.ecp or facts.redeemed_at is None:
            raise CouponRedeemed
        found = await session.fetch(PRESENT_POINTS, **place_of(facts))
        raise AlreadyYours(facts.redeemed_at, found[0] if found else None, scan.calendar)
    raise TransactionConflict


async def _require_earning(session: Writing, scan: _Scan, facts: CouponFacts, posted: PostedSale) -> None:
    """Raise why the coupon earns nothing: it stays valid, and nothing is posted."""
    problems = [obstacle.sentence for line in posted.lines for obstacle in line.obstacles]
    if not posted.lines and not posted.waits:
        problems = [f"“{facts.title}” pays nothing for this product now."]
    if not problems and not posted.waits:
        return
    (earner,) = await earners_at(session, [EarnerMoment(scan.ecp_id, facts.scheme_id, scan.at)])
    if not earner.enrollment.is_enrolled(scan.at):
        raise not_enrolled(facts, scan.at, scan.calendar)
    if problems:
        raise CouponEarnsNothing(problems)


def _change(scan: _Scan, facts: CouponFacts, sale: int) -> SaleChange:
    """The coupon as the ledger values it: a line of one unit."""
    place = SalePlace(scan.at, "", f"{facts.run_id}:{facts.serial:010d}")
    line = SoldLine(
        position=COUPON_POSITION, variant_id=facts.variant_id, quantity=1, unit_price=Decimal(0), currency=""
    )
    return SaleChange(
        number=sale,
        ecp_id=scan.ecp_id,
        place=place,
        channel=EarningChannel.COUPON,
        lines=(line,),
        scheme_id=facts.scheme_id,
    )
