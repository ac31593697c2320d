"""Inputs of the mutations of coupons."""

import strawberry

from domain.node_kinds import NodeKind
from resolvers.coupons.close_shortfall import CloseShortfall
from resolvers.coupons.generate_coupons import GenerateCoupons
from schema.fields import leaf, optional
from schema.ids import InputIds, input_id

_SCHEME_ID = "The ID of the scheme."
_KEY = "A key of the client. The same key with the same input answers as the first time and changes nothing."


@strawberry.input(description="A scheme whose coupons to generate.")
class GenerateCouponsInput:
    scheme_id: strawberry.ID = leaf(_SCHEME_ID)
    idempotency_key: str | None = optional(_KEY)

    def to_command(self) -> GenerateCoupons:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        scheme_id = input_id(NodeKind.SCHEME, self.scheme_id, "schemeId")
        return GenerateCoupons(scheme_id=scheme_id, idempotency_key=self.idempotency_key)


@strawberry.input(description="A variant of a scheme whose missing coupons will not be generated.")
class CloseShortfallInput:
    scheme_id: strawberry.ID = leaf(_SCHEME_ID)
    variant_id: strawberry.ID = leaf("The ID of the variant.")
    reason: str = leaf("The reason.")
    idempotency_key: str = leaf(_KEY)

    def to_command(self) -> CloseShortfall:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            return CloseShortfall(
                scheme_id=ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId"),
                variant_id=ids.one(NodeKind.VARIANT, self.variant_id, "variantId"),
                reason=self.reason,
                idempotency_key=self.idempotency_key,
            )
