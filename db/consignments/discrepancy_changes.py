"""Changes to discrepancies."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Text,
    Update,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    insert,
    literal,
    literal_column,
    update,
)
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE

from db.consignments.changes import multirange
from db.consignments.tables import DiscrepancyTable
from db.sessions import Writing
from domain.consignments.facts import DiscrepancyKind
from domain.spans import Spans


async def add_discrepancy(  # noqa: PLR0913 - the columns of a discrepancy, by name
    session: Writing,
    *,
    discrepancy_id: UUID,
    kind: DiscrepancyKind,
    consignment_id: UUID,
    line_id: UUID,
    batch_id: UUID,
    vendor_id: UUID,
    spans: Spans,
    at: datetime,
) -> None:
    """Insert an open discrepancy about these serials."""
    await session.execute(
        insert(DiscrepancyTable).values(
            id=discrepancy_id,
            kind=kind,
            consignment_id=consignment_id,
            line_id=line_id,
            batch_id=batch_id,
            vendor_id=vendor_id,
            spans=multirange(spans),
            open_spans=multirange(spans),
            opened_at=at,
        )
    )


async def add_holds(session: Writing, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert open discrepancies about superseded artwork: their columns, with the serials as `spans`."""
    kind = DiscrepancyKind.ARTWORK_SUPERSEDED.value
    values = [
        {**row, "kind": kind, "spans": multirange(row["spans"]), "open_spans": multirange(row["spans"])} for row in rows
    ]
    await session.execute(insert(DiscrepancyTable), values)


async def release_settled(
    session: Writing, line_ids: Sequence[UUID], spans: Spans, resolution: tuple[datetime, UUID, str | None]
) -> bool:
    """Take serials that are settled out of the open discrepancies about superseded artwork of lines.

    Returns whether that resolved one.
    """
    # A constant, so that PostgreSQL can use the partial index.
    held = DiscrepancyTable.kind == literal_column("'ARTWORK_SUPERSEDED'", Text)
    change = _resolution(spans, resolution).where(*_overlapping(line_ids, spans), held)
    return any(resolved for (resolved,) in await session.returning(change.returning(DiscrepancyTable.resolved_at)))


async def resolve_serials(
    session: Writing, discrepancy_id: UUID, spans: Spans, resolution: tuple[datetime, UUID, str | None]
) -> None:
    """Take serials out of the open ones of a discrepancy, with the time, the account, and a note of the resolution.

    It is resolved when none are left. Notes of several resolutions follow each other.
    """
    await session.execute(_resolution(spans, resolution).where(DiscrepancyTable.id == discrepancy_id))


async def resolve_recalled(
    session: Writing, line_ids: Sequence[UUID], spans: Spans, resolution: tuple[datetime, UUID, str | None]
) -> None:
    """Take recalled serials out of the open discrepancies of lines: nobody needs to look for them any more."""
    await session.execute(_resolution(spans, resolution).where(*_overlapping(line_ids, spans)))


def _overlapping(line_ids: Sequence[UUID], spans: Spans) -> tuple[ColumnElement[bool], ...]:
    return (
        DiscrepancyTable.line_id.in_(line_ids),
        DiscrepancyTable.resolved_at.is_(None),
        DiscrepancyTable.open_spans.bool_op("&&")(_spans(spans)),
    )


def _resolution(spans: Spans, resolution: tuple[datetime, UUID, str | None]) -> Update:
    at, account_id, note = resolution
    left = DiscrepancyTable.open_spans.op("-")(_spans(spans))
    done = func.isempty(left)
    return update(DiscrepancyTable).values(
        open_spans=left,
        resolved_at=case((done, at)),
        # Ids that asyncpg has read are of a class whose type SQLAlchemy does not know.
        resolved_by=case((done, literal(account_id, Uuid))),
        note=func.concat_ws("\n", DiscrepancyTable.note, note),
    )


def _spans(spans: Spans) -> Any:
    return cast(bindparam(None, spans.text, type_=Text()), INT8MULTIRANGE)
