"""Changes to the activities of ECPs: they are added, and their content never changes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP, insert
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.types import TypeEngine

from db.ecps.activity_reads import StoredActivityRow
from db.ecps.tables import EcpActivityTable
from db.sessions import Writing
from db.text_columns import with_text_columns

_MOMENT: TypeEngine[Any] = TIMESTAMP(timezone=True)


async def add_activities(
    session: Writing, source: str, rows: Sequence[StoredActivityRow], account_id: UUID, at: datetime
) -> set[str]:
    """Insert the activities whose external ids the source has not used yet; return the ids of the inserted ones.

    They are inserted in the order of these ids: concurrent reports of the same activities wait and do not deadlock.
    """
    if not rows:
        return set()
    ordered = sorted(rows, key=lambda row: row.external_id)
    given = func.unnest(
        _array(Text(), [row.external_id for row in ordered]),
        _array(PG_UUID(), [row.ecp_id for row in ordered]),
        _array(Text(), [row.kind for row in ordered]),
        _array(_MOMENT, [row.occurred_at for row in ordered]),
    ).table_valued("external_id", "ecp_id", "kind", "occurred_at", name="given")
    found = given.render_derived().c
    named = with_text_columns(EcpActivityTable, {"source": source})
    values = {
        **{name: literal(value, Text()) for name, value in named.items()},
        "external_id": found.external_id,
        "ecp_id": found.ecp_id,
        "kind": found.kind,
        "occurred_at": found.occurred_at,
        "recorded_at": literal(at, _MOMENT),
        "recorded_by": literal(account_id, PG_UUID()),
    }
    statement = insert(EcpActivityTable).from_select(list(values), select(*values.values()))
    statement = statement.on_conflict_do_nothing(index_elements=["source_key", "external_id"])
    added = await session.returning(statement.returning(EcpActivityTable.external_id))
    return {external_id for (external_id,) in added}


def _array(item: TypeEngine[Any], values: list[Any]) -> Any:
    return literal(values, ARRAY(item))


async def replace_external_ids(session: Writing, activity_ids: Collection[int]) -> None:
    """Replace the ids that other systems gave to these activities with our own."""
    if activity_ids:
        named = EcpActivityTable.id.in_(activity_ids)
        ours = literal("erased ") + cast(EcpActivityTable.id, Text)
        await session.execute(update(EcpActivityTable).where(named).values(external_id=ours))
