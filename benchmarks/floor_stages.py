"""The hand-written floor, its stages: their texts, and the progress of productions that go on."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from benchmarks import floor_statements as sql
from domain.permissions import Role
from domain.schemes.activity_sentences import block_sentence
from domain.schemes.stages import STAGE_OWNERS, StageKind, status_label, waiting_label
from domain.schemes.stored_facts import CouponsMissing, DiscrepancyOpen, StageBlock

_BLOCKS: Final = msgspec.json.Decoder(list[StageBlock])


async def read_stages(connection: Any, ids: list[UUID], now: Any) -> list[dict[str, Any]]:
    """The stages of the schemes as clients see them, with `scheme_id` and `is_current` beside the fields."""
    rows = await connection.fetch(sql.STAGES, ids, now)
    blocks = {place: _BLOCKS.decode(row["blocked_by"]) for place, row in enumerate(rows) if row["blocked_by"] != "[]"}
    variant_ids = _ids(rows, "waiting_variant_ids")
    variant_ids |= {each.variant_id for found in blocks.values() for each in found if isinstance(each, CouponsMissing)}
    skus = await _named(connection, sql.SKUS, variant_ids)
    vendors = await _named(connection, sql.VENDORS, _ids(rows, "waiting_vendor_ids"))
    settled = await _named(connection, sql.SETTLED, {row["scheme_id"] for row in rows if _goes_on(row)})
    return [_stage(row, blocks.get(place, ()), (vendors, skus), settled) for place, row in enumerate(rows)]


def shown(stage: dict[str, Any]) -> dict[str, Any]:
    """The fields of a stage that clients select."""
    return {name: value for name, value in stage.items() if name not in {"scheme_id", "is_current"}}


def progress(stages: Iterable[dict[str, Any]]) -> float:
    """The mean completed share of the stages that are not skipped."""
    needed = [stage for stage in stages if stage["state"] != "SKIPPED"]
    parts = [1.0 if stage["state"] == "DONE" else stage["done"] / max(stage["total"], 1) for stage in needed]
    return round(sum(parts) / len(parts), 4)


async def _named(connection: Any, statement: str, ids: set[UUID]) -> Mapping[UUID, Any]:
    return dict(await connection.fetch(statement, list(ids))) if ids else {}


def _ids(rows: Iterable[Any], column: str) -> set[UUID]:
    return {key for row in rows if row[column] for key in row[column]}


def _goes_on(row: Any) -> bool:
    return row["kind"] == "PRODUCTION" and row["state"] in {"IN_PROGRESS", "BLOCKED"}


def _stage(
    row: Any,
    blocks: Iterable[StageBlock],
    names: tuple[Mapping[UUID, str], Mapping[UUID, str]],
    settled: Mapping[UUID, int],
) -> dict[str, Any]:
    kind, status, state, total = row["kind"], row["status"], row["state"], row["total"]
    vendors, skus = names
    done = min(total, settled.get(row["scheme_id"], 0)) if _goes_on(row) else row["done"]
    waiting = [vendors[key] for key in row["waiting_vendor_ids"] or ()]
    waiting = waiting or sorted(skus[key] for key in row["waiting_variant_ids"] or ())
    return {
        "scheme_id": row["scheme_id"],
        "is_current": row["is_current"],
        "kind": kind,
        "position": row["position"],
        "state": state,
        "status": status,
        "statusLabel": status_label(status, state, row["open_step"], row["due_on"], total - done if done else None),
        "owner": STAGE_OWNERS[StageKind(kind)],
        "waitingOn": row["waiting_role"] and waiting_label(Role(row["waiting_role"]), waiting),
        "since": row["since"],
        "dueOn": row["due_on"],
        "done": done,
        "total": total,
        "blockedBy": [block_sentence(block, _blocking(row, block, skus)) for block in blocks],
    }


def _blocking(row: Any, block: StageBlock, skus: Mapping[UUID, str]) -> str | None:
    match block:
        case CouponsMissing(variant_id=variant_id):
            return skus[variant_id]
        case DiscrepancyOpen(consignment_code=code):
            return code
        case _:
            name: str | None = row["blocking_name"]
            return name
