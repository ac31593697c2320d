"""Changes to coupons: runs of serials, and shortfalls that are closed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import Range

from db.coupons.tables import CouponRunTable, ShortfallClosureTable
from db.sessions import Writing
from domain.spans import Span


async def add_runs(  # noqa: PLR0913 - what the runs have in common, by name
    session: Writing,
    runs: Sequence[tuple[UUID, UUID, Span]],
    *,
    scheme_id: UUID,
    key_id: int,
    generated_by: UUID,
    at: datetime,
) -> None:
    """Insert runs of a scheme, each with its id, its variant and its serials."""
    rows = [
        {
            "id": run_id,
            "scheme_id": scheme_id,
            "variant_id": variant_id,
            "span": Range(span.first, span.last + 1),
            "key_id": key_id,
            "generated_at": at,
            "generated_by": generated_by,
        }
        for run_id, variant_id, span in runs
    ]
    await session.execute(insert(CouponRunTable), rows)


async def add_closure(  # noqa: PLR0913 - the columns of a closure, by name
    session: Writing,
    *,
    closure_id: UUID,
    scheme_id: UUID,
    variant_id: UUID,
    quantity: int,
    reason: str,
    closed_by: UUID,
    at: datetime,
) -> None:
    """Insert the closure of a part of a shortfall."""
    await session.execute(
        insert(ShortfallClosureTable).values(
            id=closure_id,
            scheme_id=scheme_id,
            variant_id=variant_id,
            quantity=quantity,
            reason=reason,
            closed_at=at,
            closed_by=closed_by,
        )
    )
