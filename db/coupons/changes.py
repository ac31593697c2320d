"""Changes to coupons: runs of serials, and shortfalls that are closed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, exists, func, insert, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, Range

from db.coupons.tables import CouponReferenceTable, CouponRunTable, ShortfallClosureTable
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
    await _add_references(session, scheme_id, [variant_id for _, variant_id, _ in runs])


async def _add_references(session: Writing, scheme_id: UUID, variant_ids: Sequence[UUID]) -> None:
    """Give variants of a scheme that have no coupon reference the next ones. Runs are added one after the other."""
    last = select(func.coalesce(func.max(CouponReferenceTable.number), 0)).scalar_subquery()
    wanted = func.unnest(literal(list(variant_ids), ARRAY(Uuid))).table_valued("id", name="wanted").render_derived()
    known = exists().where(CouponReferenceTable.scheme_id == scheme_id, CouponReferenceTable.variant_id == wanted.c.id)
    place = func.row_number().over(order_by=wanted.c.id)
    missing = select(literal(scheme_id, Uuid), wanted.c.id, last + place).where(~known)
    await session.execute(insert(CouponReferenceTable).from_select(["scheme_id", "variant_id", "number"], missing))


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
