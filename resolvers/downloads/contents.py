"""What a download of codes contains, and whether the viewer may have it."""

from uuid import UUID

from msgspec import Struct

from db.consignments.code_reads import KEYS_OF_CODES
from db.consignments.custody_reads import HOLDINGS_BY_CONSIGNMENT
from db.consignments.reads import CHAINS, consignments_by_id
from db.consignments.rows import ChainRow
from db.sessions import Writing
from domain.consignments.facts import Condition
from domain.consignments.failures import CONSIGNMENT_PATH
from domain.consignments.guards import CONSIGNMENT_GUARDS, ConsignmentAction, ConsignmentFacts
from domain.consignments.state import Holding
from domain.failures import IllegalState, NotFound, Problem, UserErrorCode
from resolvers.consignments.loaders import scope_parameters
from resolvers.context import Operation
from resolvers.validation import reject_invalid


class Contents(Struct, frozen=True):
    """The variants of a consignment to download; `sku` is None if they are all of them."""

    chain: ChainRow
    variant_ids: tuple[UUID, ...]
    sku: str | None
    quantity: int


async def read_contents(
    operation: Operation, session: Writing, consignment_id: UUID, variant_id: UUID | None
) -> Contents:
    """Read the contents for the viewer.

    Raises NotFound, CodesDenied, IllegalState, InvalidInput for a variant that the consignment does not have, and
    CouponKeysMissing.
    """
    scope = operation.viewer.consignment_scope
    shown = await session.fetch(
        consignments_by_id(scope), ids=[consignment_id], **scope_parameters(operation.viewer, scope)
    )
    if not shown:
        raise NotFound("consignment", CONSIGNMENT_PATH)
    (chain,) = await session.fetch(CHAINS, ids=[consignment_id])
    holdings = await session.fetch(HOLDINGS_BY_CONSIGNMENT, ids=[consignment_id])
    facts = ConsignmentFacts(
        code=chain.code,
        canceled=chain.canceled,
        vendor_ids=chain.vendor_ids,
        holdings=[
            Holding(leg=row.leg, in_batch=row.in_batch, condition=Condition(row.condition), quantity=row.quantity)
            for row in holdings
        ],
    )
    CONSIGNMENT_GUARDS.check(ConsignmentAction.DOWNLOAD_CODES, facts, operation.viewer)
    skus = dict(zip(chain.variant_ids, chain.skus, strict=True))
    if variant_id is not None and variant_id not in skus:
        message = f"{chain.code} has no coupons of this variant."
        reject_invalid([Problem(UserErrorCode.NOT_FOUND, message, ("variantId",))])
    chosen = tuple(skus) if variant_id is None else (variant_id,)
    sku = None if variant_id is None else skus[variant_id]
    quantity = sum(
        holding.quantity for holding in holdings if holding.variant_id in chosen and holding.condition != Condition.VOID
    )
    if not quantity:
        raise IllegalState(f"All coupons of {sku} in {chain.code} are void, so they have no codes.", CONSIGNMENT_PATH)
    for key_id in await session.fetch(KEYS_OF_CODES, consignment_id=consignment_id, variant_ids=list(chosen)):
        operation.coupon_keys.require(key_id)
    return Contents(chain=chain, variant_ids=chosen, sku=sku, quantity=quantity)
