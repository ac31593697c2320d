"""The mutation redeemCoupon: a coupon pays once, and every other answer says why it does not."""

from collections.abc import Iterator
from datetime import datetime
from typing import NoReturn

from msgspec import Struct
from msgspec.structs import replace

from db.idempotency import find_idempotency_key
from db.points.redemption_reads import PRESENT_POINTS
from db.redemptions.changes import REDEEM_COUPON
from db.redemptions.redeeming_reads import IS_IN_CONSIGNMENT
from db.sessions import TransactionConflict
from domain.checks import text_problems
from domain.coupons.codes import unknown_code
from domain.coupons.failures import InvalidCode
from domain.failures import Problem
from domain.redemptions.facts import CouponFacts
from domain.redemptions.failures import AlreadyYours, CouponFailure, CouponInert, CouponRedeemed, NotRegistered
from domain.redemptions.scans import DEVICE_LENGTH, scan_problems, scan_time
from domain.timestamps import Malformed
from resolvers.context import Operation
from resolvers.idempotency import IdempotencyMismatch, digest_of, key_owner, key_problems
from resolvers.redemptions.attempts import Attempt
from resolvers.redemptions.failed_attempts import keep_failure, reject_code
from resolvers.redemptions.redeem_group import redeem_group
from resolvers.redemptions.redeemed import Redeemed, place_of, read_redeemed
from resolvers.redemptions.scans import Scan, Unpaid
from resolvers.redemptions.wrong_codes import check_attempt
from resolvers.validation import reject_invalid


class RedeemCoupon(Struct, frozen=True):
    """Redeem a coupon for the ECP of the viewer; a `scanned_at` of None is now."""

    code: str
    scanned_at: datetime | Malformed | None
    device_id: str | None
    idempotency_key: str


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
    scan = Scan(
        found=found,
        ecp_id=ecp_id,
        owner_id=key_owner(operation.viewer),
        key=command.idempotency_key,
        digest=digest_of(replace(command, code=code)),
        at=scan_time(command.scanned_at, operation.now),
        now=operation.now,
        timed=command.scanned_at is not None,
        attempt=_attempt(operation, command, code),
        calendar=calendar,
    )
    await operation.release()
    outcome = await operation.groups.of(redeem_group).commit(scan, operation.begin_aside)
    await operation.read_afresh()
    return outcome if isinstance(outcome, Redeemed) else await _answer_unpaid(operation, scan, outcome)


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


async def _answer_unpaid(operation: Operation, scan: Scan, unpaid: Unpaid) -> Redeemed:
    """Raise why a coupon did not pay, and keep the attempt; return what it paid before with the same key."""
    coupon = unpaid.coupon
    try:
        if unpaid.why is not None:
            raise unpaid.why
        if coupon is None:
            await _raise_absent(operation, scan)
        if coupon.key_digest == scan.digest:
            return await read_redeemed(operation, scan.ecp_id, coupon)
        if coupon.key_digest is not None:
            await _raise_mismatch(operation, scan)
        await _raise_redeemed(operation, scan, coupon)
    except InvalidCode as invalid:
        await reject_code(operation, scan.attempt, invalid, scan.calendar)
    except CouponFailure as failure:
        await keep_failure(operation, scan.attempt, coupon, failure.result)
        raise


async def _raise_mismatch(operation: Operation, scan: Scan) -> NoReturn:
    """An ECP that may try no code now does not learn from a used key that the code is genuine."""
    await check_attempt(operation, scan.ecp_id, scan.calendar)
    raise IdempotencyMismatch


async def _raise_absent(operation: Operation, scan: Scan) -> NoReturn:
    """Raise why there is no coupon to lock: no run has it, no consignment has it, or it moved just now."""
    if await find_idempotency_key(operation, owner_id=scan.owner_id, mutation=REDEEM_COUPON, key=scan.key):
        await _raise_mismatch(operation, scan)
    await check_attempt(operation, scan.ecp_id, scan.calendar)
    found = await operation.fetch(IS_IN_CONSIGNMENT, serial=scan.found.serial, key_id=scan.found.key_id)
    if not found:
        raise unknown_code()
    if found[0]:
        raise TransactionConflict
    raise CouponInert


async def _raise_redeemed(operation: Operation, scan: Scan, coupon: CouponFacts) -> NoReturn:
    if coupon.redeemed_by != coupon.ecp or coupon.redeemed_at is None:
        raise CouponRedeemed
    found = await operation.fetch(PRESENT_POINTS, **place_of(coupon))
    raise AlreadyYours(coupon.redeemed_at, found[0] if found else None, scan.calendar)
