"""Any execution of a scheme: quantities that can occur together, and consignments with any status."""

from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from domain.artwork.facts import ArtworkReviewState
from domain.coupons.quantities import CouponQuantities
from domain.schemes.execution import ArtworkFact, ConsignmentFact, ExecutionFacts, ReviewFact
from domain.schemes.stages import SchemeStatus

VENDORS = [UUID(int=number) for number in range(1, 5)]
STATUSES = (
    SchemeStatus.PRODUCTION_NOT_STARTED,
    SchemeStatus.IN_PRODUCTION,
    SchemeStatus.IN_TRANSIT,
    SchemeStatus.DELIVERED,
)


def moments(after: datetime) -> st.SearchStrategy[datetime]:
    """A moment after another one."""
    return st.integers(0, 300_000).map(lambda minutes: after + timedelta(minutes=minutes))


@st.composite
def quantities(draw: st.DrawFn, number: int, after: datetime) -> CouponQuantities:
    """A variant: void coupons were allotted, and allotted ones generated."""
    planned = draw(st.integers(0, 10**9))
    closed = draw(st.integers(0, planned))
    generated = draw(st.integers(0, 2 * 10**9))
    allotted = draw(st.integers(0, generated))
    first = draw(moments(after)) if generated else None
    return CouponQuantities(
        variant_id=UUID(int=number),
        sku=f"SKU-{number}",
        planned=planned,
        generated=generated,
        allotted=allotted,
        void=draw(st.integers(0, allotted)),
        closed=closed,
        first_generated_at=first,
        generated_at=None if first is None else draw(moments(first)),
        closed_at=draw(moments(after)) if closed else None,
    )


@st.composite
def consignments(draw: st.DrawFn, after: datetime) -> ConsignmentFact:
    """A consignment of any status."""
    created = draw(moments(after))
    status = draw(st.sampled_from(STATUSES))
    settled = status is SchemeStatus.DELIVERED
    return ConsignmentFact(
        code=f"CON-2026-{draw(st.integers(1, 999)):06}",
        status=status,
        since=draw(moments(created)),
        created_at=created,
        started_at=None if status is SchemeStatus.PRODUCTION_NOT_STARTED else draw(moments(created)),
        waiting_vendor_ids=() if settled else tuple(draw(st.lists(st.sampled_from(VENDORS), unique=True))),
        has_discrepancy=not settled and draw(st.booleans()),
        artwork_blocked=not settled and draw(st.booleans()),
        awaits_artwork=status is SchemeStatus.PRODUCTION_NOT_STARTED and draw(st.booleans()),
    )


@st.composite
def artworks(draw: st.DrawFn, number: int, after: datetime) -> ArtworkFact:
    """The artwork of a variant: a request or an approval is about a version."""
    version = draw(st.integers(0, 3))
    first = draw(moments(after)) if version else None
    states = list(ArtworkReviewState) if version else [ArtworkReviewState.PENDING]
    reviews = []
    for vendor_id in draw(st.lists(st.sampled_from(VENDORS), unique=True)):
        state, since = draw(st.sampled_from(states)), draw(moments(after))
        decided = None if first is None or state is ArtworkReviewState.PENDING else draw(moments(first))
        comment = None if decided is None else "Too dark."
        reviews.append(ReviewFact(vendor_id, since, state, decided_at=decided, comment=comment))
    return ArtworkFact(
        variant_id=UUID(int=number),
        version=version,
        first_uploaded_at=first,
        uploaded_at=None if first is None else draw(moments(first)),
        reviews=tuple(reviews),
    )


@st.composite
def executions(draw: st.DrawFn, after: datetime) -> ExecutionFacts:
    """An execution after a moment."""
    numbers = range(1, draw(st.integers(1, 4)))
    variants = tuple(draw(quantities(number, after)) for number in numbers)
    allotted = any(variant.allotted for variant in variants)
    return ExecutionFacts(
        variants=variants,
        consignments=tuple(draw(st.lists(consignments(after), max_size=3))) if allotted else (),
        voided_at=draw(moments(after)) if any(variant.void for variant in variants) else None,
        canceled_at=draw(st.none() | moments(after)),
        artworks=tuple(draw(artworks(number, after)) for number in numbers if draw(st.booleans())),
    )
