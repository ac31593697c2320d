"""The mutation saveSchemeCouponValues."""

from uuid import UUID

from msgspec import Struct

from db.schemes import changes
from domain.channels import EarningChannel
from domain.schemes.content import CouponValue
from domain.schemes.inputs import value_problems
from domain.schemes.stages import WizardStepKind
from resolvers.context import Operation
from resolvers.schemes.edit import SavedStep, begin_edit, finish_edit
from resolvers.validation import reject_invalid


class SaveSchemeCouponValues(Struct, frozen=True):
    """Save the fourth step: the base points and the planned number of coupons of each variant."""

    scheme_id: UUID
    expected_version: int
    values: tuple[CouponValue, ...]


async def save_scheme_coupon_values(operation: Operation, command: SaveSchemeCouponValues) -> SavedStep:
    """Save the coupon values. Raises InvalidInput, NotFound, IllegalState and VersionConflict."""
    step = WizardStepKind.COUPON_VALUES
    async with operation.writing() as session:
        draft = await begin_edit(operation, session, command.scheme_id, step, command.expected_version)
        chosen = set(draft.content.variant_ids)
        with_coupons = EarningChannel.COUPON in draft.content.basics.channels
        reject_invalid(value_problems(command.values, chosen, with_coupons=with_coupons))
        await changes.set_coupon_values(session, command.scheme_id, command.values)
        return await finish_edit(operation, session, draft, step)
