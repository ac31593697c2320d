"""The mutation generateCoupons."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from db.consignments.custody_reads import LOCK_SERIALS
from db.coupons.changes import add_runs
from db.coupons.reads import NEXT_SERIAL
from db.sessions import Writing
from domain.coupons.quantities import CouponQuantities
from domain.events import EventKind
from domain.failures import Failure, IllegalState, UserErrorCode
from domain.permissions import Role
from domain.schemes.execution_facts import CouponsGenerated
from domain.schemes.failures import SCHEME_PATH
from domain.spans import LAST_SERIAL, Span
from domain.text import format_count
from resolvers.consignments.artwork_locking import add_artworks
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.schemes.execution import (
    NewActivity,
    lock_execution,
    quantities_of_scheme,
    record_activity,
    rederive,
)


class SerialsExhausted(Failure):
    """The deployment has no serials left for so many coupons."""

    code = UserErrorCode.LIMIT_EXCEEDED

    def __init__(self, requested: int, available: int) -> None:
        super().__init__(
            f"This program can generate {format_count(available, 'more coupon')}, and the scheme needs {requested:,}. "
            "Lower the planned quantities.",
            SCHEME_PATH,
        )


class GenerateCoupons(Struct, frozen=True):
    """Generate the shortfall of each variant of a scheme."""

    scheme_id: UUID
    idempotency_key: str | None = None


class NewRuns(Struct, frozen=True):
    """The shortfalls for which a scheme gets runs, whose codes are derived from one key."""

    scheme_id: UUID
    key_id: int
    short: Sequence[CouponQuantities]


async def generate_coupons(operation: Operation, command: GenerateCoupons) -> UUID:
    """Give each variant a run of serials for its shortfall; return the id of the scheme.

    The first time it is everything that is planned, later what was spoiled or voided. Codes are derived from serials
    and stored nowhere. Raises NotFound, IllegalState, CouponKeysMissing and SerialsExhausted.
    """
    key_id = operation.coupon_keys.newest
    async with operation.writing() as session:
        definition = await lock_execution(operation, session, command.scheme_id)
        if await claim_key(operation, session, command, result_id=command.scheme_id):
            return command.scheme_id
        short = [each for each in await quantities_of_scheme(session, command.scheme_id) if each.shortfall]
        if not short:
            title = definition.content.basics.title
            raise IllegalState(f"All planned coupons of “{title}” are generated. There is no shortfall.", SCHEME_PATH)
        await add_artworks(operation, session, command.scheme_id, [each.variant_id for each in short])
        await _add_runs(operation, session, NewRuns(command.scheme_id, key_id, short))
        fact = CouponsGenerated(scheme=definition.name, quantity=sum(each.shortfall for each in short))
        await rederive(operation, session, command.scheme_id)
        activity = NewActivity(EventKind.COUPON_RUNS_GENERATED, fact, tasks=[(Role.OPERATIONS, fact)])
        await record_activity(operation, session, command.scheme_id, activity)
    return command.scheme_id


async def _add_runs(operation: Operation, session: Writing, new: NewRuns) -> None:
    await session.fetch(LOCK_SERIALS)
    (first,) = await session.fetch(NEXT_SERIAL)
    needed = sum(each.shortfall for each in new.short)
    if first + needed > LAST_SERIAL + 1:
        raise SerialsExhausted(needed, LAST_SERIAL + 1 - first)
    runs = []
    for each in new.short:
        runs.append((operation.new_id(), each.variant_id, Span(first, first + each.shortfall - 1)))
        first += each.shortfall
    await add_runs(
        session,
        runs,
        scheme_id=new.scheme_id,
        key_id=new.key_id,
        generated_by=operation.viewer.account_id,
        at=operation.now,
    )
