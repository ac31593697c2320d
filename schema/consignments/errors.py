"""Errors of consignments that carry data."""

from domain.consignments.failures import (
    ChainNotAcknowledged,
    CouponsInert,
    PackNotHeld,
    QuantityExceeded,
    SerialsHeld,
    SerialsNotHeld,
    SerialsPacked,
)
from resolvers.catalog.loaders import variants_by_id
from resolvers.consignments.batch_loaders import discrepancies_by_id
from resolvers.consignments.chain_loaders import LISTED_RANGES
from resolvers.idempotency import IdempotencyMismatch
from schema.catalog.types import Variant
from schema.consignments.movement_types import Discrepancy, SerialRange
from schema.errors import UserError, error_type
from schema.fields import batched, computed, leaf
from schema.scalars import SafeInt

_LISTED = f"in order: the first {LISTED_RANGES} ranges."


@error_type(QuantityExceeded, "There are fewer coupons than the input asks for.")
class QuantityExceededError(UserError):
    variant: Variant = batched(variants_by_id, key="variant_id", description="The variant.")
    requested: SafeInt = leaf("How many coupons the input asks for.")
    available: SafeInt = leaf("How many coupons there are.")


@error_type(SerialsNotHeld, "Some of the serials are not where the action takes them from.")
class SerialsNotHeldError(UserError):
    variant: Variant = batched(variants_by_id, key="variant_id", description="The variant.")
    serials: list[SerialRange] = computed(
        lambda failure: failure.serials.spans[:LISTED_RANGES], f"The serials that are elsewhere, {_LISTED}"
    )


@error_type(SerialsHeld, "Some of the serials carry superseded artwork, and Operations has not decided about them.")
class SerialsHeldError(UserError):
    variant: Variant = batched(variants_by_id, key="variant_id", description="The variant.")
    serials: list[SerialRange] = computed(
        lambda failure: failure.serials.spans[:LISTED_RANGES], f"The serials that are held, {_LISTED}"
    )
    discrepancy: Discrepancy | None = batched(
        discrepancies_by_id, key="discrepancy_id", description="The discrepancy that holds them."
    )
    version: int = leaf("The version of the artwork that superseded what they carry.")


@error_type(PackNotHeld, "A pack is not where the action takes it from.")
class PackNotHeldError(UserError):
    sscc: str = leaf("The SSCC of the pack.")


@error_type(SerialsPacked, "Some of the serials to pack are in another pack.")
class SerialsPackedError(UserError):
    variant: Variant = batched(variants_by_id, key="variant_id", description="The variant.")
    sscc: str = leaf("The SSCC of the other pack.")
    serials: list[SerialRange] = computed(
        lambda failure: failure.serials.spans[:LISTED_RANGES], f"The serials in the other pack, {_LISTED}"
    )


@error_type(CouponsInert, "Some of the serials are not allocated to a consignment, so nobody has these coupons.")
class CouponsInertError(UserError):
    serials: list[SerialRange] = computed(
        lambda failure: failure.serials.spans[:LISTED_RANGES], f"The serials that are not allocated, {_LISTED}"
    )


@error_type(ChainNotAcknowledged, "The chain is unusual. If it is meant to be so, set `acknowledgeWarnings`.")
class ChainNotAcknowledgedError(UserError):
    warnings: list[str] = leaf("What is unusual about the chain, one sentence each.")


@error_type(IdempotencyMismatch, "The idempotency key was sent before with another input.")
class IdempotencyMismatchError(UserError):
    """A failure of every mutation with an idempotency key."""
