"""What a movement does to packs: it takes them along whole, or opens those that it tears."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec

from db.consignments.pack_changes import close_packs, move_packs
from db.consignments.pack_reads import CONTENTS, PLAN
from db.consignments.pack_rows import TouchedPackRow
from db.sessions import Writing
from domain.consignments.facts import Condition, MovementKind
from domain.consignments.packs import PackPlace, TakenSerials, TouchedPack, destination_of
from domain.spans import Spans
from resolvers.consignments.locking import Chain
from resolvers.consignments.steps import Place, Step
from resolvers.context import Operation

Move = tuple[Chain, Step]


async def settle_packs(
    operation: Operation, session: Writing, moves: Sequence[Move], documents: Sequence[Mapping[str, Any]]
) -> list[Move]:
    """Take whole packs along with a movement; return the steps that open the others, which come before the movement.

    `documents` are the moves as `move_coupons` takes them. Their places are locked from now on.
    """
    rows = await session.fetch(PLAN, steps=msgspec.json.encode(documents).decode())
    kept: dict[PackPlace, list[UUID]] = {}
    torn: dict[UUID, tuple[Move, PackPlace]] = {}
    for pack_id, group in groupby(rows, key=lambda row: row.pack_id):
        found = list(group)
        place = PackPlace(found[0].leg, found[0].batch_id)
        destination = destination_of(_touched(place, found, moves))
        if destination is None:
            torn[pack_id] = (moves[found[0].step - 1], place)
        elif destination != place:
            kept.setdefault(destination, []).append(pack_id)
    for place, ids in kept.items():
        await move_packs(session, ids, place)
    return await open_packs(operation, session, torn)


async def open_packs(operation: Operation, session: Writing, torn: Mapping[UUID, tuple[Move, PackPlace]]) -> list[Move]:
    """Close packs, each given with the move that opens it and its place; return the steps that unpack their serials."""
    if not torn:
        return []
    await close_packs(session, list(torn), operation.now)
    contents = await session.fetch(CONTENTS, ids=list(torn))
    return [
        (
            torn[row.pack_id][0][0],
            _unpack(torn[row.pack_id], row.pack_id, Condition(row.condition), Spans.parse(row.text)),
        )
        for row in contents
    ]


def _touched(place: PackPlace, rows: Sequence[TouchedPackRow], moves: Sequence[Move]) -> TouchedPack:
    taken = tuple(
        TakenSerials(
            quantity=row.moved,
            target=PackPlace(step.target.leg, step.target.batch_id),
            condition=step.target.condition,
        )
        for row, step in _with_steps(rows, moves)
    )
    return TouchedPack(place=place, quantity=rows[0].quantity, void=rows[0].void, taken=taken)


def _with_steps(rows: Sequence[TouchedPackRow], moves: Sequence[Move]) -> Iterable[tuple[TouchedPackRow, Step]]:
    return ((row, moves[row.step - 1][1]) for row in rows)


def _unpack(torn: tuple[Move, PackPlace], pack_id: UUID, condition: Condition, spans: Spans) -> Step:
    """The step that opens a pack where it is, for its serials in one condition."""
    (_, step), place = torn
    here = Place(place.leg, condition, place.batch_id)
    return Step(
        kind=MovementKind.UNPACKED,
        line=step.line,
        source=here,
        target=here,
        spans=spans,
        quantity=spans.quantity,
        vendor_ids=step.vendor_ids,
        batch_id=place.batch_id,
        pack_id=pack_id,
        path=step.path,
        phrase=step.phrase,
    )
