"""The mutation closeShortfall."""

from uuid import UUID

from msgspec import Struct

from db.coupons.changes import add_closure
from domain.checks import reason_problems
from domain.events import EventKind
from domain.failures import IllegalState, InvalidInput, Problem, UserErrorCode
from domain.schemes.execution_facts import ShortfallClosed
from domain.text import trim_text
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.schemes.execution import NewActivity, lock_execution, quantities_of_scheme, record_activity, rederive
from resolvers.validation import reject_invalid


class CloseShortfall(Struct, frozen=True):
    """Do without the coupons of a variant that are planned and not generated."""

    scheme_id: UUID
    variant_id: UUID
    reason: str
    idempotency_key: str


async def close_shortfall(operation: Operation, command: CloseShortfall) -> UUID:
    """Close the whole present shortfall of a variant; return the id of the scheme.

    Coupons that become void later open a new shortfall. Raises InvalidInput, NotFound, IllegalState and
    IdempotencyMismatch.
    """
    reject_invalid(reason_problems(command.reason))
    async with operation.writing() as session:
        definition = await lock_execution(operation, session, command.scheme_id)
        if await claim_key(operation, session, command, result_id=command.scheme_id):
            return command.scheme_id
        quantities = {each.variant_id: each for each in await quantities_of_scheme(session, command.scheme_id)}
        each = quantities.get(command.variant_id)
        path = ("input", "variantId")
        if each is None:
            raise InvalidInput(Problem(UserErrorCode.NOT_FOUND, "The scheme has no such variant.", path))
        if not each.shortfall:
            raise IllegalState(f"All coupons of {each.sku} are generated. There is no shortfall to close.", path)
        reason = trim_text(command.reason)
        await add_closure(
            session,
            closure_id=operation.new_id(),
            scheme_id=command.scheme_id,
            variant_id=command.variant_id,
            quantity=each.shortfall,
            reason=reason,
            closed_by=operation.viewer.account_id,
            at=operation.now,
        )
        await rederive(operation, session, command.scheme_id)
        fact = ShortfallClosed(scheme=definition.name, sku=each.sku, quantity=each.shortfall, reason=reason)
        await record_activity(operation, session, command.scheme_id, NewActivity(EventKind.SHORTFALL_CLOSED, fact))
    return command.scheme_id
