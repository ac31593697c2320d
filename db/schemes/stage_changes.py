"""Changes to the stored stages of schemes: those that differ from what they derive from, and no others."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import column, delete, func, insert, select, tuple_

from db.schemes.tables import SchemeStageTable
from db.schemes.verify_reads import STORED_STAGES, StoredStageRow
from db.sessions import Writing
from db.statement import Change, texts, uuids
from domain.schemes.lifecycle_facts import StageSpan

# The spans of one stage of one scheme, as columns.
_Spans = list[dict[str, Any]]

_GONE: Final = (
    func.unnest(uuids("scheme_ids"), texts("kinds"))
    .table_valued(column("scheme_id"), column("kind"))
    .render_derived("gone")
)
_DELETE_STAGES: Final = Change(
    delete(SchemeStageTable).where(
        tuple_(SchemeStageTable.scheme_id, SchemeStageTable.kind).in_(select(_GONE.c.scheme_id, _GONE.c.kind))
    )
)


async def replace_stages(session: Writing, timelines: Mapping[UUID, Sequence[StageSpan]]) -> None:
    """Make these the timelines of the stages of each scheme. Most changes touch one stage or none of nine."""
    stored: dict[tuple[UUID, str], _Spans] = {}
    for row in await session.fetch(STORED_STAGES, ids=list(timelines)):
        stored.setdefault((row.scheme_id, row.kind), []).append(row._asdict())
    derived: dict[tuple[UUID, str], _Spans] = {}
    for scheme_id, spans in timelines.items():
        for span in spans:
            derived.setdefault((scheme_id, span.stage.kind.value), []).append(stage_columns(scheme_id, span))
    changed = {key for key in stored.keys() | derived.keys() if not _same(stored.get(key, []), derived.get(key, []))}
    if gone := sorted(changed & stored.keys()):
        scheme_ids, kinds = zip(*gone, strict=True)
        await session.run(_DELETE_STAGES, scheme_ids=scheme_ids, kinds=kinds)
    if rows := [columns for key, spans in derived.items() if key in changed for columns in spans]:
        await session.execute(insert(SchemeStageTable), rows)


def stage_columns(scheme_id: UUID, span: StageSpan) -> dict[str, Any]:
    """A stage and the time for which it is valid, as columns."""
    columns = msgspec.structs.asdict(span.stage)
    columns["is_current"] = columns.pop("current")
    columns["position"] = span.stage.kind.position
    for name in ("waiting_vendor_ids", "waiting_variant_ids"):
        # Most stages wait for neither, and reading null costs nothing.
        columns[name] = list(columns[name]) or None
    return {"scheme_id": scheme_id, "valid_from": span.valid_from, "valid_until": span.valid_until, **columns}


def comparable_stage(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Columns with plain values, stored or derived: what is JSON in the database as it is decoded there."""
    blocked = columns["blocked_by"]
    document = blocked.encode() if isinstance(blocked, str) else msgspec.json.encode(blocked)
    return {name: columns[name] for name in StoredStageRow._fields} | {"blocked_by": msgspec.json.decode(document)}


def _same(stored: _Spans, derived: _Spans) -> bool:
    """Whether the spans of a stage are stored as they are derived; the stored ones come in any order."""
    if len(stored) != len(derived):
        return False
    ordered = sorted(stored, key=lambda columns: columns["valid_from"])
    return all(comparable_stage(one) == comparable_stage(two) for one, two in zip(ordered, derived, strict=True))
