"""The hand-written floor, its reads: rows as they come, and dicts in the order of the documents.

This module generalizes nothing. Each operation has its own function, its own statements and its own comprehensions; the
decisions of the product (sentences of rules, labels, owners, queues, visibility) come from the domain, as in any server
of the same code base.
"""

import base64
import mimetypes
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
import orjson

from benchmarks import floor_statements as sql
from benchmarks.floor_stages import progress, read_stages, shown
from domain.rules.model import BonusRule
from domain.rules.phrases import DisplayNames
from domain.rules.references import collect_references
from domain.rules.sentences import qualifying_sentence, reward_sentence
from domain.schemes.stages import status_label
from domain.viewers import Viewer
from domain.work.queues import SchemeQueue, queues_of

_RULE: Final = msgspec.json.Decoder(BonusRule)


def global_id(kind: str, key: UUID) -> str:
    """The opaque id that clients see."""
    return f"{kind}_{base64.urlsafe_b64encode(key.bytes)[:22].decode()}"


async def landing(connection: Any, viewer: Viewer, now: datetime, variables: dict[str, Any]) -> dict[str, Any]:
    """The landing page, with six statements beside the one for the viewer."""
    queues = queues_of(viewer)
    visible = sql.VISIBLE[viewer.scheme_scope]
    of_schemes = [(place, queue) for place, queue in enumerate(queues, start=1) if isinstance(queue, SchemeQueue)]
    others = [(place, queue) for place, queue in enumerate(queues, start=1) if not isinstance(queue, SchemeQueue)]
    waiting = "".join(sql.WAITING[type(queue)].format(position=place) for place, queue in others)
    counted = await connection.fetch(
        sql.QUEUES.format(visible=visible) + waiting,
        [place for place, _ in of_schemes],
        [queue.stage.value for _, queue in of_schemes],
        [queue.status.value for _, queue in of_schemes],
        [queue.others_only for _, queue in of_schemes],
        now,
        viewer.account_id,
    )
    size = variables.get("first") or 50
    rows = await connection.fetch(sql.PAGE.format(visible=visible), size + 1)
    page = rows[:size]
    ids = [row["id"] for row in page]
    stages = _grouped(await read_stages(connection, ids, now))
    variants = _grouped(await connection.fetch(sql.VARIANTS, ids))
    rules, names = await _rules_and_names(connection, ids)
    found = {row["position"]: row for row in counted}
    return {
        "workQueues": [_queue(queue, found.get(position)) for position, queue in enumerate(queues, start=1)],
        "schemes": {
            "totalCount": page[0]["total"] if page else 0,
            "pageInfo": {"hasNextPage": len(rows) > size, "endCursor": _cursor(page[-1]) if page else None},
            "nodes": [
                _listed(row, stages[row["id"]], variants.get(row["id"], ()), rules.get(row["id"], ()), names)
                for row in page
            ],
        },
    }


async def detail(connection: Any, viewer: Viewer, now: datetime, variables: dict[str, Any]) -> dict[str, Any]:
    """One scheme."""
    visible = sql.VISIBLE[viewer.scheme_scope]
    row = await connection.fetchrow(sql.SCHEME.format(visible=visible), variables["code"].strip().upper())
    if row is None:
        return {"scheme": None}
    ids = [row["id"]]
    stages = await read_stages(connection, ids, now)
    variants = await connection.fetch(sql.VARIANTS, ids)
    geographies = await connection.fetch(sql.GEOGRAPHIES, row["id"])
    rules, names = await _rules_and_names(connection, ids)
    return {"scheme": _detailed(row, stages, variants, geographies, rules.get(row["id"], ()), names)}


async def small(connection: Any, viewer: Viewer, now: datetime, variables: dict[str, Any]) -> dict[str, Any]:
    """The viewer and a status, with one statement beside the one for the viewer."""
    visible = sql.VISIBLE[viewer.scheme_scope]
    row = await connection.fetchrow(sql.STATUS.format(visible=visible), variables["code"].strip().upper(), now)
    return {
        "viewer": {
            "account": {"id": global_id("acc", viewer.account_id), "displayName": viewer.display_name},
            "roles": sorted(viewer.roles),
        },
        "scheme": row
        and {
            "id": global_id("sch", row["id"]),
            "code": row["code"],
            "status": row["status"] or "NOT_STARTED",
            "statusLabel": status_label(row["status"], row["state"], row["open_step"]),
        },
    }


async def _rules_and_names(connection: Any, ids: list[UUID]) -> tuple[dict[UUID, list[Any]], DisplayNames]:
    rows = await connection.fetch(sql.RULES, ids)
    rules: dict[UUID, list[Any]] = {}
    mentioned: set[UUID] = set()
    for row in rows:
        rule = _RULE.decode(row["document"])
        mentioned |= collect_references(rule).ids
        rules.setdefault(row["scheme_id"], []).append((row["id"], row["position"], rule))
    names: dict[str, dict[UUID, str]] = {"tier": {}, "geography": {}, "variant": {}, "product": {}, "category": {}}
    if mentioned:
        for kind, key, name in await connection.fetch(sql.NAMES, list(mentioned)):
            names[kind][key] = name
    return rules, DisplayNames(
        tiers=names["tier"],
        geographies=names["geography"],
        variants=names["variant"],
        products=names["product"],
        categories=names["category"],
    )


def _grouped(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    groups: dict[UUID, list[Any]] = {}
    for row in rows:
        groups.setdefault(row["scheme_id"], []).append(row)
    return groups


def _queue(queue: Any, row: Any) -> dict[str, Any]:
    return {
        "key": queue.key,
        "label": queue.key.label,
        "holds": queue.holds,
        "stage": queue.stage,
        "count": row["count"] if row else 0,
        "oldestSince": row["oldest"] if row else None,
    }


def _cursor(row: Any) -> str:
    position = orjson.dumps(("schemes by update", row["updated_at"], str(row["id"])), option=orjson.OPT_UTC_Z)
    return base64.urlsafe_b64encode(position).decode().rstrip("=")


def _listed(
    row: Any, stages: list[Any], variants: Iterable[Any], rules: Iterable[Any], names: DisplayNames
) -> dict[str, Any]:
    listed = [shown(stage) for stage in stages]
    current = next(stage for stage in stages if stage["is_current"])
    return {
        "id": global_id("sch", row["id"]),
        "code": row["code"],
        "title": row["title"],
        "earningChannels": row["earning_channels"],
        "startsOn": row["starts_on"],
        "endsOn": row["ends_on"],
        "updatedAt": row["updated_at"],
        "status": current["status"] or "NOT_STARTED",
        "statusLabel": current["statusLabel"],
        "progress": progress(stages),
        "stage": shown(current),
        "stages": listed,
        "variants": [
            {
                "basePoints": variant["base_points"] or 0,
                "plannedQuantity": variant["planned_quantity"] or 0,
                "variant": {
                    "sku": variant["sku"],
                    "name": variant["name"],
                    "product": {"name": variant["product_name"]},
                },
            }
            for variant in variants
        ],
        "rules": [
            {
                "id": global_id("rul", key),
                "name": rule.name,
                "qualifies": qualifying_sentence(rule, names),
                "gets": reward_sentence(rule, names),
            }
            for key, _, rule in rules
        ],
    }


def _detailed(  # noqa: PLR0913, PLR0917 - what the scheme has
    row: Any, stages: list[Any], variants: list[Any], geographies: list[Any], rules: Iterable[Any], names: DisplayNames
) -> dict[str, Any]:
    current = next(stage for stage in stages if stage["is_current"])
    return {
        "id": global_id("sch", row["id"]),
        "code": row["code"],
        "title": row["title"],
        "description": row["description"],
        "revision": row["revision"],
        "status": current["status"] or "NOT_STARTED",
        "statusLabel": current["statusLabel"],
        "progress": progress(stages),
        "earningChannels": row["earning_channels"],
        "enrollmentOpensOn": row["enrollment_opens_on"],
        "enrollmentClosesOn": row["enrollment_closes_on"],
        "startsOn": row["starts_on"],
        "endsOn": row["ends_on"],
        "budget": row["budget"],
        "terms": None
        if row["terms_markdown"] is None
        else {
            "version": row["terms_version"],
            "markdown": row["terms_markdown"],
            "publishedAt": row["approved_at"],
        },
        "materials": [_material(material) for material in orjson.loads(row["materials"])],
        "stages": [shown(stage) for stage in stages],
        "variants": [_priced(variant) for variant in variants],
        "geographies": [
            {"id": global_id("geo", place["id"]), "code": place["code"], "name": place["name"], "level": place["level"]}
            for place in geographies
        ],
        "rules": [_rule(key, position, rule, names) for key, position, rule in rules],
        "createdBy": {"id": global_id("acc", row["created_by"]), "displayName": row["creator"]},
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
    }


def _material(material: dict[str, Any]) -> dict[str, Any]:
    url = material["url"]
    return {
        "title": material["title"],
        "url": url,
        "contentType": mimetypes.guess_type(urlsplit(url).path)[0] or "text/html",
    }


def _priced(row: Any) -> dict[str, Any]:
    return {
        "basePoints": row["base_points"] or 0,
        "plannedQuantity": row["planned_quantity"] or 0,
        "variant": {
            "id": global_id("var", row["id"]),
            "sku": row["sku"],
            "name": row["name"],
            "product": {
                "id": global_id("prd", row["product_id"]),
                "name": row["product_name"],
                "category": row["category"],
                "brand": row["brand"],
            },
        },
    }


def _rule(key: UUID, position: int, rule: BonusRule, names: DisplayNames) -> dict[str, Any]:
    limits = rule.limits
    return {
        "id": global_id("rul", key),
        "name": rule.name,
        "position": position,
        "qualifies": qualifying_sentence(rule, names),
        "gets": reward_sentence(rule, names),
        "priority": rule.priority,
        "exclusiveGroup": rule.exclusive_group,
        "limits": {
            "pointsPerEcp": limits.points_per_ecp,
            "pointsPerEcpPerMonth": limits.points_per_ecp_per_month,
            "pointsInTotal": limits.points_in_total,
            "timesPerEcp": limits.times_per_ecp,
        },
    }
