"""Statements that read what shipping documents state. Check before that the viewer may see the batch."""

from typing import Final
from uuid import UUID

from sqlalchemy import Text, any_, cast, func, select

from db.columns import columns, scalar
from db.consignments.custody_tables import MovementPartTable, MovementTable
from db.consignments.pack_tables import BatchPackTable, PackTable
from db.documents.rows import CarriedPackRow, PrintedRow
from db.statement import Statement, number, uuid, uuids
from domain.consignments.facts import MovementKind

# The first `limit` packs that a batch carried when it was dispatched, in the order in which they were made.
PACKS_CARRIED: Final = Statement(
    select(*columns(PackTable, CarriedPackRow, text=cast(PackTable.spans, Text)))
    .join(BatchPackTable, BatchPackTable.pack_id == PackTable.id)
    .where(BatchPackTable.batch_id == uuid("batch_id"))
    .order_by(PackTable.id)
    .limit(number("limit")),
    CarriedPackRow,
)
PACKED_BATCHES: Final = Statement(
    select(BatchPackTable.batch_id).where(BatchPackTable.batch_id == any_(uuids("ids"))).distinct(), scalar(UUID)
)
COUNT_PACKS_CARRIED: Final = Statement(
    select(func.count()).select_from(BatchPackTable).where(BatchPackTable.batch_id == uuid("batch_id")), scalar(int)
)
# The serials of lines by the version of the artwork on them, where printers stated it.
PRINTED: Final = Statement(
    select(
        MovementTable.line_id,
        MovementTable.artwork_version,
        cast(func.range_agg(MovementPartTable.spans), Text).label("text"),
    )
    .join(MovementPartTable, MovementPartTable.movement_id == MovementTable.id)
    .where(
        MovementTable.line_id == any_(uuids("line_ids")),
        MovementTable.kind == MovementKind.PRODUCED.value,
        MovementTable.artwork_version.is_not(None),
    )
    .group_by(MovementTable.line_id, MovementTable.artwork_version)
    .order_by(MovementTable.line_id, MovementTable.artwork_version),
    PrintedRow,
)
