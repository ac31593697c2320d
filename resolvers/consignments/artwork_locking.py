"""Lock the artwork of variants of a scheme, and load the facts that movements and reviews check.

Movements share the lock; uploads and reviews take it alone. So no coupon is produced or dispatched while an answer
changes, and two vendors that decide at the same moment take turns. The facts are read behind the lock: a statement that
waits for a lock reads rows as they were before the wait.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from uuid import UUID

from db.artwork import reads as statements
from db.artwork.changes import ensure_artworks
from db.artwork.rows import ArtworkFactsRow, DecisionRow
from db.consignments.turn_reads import TAKE_TURN
from db.sessions import Fetching, Writing
from domain.artwork.facts import ArtworkReviewState
from domain.artwork.state import ArtworkFacts, Decision
from resolvers.context import Operation


async def lock_artworks(
    session: Writing, scheme_id: UUID, variant_ids: Collection[UUID], *, exclusive: bool
) -> list[ArtworkFacts]:
    """Lock the artwork of variants in the order of ids, and load its facts, in that order.

    With `exclusive`, movements of the scheme pause until the transaction ends. Every variant that a consignment carries
    has its artwork. Variants without one are left out.
    """
    if exclusive:
        await session.fetch(TAKE_TURN, scheme_id=scheme_id)
    lock = statements.lock_artworks(exclusive=exclusive)
    ids = await session.fetch(lock, scheme_id=scheme_id, variant_ids=list(variant_ids))
    return await load_artwork_facts(session, ids) if ids else []


async def add_artworks(operation: Operation, session: Writing, scheme_id: UUID, variant_ids: Iterable[UUID]) -> None:
    """Store that these variants of a scheme have artwork, unless it is stored already."""
    ids = {variant_id: operation.new_id() for variant_id in sorted(variant_ids)}
    await ensure_artworks(session, scheme_id, ids, operation.now)


async def load_artwork_facts(fetching: Fetching, ids: Sequence[UUID]) -> list[ArtworkFacts]:
    """Load the facts of artworks, in the order of their ids."""
    rows = await fetching.fetch(statements.FACTS_BY_ARTWORK, ids=list(ids))
    return [_build(list(group)) for _, group in groupby(rows, lambda row: row.id)]


def _build(rows: Sequence[ArtworkFactsRow]) -> ArtworkFacts:
    first = rows[0]
    return ArtworkFacts(
        id=first.id,
        scheme_id=first.scheme_id,
        variant_id=first.variant_id,
        sku=first.sku,
        version=first.current_version,
        uploaded_at=first.uploaded_at,
        decisions=tuple(_decision(row.decision) for row in rows if row.decision is not None),
    )


def _decision(row: DecisionRow) -> Decision:
    return Decision(
        vendor_id=row.vendor_id,
        vendor_name=row.vendor_name,
        state=ArtworkReviewState(row.state),
        decided_at=row.decided_at,
        comment=row.comment,
        chain_vendor_ids=frozenset(row.chain_vendor_ids or ()),
    )
