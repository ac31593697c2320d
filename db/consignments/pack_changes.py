"""Changes to packs. The serials of a pack never change; it moves as a whole, until it is opened."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import any_, cast, insert, select, update
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE
from sqlalchemy.dialects.postgresql import insert as upsert

from db.consignments.pack_rows import PackRow
from db.consignments.pack_tables import BatchPackTable, PackTable
from db.sessions import Writing
from db.statement import Change, moment, number, string, uuid, uuids
from domain.consignments.packs import PackPlace

_NEW: Final = {
    "id": uuid("id"),
    "sscc": string("sscc"),
    "line_id": uuid("line_id"),
    "spans": cast(string("spans"), INT8MULTIRANGE),
    "leg": number("leg"),
    "packed_at": moment("packed_at"),
    "packed_by": uuid("packed_by"),
}
ADD_PACK: Final = Change(insert(PackTable).values(_NEW))
MOVE_PACKS: Final = Change(
    update(PackTable).where(PackTable.id == any_(uuids("ids"))).values(leg=number("to_leg"), batch_id=uuid("to_batch"))
)
CLOSE_PACKS: Final = Change(
    update(PackTable).where(PackTable.id == any_(uuids("ids"))).values(unpacked_at=moment("opened_at"))
)
ADD_BATCH_PACKS: Final = Change(
    upsert(BatchPackTable)
    .from_select(
        ["batch_id", "pack_id"],
        select(uuid("carrier_id"), PackTable.id).where(PackTable.id == any_(uuids("ids"))),
    )
    .on_conflict_do_nothing()
)


async def add_packs(session: Writing, packs: Sequence[PackRow], at: datetime, account_id: UUID) -> None:
    """Insert packs. Raises DuplicateKey if another pack took one of the codes in the meantime."""
    rows = [
        {
            "id": pack.id,
            "sscc": pack.sscc,
            "line_id": pack.line_id,
            "spans": pack.text,
            "leg": pack.leg,
            "packed_at": at,
            "packed_by": account_id,
        }
        for pack in packs
    ]
    await session.run_many(ADD_PACK, rows)


async def move_packs(session: Writing, ids: Sequence[UUID], place: PackPlace) -> None:
    """Set where packs are, which the transaction moves; a batch keeps which packs it carried."""
    await session.run(MOVE_PACKS, ids=list(ids), to_leg=place.leg, to_batch=place.batch_id)
    if place.batch_id is not None:
        await session.run(ADD_BATCH_PACKS, ids=list(ids), carrier_id=place.batch_id)


async def close_packs(session: Writing, ids: Sequence[UUID], at: datetime) -> None:
    """Mark packs as opened: they are packs no longer, and their codes can be used again."""
    await session.run(CLOSE_PACKS, ids=list(ids), opened_at=at)
