"""Payloads of the mutations of coupons."""

from typing import Annotated

import strawberry

from resolvers.schemes.loaders import schemes_by_id
from schema.fields import batched
from schema.payloads import KeyedPayload


@strawberry.type
class CouponsPayload(KeyedPayload):
    scheme: Annotated["Scheme", strawberry.lazy("schema.schemes.types")] | None = batched(  # type: ignore[name-defined] # noqa: F821 - schemes stand above coupons
        schemes_by_id, key="key", description="The scheme after the mutation. Null if there are errors."
    )


@strawberry.type(description="The result of `generateCoupons`.")
class GenerateCouponsPayload(CouponsPayload):
    pass


@strawberry.type(description="The result of `closeShortfall`.")
class CloseShortfallPayload(CouponsPayload):
    pass
