"""Payloads of adjustments."""

import strawberry

from resolvers.adjustments.loaders import adjustments_by_id
from schema.adjustments.types import Adjustment
from schema.fields import batched
from schema.payloads import KeyedPayload


@strawberry.type
class AdjustmentPayload(KeyedPayload):
    adjustment: Adjustment | None = batched(
        adjustments_by_id, key="key", description="The adjustment after the mutation. Null if there are errors."
    )


@strawberry.type(description="The result of `adjustPoints`.")
class AdjustPointsPayload(AdjustmentPayload):
    pass


@strawberry.type(description="The result of `withdrawAdjustment`.")
class WithdrawAdjustmentPayload(AdjustmentPayload):
    pass


@strawberry.type(description="The result of `decideAdjustment`.")
class DecideAdjustmentPayload(AdjustmentPayload):
    pass
