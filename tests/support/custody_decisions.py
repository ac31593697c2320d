"""What is decided beside the places of coupons: reviews of artwork, and the open serials of discrepancies."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from domain.spans import Spans
from tests.support.custody_model import SchemeModel, as_spans

DISCREPANCIES: Final = """
SELECT discrepancy.id, discrepancy.consignment_id, kind, batch_id, variant_id, CAST(open_spans AS text)
FROM discrepancy JOIN consignment_line AS line ON line.id = line_id ORDER BY discrepancy.id
"""
_REVIEWS: Final = """
SELECT variant_id, current_version, vendor_id, state
FROM artwork LEFT JOIN artwork_review ON artwork_id = artwork.id AND version = current_version
"""


class Decided(NamedTuple):
    """What is known beside the places: reviews, current versions by variant, and open serials of discrepancies."""

    reviews: set[tuple[UUID, int, int, str]]
    versions: dict[UUID, int]
    open: Counter[tuple[str, UUID, Spans]]


async def read_decided(read: Callable[[str], Awaitable[Sequence[Any]]], vendor_ids: Sequence[UUID]) -> Decided:
    """What the database says; vendors are known by their legs."""
    reviews = [
        (variant_id, version, vendor_id and vendor_ids.index(vendor_id) + 1, state)
        for variant_id, version, vendor_id, state in await read(_REVIEWS)
    ]
    return Decided(
        {row for row in reviews if row[2]},
        {variant_id: version for variant_id, version, _, _ in reviews if variant_id},
        Counter((row[2], row[4], Spans.parse(row[5])) for row in await read(DISCREPANCIES)),
    )


def decided_of(model: SchemeModel) -> Decided:
    """What the model says."""
    states = [
        (variant_id, own.version, leg, state)
        for variant_id, own in model.artworks.items()
        for legs, state in ((own.approved, "APPROVED"), (own.requested, "REVISION_REQUESTED"))
        for leg in legs
    ]
    discrepancies = [each for made in model.consignments.values() for each in made.discrepancies]
    return Decided(
        set(states),
        {variant_id: own.version for variant_id, own in model.artworks.items() if variant_id in model.generated},
        Counter((each.kind, each.variant_id, as_spans(each.open)) for each in discrepancies),
    )
