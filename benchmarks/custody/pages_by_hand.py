"""Pages by hand: the tracking page of a consignment and the board of all, with statements and dicts of their own.

This module generalizes nothing. Labels, sentences, tallies, and progress come from the domain, as in any server of the
same code base.
"""

import base64
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from benchmarks.custody import statements_by_hand as sql
from benchmarks.floor_reads import global_id
from domain.consignments.facts import BatchStatus, Condition, ConsignmentStatus, MovementKind
from domain.consignments.sentences import (
    BATCH_LABELS,
    CONSIGNMENT_LABELS,
    MovementWords,
    movement_sentence,
    waiting_label,
)
from domain.consignments.state import Holding, Progress, measure_progress
from domain.consignments.tallies import measure_leg
from domain.viewers import ConsignmentScope, Viewer

_FINISHED: Final = frozenset({ConsignmentStatus.DELIVERED, ConsignmentStatus.CANCELED})
_CONDITIONS: Final = {condition.value: condition for condition in Condition}
# The names of tallies, and those of the answer.
_ON_BOARD: Final = {
    "pending": "pending",
    "held": "held",
    "in_transit": "inTransit",
    "unresolved": "unresolved",
    "commissioned": "commissioned",
}
_ON_PAGE: Final = {
    "pending": "pending",
    "produced": "produced",
    "received": "received",
    "held": "held",
    "dispatched": "dispatched",
    "in_transit": "inTransit",
    "unresolved": "unresolved",
    "damaged": "damaged",
    "lost": "lost",
    "void": "void",
    "commissioned": "commissioned",
}
_PROGRESS: Final = {
    "planned": "planned",
    "produced": "produced",
    "in_transit": "inTransit",
    "received": "received",
    "commissioned": "commissioned",
    "damaged": "damaged",
    "lost": "lost",
    "unresolved": "unresolved",
    "void": "void",
    "percent": "percent",
}
_Held = list[tuple[dict[str, Any], list[Holding]]]


class NotShown(Exception):
    """These pages are for people who see all consignments."""


async def tracking_page(connection: Any, viewer: Viewer, now: datetime, given: dict[str, Any]) -> dict[str, Any]:
    """One consignment with its chain, its progress, and its latest batches."""
    _require_all(viewer)
    row = await connection.fetchrow(sql.CONSIGNMENT_BY_CODE, given["code"].strip().upper())
    if row is None:
        return {"consignment": None}
    size, ids = given.get("first") or 50, [row["id"]]
    legs = await connection.fetch(sql.LEGS, ids)
    places = await connection.fetch(sql.PLACES, ids)
    found = await connection.fetch(sql.BATCHES, row["id"], size + 1)
    batches = found[:size]
    lines = _grouped(await connection.fetch(sql.BATCH_LINES, [batch["id"] for batch in batches]), "batch_id")
    held = _held(places)
    progress = _progress(held, len(legs))
    return {
        "consignment": {
            "id": global_id("con", row["id"]),
            "code": row["code"],
            "scheme": {
                "id": global_id("sch", row["scheme_id"]),
                "code": row["scheme_code"],
                "title": row["scheme_title"],
            },
            "status": row["status"],
            **_state(row, legs, now),
            "statusSince": row["since"],
            "createdAt": row["created_at"],
            "legs": [_leg(leg, held, _ON_PAGE, full=True) for leg in legs],
            "progress": {shown: getattr(progress, name) for name, shown in _PROGRESS.items()},
            "batches": {
                "pageInfo": {"hasNextPage": len(found) > size, "endCursor": _cursor(batches[-1]) if batches else None},
                "nodes": [_batch(batch, lines.get(batch["id"], ())) for batch in batches],
            },
        }
    }


async def tracking_board(connection: Any, viewer: Viewer, now: datetime, given: dict[str, Any]) -> dict[str, Any]:
    """All consignments under way, what moved last, and the vendors that must act."""
    del given
    _require_all(viewer)
    rows = await connection.fetch(sql.BOARD)
    ids = [row["id"] for row in rows]
    legs = _grouped(await connection.fetch(sql.LEGS, ids), "consignment_id")
    places = _grouped(await connection.fetch(sql.PLACES, ids), "consignment_id")
    moved = await connection.fetch(sql.MOVED_LAST)
    waiting = await connection.fetch(sql.WAITING)
    return {
        "trackingBoard": {
            "consignments": [_tracked(row, legs[row["id"]], places.get(row["id"], ()), now) for row in rows],
            "movedLast": [_moved(row) for row in moved],
            "waitingOn": [
                {
                    "vendor": {"id": global_id("ven", row["id"]), "name": row["name"]},
                    "consignments": row["consignments"],
                    "quantity": row["quantity"],
                    "since": row["since"],
                }
                for row in waiting
            ],
        }
    }


def _require_all(viewer: Viewer) -> None:
    if viewer.consignment_scope is not ConsignmentScope.ALL:
        raise NotShown


def _tracked(row: Any, legs: list[Any], places: Iterable[Any], now: datetime) -> dict[str, Any]:
    held = _held(places)
    progress = _progress(held, len(legs))
    return {
        "id": global_id("con", row["id"]),
        "code": row["code"],
        "scheme": {"id": global_id("sch", row["scheme_id"]), "title": row["scheme_title"]},
        **_state(row, legs, now),
        "hasDiscrepancy": row["has_discrepancy"],
        "progress": {
            "planned": progress.planned,
            "commissioned": progress.commissioned,
            "percent": progress.percent,
        },
        "legs": [_leg(leg, held, _ON_BOARD) for leg in legs],
    }


def _state(row: Any, legs: list[Any], now: datetime) -> dict[str, Any]:
    due_on, status = row["due_on"], row["status"]
    names = [leg["name"] for leg in legs if leg["position"] in row["waiting_legs"]]
    return {
        "statusLabel": CONSIGNMENT_LABELS[ConsignmentStatus(status)],
        "dueOn": due_on,
        "overdue": due_on is not None and due_on < now.date() and status not in _FINISHED,
        "waitingOn": waiting_label(list(dict.fromkeys(names)), discrepancy=row["has_discrepancy"]),
        "waitingSince": row["waiting_since"],
    }


def _leg(leg: Any, held: _Held, names: Mapping[str, str], *, full: bool = False) -> dict[str, Any]:
    vendor = {"id": global_id("ven", leg["vendor_id"]), "name": leg["name"]}
    return {
        "position": leg["position"],
        "waiting": leg["waiting"],
        "vendor": {**vendor, "kind": leg["kind"], "city": leg["city"]} if full else vendor,
        "custody": [_custody(variant, holdings, leg["position"], names) for variant, holdings in held],
    }


def _custody(
    variant: dict[str, Any], holdings: list[Holding], position: int, names: Mapping[str, str]
) -> dict[str, Any]:
    tally = measure_leg(holdings, position)
    return {"variant": variant, **{shown: getattr(tally, name) for name, shown in names.items()}}


def _progress(held: _Held, legs: int) -> Progress:
    return measure_progress([holding for _, holdings in held for holding in holdings], legs=legs)


def _held(places: Iterable[Any]) -> _Held:
    """The variants of a consignment, each with where its coupons are."""
    groups = _grouped(places, "variant_id")
    return [
        ({"id": global_id("var", variant_id), "sku": group[0]["sku"]}, [_holding(place) for place in group])
        for variant_id, group in groups.items()
    ]


def _holding(place: Any) -> Holding:
    return Holding(
        leg=place["leg"],
        in_batch=place["in_batch"],
        condition=_CONDITIONS[place["condition"]],
        quantity=place["quantity"],
    )


def _batch(row: Any, lines: Iterable[Any]) -> dict[str, Any]:
    received = row["received_at"] is not None
    return {
        "id": global_id("bat", row["id"]),
        "code": row["code"],
        "status": row["status"],
        "statusLabel": BATCH_LABELS[BatchStatus(row["status"])],
        "from": {"id": global_id("ven", row["from_vendor_id"]), "name": row["sender"]},
        "to": {"id": global_id("ven", row["to_vendor_id"]), "name": row["receiver"]},
        "shipmentReference": row["shipment_reference"],
        "dispatchedAt": row["dispatched_at"],
        "receivedAt": row["received_at"],
        "lines": [
            {
                "id": _part_id(line["batch_id"], line["line_id"]),
                "variant": {"id": global_id("var", line["variant_id"]), "sku": line["sku"]},
                "quantity": line["quantity"],
                "inTransit": line["in_transit"],
                "accepted": line["accepted"] if received else None,
                "damaged": line["damaged"] if received else None,
                "unresolved": line["unresolved"] if received else None,
            }
            for line in lines
        ],
    }


def _moved(row: Any) -> dict[str, Any]:
    words = MovementWords(
        kind=MovementKind(row["kind"]),
        origin=_CONDITIONS[row["from_condition"]],
        outcome=_CONDITIONS[row["to_condition"]],
        quantity=row["quantity"],
        sku=row["sku"],
        vendor=row["vendor"],
        batch=row["batch_code"],
    )
    batch_id = row["batch_id"]
    return {
        "id": global_id("mov", row["id"]),
        "message": movement_sentence(words),
        "recordedAt": row["recorded_at"],
        "consignment": {"id": global_id("con", row["consignment_id"]), "code": row["consignment_code"]},
        "batch": None if batch_id is None else {"id": global_id("bat", batch_id), "code": row["batch_code"]},
    }


def _grouped(rows: Iterable[Any], key: str) -> Mapping[Any, list[Any]]:
    groups: dict[Any, list[Any]] = {}
    for row in rows:
        groups.setdefault(row[key], []).append(row)
    return groups


def _part_id(*keys: UUID) -> str:
    return f"bln_{base64.urlsafe_b64encode(b''.join(key.bytes for key in keys)).decode().rstrip('=')}"


def _cursor(row: Any) -> str:
    position = orjson.dumps(("batch.dispatched_at desc", row["dispatched_at"], str(row["id"])), option=orjson.OPT_UTC_Z)
    return base64.urlsafe_b64encode(position).decode().rstrip("=")
