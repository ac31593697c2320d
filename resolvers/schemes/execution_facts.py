"""The facts of how schemes are executed, from their coupons and consignments."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from msgspec.structs import replace

from db.consignments.execution_reads import CONSIGNMENTS_BY_SCHEME, ConsignmentExecutionRow
from db.coupons.rows import CouponQuantityRow
from db.schemes.execution_reads import QUANTITIES_BY_SCHEME
from db.sessions import Fetching
from domain.channels import EarningChannel
from domain.consignments.facts import ConsignmentStatus
from domain.coupons.quantities import CouponQuantities
from domain.schemes.execution import ConsignmentFact, ExecutionFacts
from domain.schemes.lifecycle_facts import SchemeFacts
from domain.schemes.stages import SchemeStatus
from resolvers.loading import align_many

_SCHEME_ID: Final[Callable[[Any], UUID]] = attrgetter("scheme_id")
_STATUSES: Final[Mapping[str, SchemeStatus]] = MappingProxyType(
    {
        ConsignmentStatus.READY: SchemeStatus.PRODUCTION_NOT_STARTED,
        ConsignmentStatus.IN_PRODUCTION: SchemeStatus.IN_PRODUCTION,
        ConsignmentStatus.IN_TRANSIT: SchemeStatus.IN_TRANSIT,
        ConsignmentStatus.DELIVERED: SchemeStatus.DELIVERED,
    }
)


async def add_execution(fetching: Fetching, schemes: Mapping[UUID, SchemeFacts]) -> dict[UUID, SchemeFacts]:
    """Complete the facts of schemes by how they are executed.

    Runs two statements for any number of schemes, and none if no scheme is approved and has coupons.
    """
    ids = [scheme_id for scheme_id, facts in schemes.items() if _is_executed(facts)]
    if not ids:
        return dict(schemes)
    variants = align_many(ids, await fetching.fetch(QUANTITIES_BY_SCHEME, ids=ids), _SCHEME_ID)
    consignments = align_many(ids, await fetching.fetch(CONSIGNMENTS_BY_SCHEME, ids=ids), _SCHEME_ID)
    executed = {
        scheme_id: replace(schemes[scheme_id], execution=_execution(quantities, chains))
        for scheme_id, quantities, chains in zip(ids, variants, consignments, strict=True)
    }
    return {**schemes, **executed}


def build_quantities(row: CouponQuantityRow) -> CouponQuantities:
    """The quantities of coupons of a variant."""
    return CouponQuantities(
        variant_id=row.variant_id,
        sku=row.sku,
        planned=row.planned,
        generated=row.generated,
        closed=row.closed,
        allotted=row.allotted,
        void=row.void,
        first_generated_at=row.first_generated_at,
        generated_at=row.generated_at,
        closed_at=row.closed_at,
    )


def _is_executed(facts: SchemeFacts) -> bool:
    """Whether coupons of the scheme may exist. A revision has none of its own."""
    return EarningChannel.COUPON in facts.channels and facts.approved_at is not None and facts.effective_at is None


def _execution(
    variants: Iterable[CouponQuantityRow], consignments: Sequence[ConsignmentExecutionRow]
) -> ExecutionFacts:
    return ExecutionFacts(
        variants=tuple(build_quantities(row) for row in variants),
        consignments=tuple(_consignment(row) for row in consignments if row.canceled_at is None),
        voided_at=max(filter(None, (row.voided_at for row in consignments)), default=None),
        canceled_at=max(filter(None, (row.canceled_at for row in consignments)), default=None),
    )


def _consignment(row: ConsignmentExecutionRow) -> ConsignmentFact:
    return ConsignmentFact(
        code=row.code,
        status=_STATUSES[row.status],
        since=row.since,
        created_at=row.created_at,
        started_at=row.started_at,
        waiting_vendor_ids=tuple(row.waiting_vendor_ids),
        has_discrepancy=row.has_discrepancy,
    )
