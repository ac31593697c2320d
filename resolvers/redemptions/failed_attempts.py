"""Failed attempts to redeem a coupon: each is kept in a transaction of its own, since that of the redemption ends."""

from typing import Final, NoReturn

from db.redemptions.changes import NUMBER_OF_ECP
from domain.calendar import Calendar
from domain.coupons.failures import CodeFault, InvalidCode
from domain.failures import Failure
from domain.redemptions.facts import AttemptResult, CouponFacts
from domain.redemptions.failures import NotRegistered
from resolvers.context import Operation
from resolvers.redemptions.attempts import Attempt, keep_attempt
from resolvers.redemptions.evidence import keep_evidence
from resolvers.redemptions.wrong_codes import note_wrong_code

_EVIDENCE: Final = frozenset({AttemptResult.UNRESOLVED, AttemptResult.LOST})


async def reject_code(operation: Operation, attempt: Attempt, invalid: InvalidCode, calendar: Calendar) -> NoReturn:
    """Count the wrong code, keep the attempt, and raise why it is wrong, or why the ECP may try none now."""
    ecp_id = operation.viewer.ecp_id
    if ecp_id is None:
        raise NotRegistered
    unknown = invalid.fault is CodeFault.UNKNOWN
    limit: Failure | None
    async with operation.writing() as session:
        limit = await note_wrong_code(operation, session, ecp_id, calendar)
        if limit is None:
            (ecp,) = await session.fetch(NUMBER_OF_ECP, id=ecp_id)
            result = AttemptResult.UNKNOWN if unknown else AttemptResult.MISTYPED
            await keep_attempt(operation, session, ecp, attempt, result)
    raise limit or invalid


async def keep_failure(
    operation: Operation, attempt: Attempt, coupon: CouponFacts | None, result: AttemptResult
) -> None:
    """Keep an attempt with a genuine code that failed, and what a scan of a missing coupon says."""
    ecp_id = operation.viewer.ecp_id
    async with operation.writing() as session:
        (ecp,) = [coupon.ecp] if coupon else await session.fetch(NUMBER_OF_ECP, id=ecp_id)
        await keep_attempt(operation, session, ecp, attempt, result)
        if coupon is not None and result in _EVIDENCE:
            await keep_evidence(operation, session, coupon, result)
