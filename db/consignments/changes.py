"""Changes to consignments: new ones with their first custody, batches, states, and the movements of serials."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import delete, insert, update
from sqlalchemy.dialects.postgresql import Range

from db.consignments.custody_reads import MOVE, RECALL
from db.consignments.custody_tables import CustodyPlaceTable, CustodySegmentTable, CustodyTable
from db.consignments.rows import BatchRow, MoveResultRow
from db.consignments.tables import (
    AllotmentTable,
    BatchLineTable,
    BatchTable,
    ConsignmentLegTable,
    ConsignmentLineTable,
    ConsignmentStateTable,
    ConsignmentTable,
)
from db.sessions import Writing
from db.statement import Change, uuid
from domain.consignments.facts import Condition, ConsignmentStatus, CustodyStatus
from domain.consignments.segments import cut_by_segment
from domain.spans import Span, Spans

ADD_BATCH: Final = Change(insert(BatchTable), BatchRow.__struct_fields__)
ADD_BATCH_LINE: Final = Change(insert(BatchLineTable), ("batch_id", "line_id", "quantity"))
SET_BATCH_LINE: Final = Change(
    update(BatchLineTable).where(
        BatchLineTable.batch_id == uuid("own_batch"), BatchLineTable.line_id == uuid("own_line")
    ),
    ("accepted", "damaged"),
)


@cache
def change_batch(columns: tuple[str, ...]) -> Change:
    """An update of columns of the batch `own_id`."""
    return Change(update(BatchTable).where(BatchTable.id == uuid("own_id")), columns)


@cache
def change_state(columns: tuple[str, ...]) -> Change:
    """An update of columns of the state of the consignment `own_id`."""
    return Change(update(ConsignmentStateTable).where(ConsignmentStateTable.consignment_id == uuid("own_id")), columns)


class NewLine(Struct, frozen=True):
    """A line to add; `taken` are the serials that it takes from each run."""

    id: UUID
    variant_id: UUID
    segment_bits: int
    taken: Sequence[tuple[UUID, Spans]]

    @property
    def serials(self) -> Spans:
        """All its serials."""
        return Spans.of(span for _, spans in self.taken for span in spans)


async def add_consignment(  # noqa: PLR0913 - the columns of a new consignment, by name
    session: Writing,
    *,
    consignment_id: UUID,
    code: str,
    scheme_id: UUID,
    due_on: date | None,
    vendor_ids: Sequence[UUID],
    created_by: UUID,
    at: datetime,
) -> None:
    """Insert a consignment without lines, with its chain. Its first vendor is the one that must act."""
    await session.execute(
        insert(ConsignmentTable).values(
            id=consignment_id,
            code=code,
            scheme_id=scheme_id,
            due_on=due_on,
            created_at=at,
            created_by=created_by,
        )
    )
    await session.execute(
        insert(ConsignmentStateTable).values(
            consignment_id=consignment_id,
            status=ConsignmentStatus.AWAITING_ARTWORK,
            since=at,
            custody_status=CustodyStatus.READY,
            custody_since=at,
            waiting_legs=[1],
            waiting_since=at,
            has_discrepancy=False,
            moved_at=at,
        )
    )
    legs = [
        {"consignment_id": consignment_id, "position": position, "vendor_id": vendor_id}
        for position, vendor_id in enumerate(vendor_ids, 1)
    ]
    await session.execute(insert(ConsignmentLegTable), legs)


async def add_lines(
    session: Writing, consignment_id: UUID, lines: Sequence[NewLine], allotment_ids: Sequence[UUID]
) -> None:
    """Insert lines: their allotments, and their serials as planned at the first leg. One id for each allotted range."""
    rows = [
        {
            "id": line.id,
            "consignment_id": consignment_id,
            "variant_id": line.variant_id,
            "quantity": line.serials.quantity,
            "segment_bits": line.segment_bits,
        }
        for line in lines
    ]
    await session.execute(insert(ConsignmentLineTable), rows)
    ranges = [(line.id, run_id, span) for line in lines for run_id, spans in line.taken for span in spans]
    allotments = [
        {"id": allotment_id, "line_id": line_id, "run_id": run_id, "span": _range(span)}
        for allotment_id, (line_id, run_id, span) in zip(allotment_ids, ranges, strict=True)
    ]
    await session.execute(insert(AllotmentTable), allotments)
    for line in lines:
        await _plan_serials(session, line)


async def _plan_serials(session: Writing, line: NewLine) -> None:
    place = insert(CustodyPlaceTable).values(line_id=line.id, leg=1, condition=Condition.PLANNED)
    ((place_id,),) = await session.returning(place.returning(CustodyPlaceTable.id))
    segments = [
        {"line_id": line.id, "segment": segment, "spans": multirange(spans)}
        for segment, spans in cut_by_segment(line.serials, line.segment_bits)
    ]
    await session.execute(insert(CustodySegmentTable), segments)
    await session.execute(insert(CustodyTable), [{**segment, "place_id": place_id} for segment in segments])


async def release_serials(session: Writing, line_ids: Sequence[UUID], at: datetime) -> None:
    """Give the serials of lines back to the pool: nothing of them is in custody any more."""
    await session.execute(delete(CustodyTable).where(CustodyTable.line_id.in_(line_ids)))
    await session.execute(delete(CustodySegmentTable).where(CustodySegmentTable.line_id.in_(line_ids)))
    await session.execute(
        update(AllotmentTable)
        .where(AllotmentTable.line_id.in_(line_ids), AllotmentTable.released_at.is_(None))
        .values(released_at=at)
    )


async def set_consignment(session: Writing, consignment_id: UUID, values: Mapping[str, Any]) -> None:
    """Set columns of a consignment, which the transaction has locked alone."""
    await session.execute(update(ConsignmentTable).where(ConsignmentTable.id == consignment_id).values(**values))


async def set_states(session: Writing, rows: Sequence[Mapping[str, Any]]) -> None:
    """Set the same columns of several stored states, each with its consignment as `own_id`, in one round trip."""
    if rows:
        columns = tuple(name for name in rows[0] if name != "own_id")
        await session.run_many(change_state(columns), rows)


async def add_batch(session: Writing, batch: BatchRow, quantities: Mapping[UUID, int]) -> None:
    """Insert a batch with the quantity of each line that it carries."""
    await session.run(ADD_BATCH, **asdict(batch))
    lines = [
        {"batch_id": batch.id, "line_id": line_id, "quantity": quantity} for line_id, quantity in quantities.items()
    ]
    await session.run_many(ADD_BATCH_LINE, lines)


async def set_batch(session: Writing, batch_id: UUID, values: Mapping[str, Any]) -> None:
    """Set columns of a batch, which the transaction has locked."""
    await session.run(change_batch(tuple(values)), own_id=batch_id, **values)


async def set_batch_line(session: Writing, batch_id: UUID, line_id: UUID, *, accepted: int, damaged: int) -> None:
    """Set what the receiver has stated about a line of a batch."""
    await session.run(SET_BATCH_LINE, own_batch=batch_id, own_line=line_id, accepted=accepted, damaged=damaged)


async def resolve_batch_line(session: Writing, batch_id: UUID, line_id: UUID, *, found: int, damaged: int) -> None:
    """Add serials of a line of a batch that were found in the end."""
    own = (BatchLineTable.batch_id == batch_id, BatchLineTable.line_id == line_id)
    grown = {"accepted": BatchLineTable.accepted + found, "damaged": BatchLineTable.damaged + damaged}
    await session.execute(update(BatchLineTable).where(*own).values(grown))


async def reset_batch_lines(session: Writing, batch_id: UUID) -> None:
    """Forget what the receiver stated about a batch."""
    await session.execute(
        update(BatchLineTable).where(BatchLineTable.batch_id == batch_id).values(accepted=0, damaged=0)
    )


async def replace_legs(session: Writing, consignment_id: UUID, vendor_ids: Sequence[UUID], *, kept: int) -> None:
    """Replace the vendors of a chain after the first `kept` ones."""
    later = (ConsignmentLegTable.consignment_id == consignment_id, ConsignmentLegTable.position > kept)
    await session.execute(delete(ConsignmentLegTable).where(*later))
    legs = [
        {"consignment_id": consignment_id, "position": position, "vendor_id": vendor_id}
        for position, vendor_id in enumerate(vendor_ids[kept:], kept + 1)
    ]
    if legs:
        await session.execute(insert(ConsignmentLegTable), legs)


async def touch_states(session: Writing, consignment_ids: Sequence[UUID], at: datetime) -> None:
    """Set when coupons of consignments moved last."""
    own = ConsignmentStateTable.consignment_id.in_(consignment_ids)
    await session.execute(update(ConsignmentStateTable).where(own).values(moved_at=at))


async def move_coupons(session: Writing, steps: Sequence[Mapping[str, Any]]) -> list[MoveResultRow]:
    """Record movements with their events; see the function `move_coupons` in migration 0015 for the steps.

    The last result is short if a place does not hold what a step takes: the caller must undo the transaction then.
    """
    return await session.fetch(MOVE, steps=msgspec.json.encode(steps).decode())


async def recall_coupons(session: Writing, steps: Sequence[Mapping[str, Any]]) -> None:
    """Record movements to void at many places at once; see the function `recall_coupons` in migration 0015.

    Each step names its place as `from_place`. The places must be locked.
    """
    await session.fetch(RECALL, steps=msgspec.json.encode(steps).decode())


def multirange(spans: Spans) -> Any:
    """The value of a column of multiranges."""
    return [_range(span) for span in spans]


def _range(span: Span) -> Any:
    return Range(span.first, span.last + 1)


async def mark_codes_downloaded(session: Writing, consignment_id: UUID, at: datetime) -> None:
    """Store when codes of a locked consignment were downloaded first. Its serials are never reused from then on."""
    marked = update(ConsignmentTable).where(
        ConsignmentTable.id == consignment_id, ConsignmentTable.codes_downloaded_at.is_(None)
    )
    await session.execute(marked.values(codes_downloaded_at=at))
