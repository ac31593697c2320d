"""Verify that the stored stages of schemes are what follows from their content, coupons, and consignments (N3)."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from db.program.reads import PROGRAM
from db.schemes.changes import stage_columns
from db.schemes.verify_reads import STORED_STAGES, StoredStageRow
from db.sessions import Fetching
from domain.schemes.lifecycle import timeline
from resolvers.schemes.definitions import load_definitions
from resolvers.schemes.execution_facts import add_execution

# No transaction lasts longer.
_OVERLAP: Final = timedelta(minutes=1)
_Stages = dict[tuple[str, datetime], dict[str, Any]]


async def verify_stages(fetching: Fetching, ids: list[UUID], now: datetime) -> AsyncIterator[str]:
    """Find the stages that are not what they derive from, as sentences; `fetching` must see one moment."""
    (program,) = await fetching.fetch(PROGRAM)
    found = await load_definitions(fetching, ids, now, program.calendar)
    definitions = [definition for definition in found if definition is not None]
    facts = await add_execution(fetching, {each.scheme.id: each.facts for each in definitions})
    stored: dict[UUID, _Stages] = {each.scheme.id: {} for each in definitions}
    for row in await fetching.fetch(STORED_STAGES, ids=list(stored)):
        stored[row.scheme_id][row.kind, row.valid_from] = _comparable(row._asdict())
    for definition in definitions:
        scheme_id = definition.scheme.id
        derived = {(span.stage.kind.value, span.valid_from): span for span in timeline(facts[scheme_id])}
        expected = {key: _comparable(stage_columns(scheme_id, span)) for key, span in derived.items()}
        if wrong := _different(stored[scheme_id], expected):
            yield f"{definition.scheme.code}: the stored stage {', '.join(wrong)} does not follow from the facts."


def _different(stored: _Stages, expected: _Stages) -> list[str]:
    """The kinds of the stages that differ, in order."""
    keys = {key for key in stored.keys() | expected.keys() if not _alike(stored.get(key), expected.get(key))}
    return sorted({kind for kind, _ in keys})


def _alike(stored: dict[str, Any] | None, expected: dict[str, Any] | None) -> bool:
    """Whether stages are the same, but for moments of mutations that overlapped: the later one may have ended first."""
    if stored is None or expected is None:
        return stored is expected
    one, two = stored["since"], expected["since"]
    overlapped = one is not None and two is not None and abs(one - two) <= _OVERLAP
    return stored == (expected | {"since": one} if overlapped else expected)


def _comparable(columns: dict[str, Any]) -> dict[str, Any]:
    """Columns with plain values: what is JSON in the database as it is decoded there."""
    blocked = columns["blocked_by"]
    document = blocked.encode() if isinstance(blocked, str) else msgspec.json.encode(blocked)
    return {name: columns[name] for name in StoredStageRow._fields} | {"blocked_by": msgspec.json.decode(document)}
