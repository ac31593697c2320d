"""The facts of how schemes are executed, from their coupons and consignments."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from msgspec.structs import replace

from db.artwork.execution_reads import REVIEWS_BY_SCHEME, VERSIONS_BY_SCHEME
from db.consignments.execution_reads import CONSIGNMENTS_BY_SCHEME, ConsignmentExecutionRow
from db.coupons.rows import CouponQuantityRow
from db.schemes.execution_reads import QUANTITIES_BY_SCHEME
from db.sessions import Fetching
from db.settlements.reads import STATES_BY_SCHEME
from domain.artwork.facts import ArtworkReviewState
from domain.channels import EarningChannel
from domain.consignments.facts import ConsignmentStatus, CustodyStatus
from domain.coupons.quantities import CouponQuantities
from domain.schemes.execution import ArtworkFact, ConsignmentFact, ExecutionFacts, ReviewFact
from domain.schemes.lifecycle_facts import SchemeFacts, SettlementFact
from domain.schemes.stages import SchemeStatus
from domain.settlements.facts import SettlementStatus
from resolvers.loading import align_many

_SCHEME_ID: Final[Callable[[Any], UUID]] = attrgetter("scheme_id")
_STATUSES: Final[Mapping[str, SchemeStatus]] = MappingProxyType(
    {
        CustodyStatus.READY: SchemeStatus.PRODUCTION_NOT_STARTED,
        CustodyStatus.IN_PRODUCTION: SchemeStatus.IN_PRODUCTION,
        CustodyStatus.IN_TRANSIT: SchemeStatus.IN_TRANSIT,
        CustodyStatus.DELIVERED: SchemeStatus.DELIVERED,
    }
)


async def add_execution(fetching: Fetching, schemes: Mapping[UUID, SchemeFacts]) -> dict[UUID, SchemeFacts]:
    """Complete the facts of schemes by how they are executed and settled.

    Runs one statement for any number of schemes, none if no scheme is approved, and four more if one of them has
    coupons.
    """
    schemes = await _add_settlements(fetching, schemes)
    ids = [scheme_id for scheme_id, facts in schemes.items() if _is_executed(facts)]
    if not ids:
        return dict(schemes)
    variants = align_many(ids, await fetching.fetch(QUANTITIES_BY_SCHEME, ids=ids), _SCHEME_ID)
    consignments = align_many(ids, await fetching.fetch(CONSIGNMENTS_BY_SCHEME, ids=ids), _SCHEME_ID)
    artworks = align_many(ids, await _load_artworks(fetching, ids), lambda pair: pair[0])
    executed = {
        scheme_id: replace(schemes[scheme_id], execution=_execution(quantities, chains, [each for _, each in artwork]))
        for scheme_id, quantities, chains, artwork in zip(ids, variants, consignments, artworks, strict=True)
    }
    return {**schemes, **executed}


async def _add_settlements(fetching: Fetching, schemes: Mapping[UUID, SchemeFacts]) -> Mapping[UUID, SchemeFacts]:
    """Complete the facts of approved schemes by their settlements. A revision has none of its own."""
    ids = [key for key, facts in schemes.items() if facts.approved_at is not None and facts.effective_at is None]
    rows = await fetching.fetch(STATES_BY_SCHEME, ids=ids) if ids else []
    settled = {
        scheme_id: replace(
            schemes[scheme_id],
            settlements=tuple(SettlementFact(SettlementStatus(row.status), row.since) for row in states),
        )
        for scheme_id, states in zip(ids, align_many(ids, rows, _SCHEME_ID), strict=True)
        if states
    }
    return {**schemes, **settled}


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


async def _load_artworks(fetching: Fetching, ids: list[UUID]) -> list[tuple[UUID, ArtworkFact]]:
    """The artwork of the variants of schemes with its reviews, each with its scheme, in the order of SKUs."""
    reviews: dict[tuple[UUID, UUID], list[ReviewFact]] = {}
    for row in await fetching.fetch(REVIEWS_BY_SCHEME, ids=ids):
        review = ReviewFact(
            vendor_id=row.vendor_id,
            since=row.since,
            state=ArtworkReviewState(row.state),
            decided_at=row.decided_at,
            comment=row.comment,
        )
        reviews.setdefault((row.scheme_id, row.variant_id), []).append(review)
    return [
        (
            row.scheme_id,
            ArtworkFact(
                variant_id=row.variant_id,
                version=row.version,
                first_uploaded_at=row.first_uploaded_at,
                uploaded_at=row.uploaded_at,
                reviews=tuple(reviews.get((row.scheme_id, row.variant_id), ())),
            ),
        )
        for row in await fetching.fetch(VERSIONS_BY_SCHEME, ids=ids)
    ]


def _execution(
    variants: Iterable[CouponQuantityRow],
    consignments: Sequence[ConsignmentExecutionRow],
    artworks: Iterable[ArtworkFact],
) -> ExecutionFacts:
    return ExecutionFacts(
        variants=tuple(build_quantities(row) for row in variants),
        consignments=tuple(_consignment(row) for row in consignments if row.canceled_at is None),
        voided_at=max(filter(None, (row.voided_at for row in consignments)), default=None),
        canceled_at=max(filter(None, (row.canceled_at for row in consignments)), default=None),
        artworks=tuple(artworks),
    )


def _consignment(row: ConsignmentExecutionRow) -> ConsignmentFact:
    return ConsignmentFact(
        code=row.code,
        status=_STATUSES[row.custody_status],
        since=row.custody_since,
        created_at=row.created_at,
        started_at=row.started_at,
        waiting_vendor_ids=tuple(row.waiting_vendor_ids),
        has_discrepancy=row.has_discrepancy,
        artwork_blocked=row.status == ConsignmentStatus.ARTWORK_BLOCKED,
        awaits_artwork=row.status == ConsignmentStatus.AWAITING_ARTWORK,
    )
