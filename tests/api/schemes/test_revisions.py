"""Revisions of approved schemes, from opening one to its taking effect, and what stays as it is meanwhile."""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.permissions import Role
from tests.support.client import Client, Clients, document
from tests.support.clock import TestClock
from tests.support.factories.revisions import JUNE, RevisionFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.schemes import basics, mutate, rule, scheme, tier, variant
from tests.support.world import World

AT = "2026-06-01T00:00:00Z"
# All fields of a scheme except its open revision.
WHOLE = """fragment Whole on Scheme { id code title description revision earningChannels enrollmentOpensOn startsOn
  enrollmentClosesOn endsOn terms { version markdown publishedAt } materials { title url } budget status statusLabel
  progress stage { kind status since } stages { kind state status since done total dueOn blockedBy }
  variants { variant { sku } basePoints plannedQuantity } geographies { name } rules { id name position qualifies gets }
  wizard { currentStep steps { kind state version } } review { contentHash ready changes { field } replaces }
  submission { contentHash submittedAt decidedAt reason } participants { displayName } effectiveAt revises { id }
  activity { totalCount nodes { id kind message } } createdBy { displayName } createdAt updatedAt }"""
READS = (
    f"query ($id: ID!) {{ node(id: $id) {{ ...Whole }} }} {WHOLE}",
    f"query ($code: String!) {{ scheme(code: $code) {{ ...Whole }} }} {WHOLE}",
    f"{{ schemes(filter: {{stages: [COUPON_GENERATION]}}) {{ totalCount nodes {{ ...Whole }} }} }} {WHOLE}",
)
READERS = (Role.PROGRAM_MANAGER, Role.APPROVER, Role.OPERATIONS)


async def test_a_revision_is_opened_edited_reviewed_approved_and_takes_effect(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, clock: TestClock, world: World
) -> None:
    """The whole story; until its time the scheme itself reads the same, byte for byte."""
    clock.now = JUNE - timedelta(days=20)
    await factory.ecps.crowd(10)
    live_id = await factory.approved()
    code = (await factory.definition(live_id)).scheme.code
    manager, approver = clients[Role.PROGRAM_MANAGER], clients[Role.APPROVER]
    before = await _read(clients, live_id, code)

    revision_id = await _open(manager, live_id)
    changes = await _edit(manager, revision_id, world)
    assert await _look(approver, revision_id) is None
    look = await _look(manager, revision_id)
    assert look["review"]["changes"] == changes
    assert look["review"]["replaces"] == 1
    assert [warning["code"] for warning in look["review"]["warnings"]] == ["OVERLAP"]
    content_hash = look["review"]["contentHash"]

    await mutate(manager, "submitScheme", schemeId=revision_id, contentHash=content_hash)
    assert (await _look(approver, revision_id))["review"]["changes"] == changes
    approval = {"schemeId": revision_id, "contentHash": content_hash, "effectiveAt": AT}
    approved = (await mutate(approver, "approveScheme", **approval))["scheme"]
    assert (approved["status"], approved["statusLabel"]) == ("APPROVED", "Approved, takes effect on 1 June 2026")
    assert [stage["state"] for stage in approved["stages"]] == ["DONE", "DONE", *["SKIPPED"] * 6]
    assert await _read(clients, live_id, code) == before

    clock.now = JUNE - timedelta(seconds=1)
    assert await revisions.apply_due() == 0
    assert await _read(clients, live_id, code) == before
    clock.now = JUNE
    assert await revisions.apply_due() == 1
    assert await revisions.apply_due() == 0
    await _assert_applied(manager, live_id, code, content_hash, changes)
    assert await _look(manager, revision_id) is None


async def _open(manager: Client, live_id: UUID) -> str:
    opened = (await mutate(manager, "reviseScheme", schemeId=scheme(live_id), effectiveAt=AT))["scheme"]
    assert (opened["revision"], opened["effectiveAt"], opened["status"]) == (2, AT, "REVIEW_PENDING")
    assert opened["viewerActions"] == ["EDIT", "SUBMIT", "RESCHEDULE"]
    assert opened["revises"] == {
        "id": scheme(live_id),
        "revision": 1,
        "openRevision": {"id": opened["id"], "revision": 2},
        "viewerActions": [],
    }
    found: str = opened["id"]
    return found


async def _edit(manager: Client, revision_id: str, world: World) -> list[Any]:
    """Save three steps of a revision; the changes that this makes."""
    saved = {"schemeId": revision_id, "expectedVersion": 1}
    changed = basics(**saved, description="For workshops.", budget=900_000, termsMarkdown="Be fairer.")
    await mutate(manager, "saveSchemeBasics", **changed)
    values = sorted([("AMB-1L", 10, 15), ("AMB-4L", 20, 20)], key=lambda value: world.variants[value[0]].id)
    before, after = (
        [
            {"variantId": variant(world, sku), "basePoints": points[place], "plannedQuantity": 1000}
            for sku, *points in values
        ]
        for place in (0, 1)
    )
    await mutate(manager, "saveSchemeCouponValues", **saved, values=after)
    (kept,) = await _rules(manager, revision_id)
    rules = [rule(name="Gold bonus", id=kept), rule(name="Another", reward={"pointsPerUnit": 3})]
    await mutate(manager, "saveSchemeBonusRules", **saved, rules=rules)
    again, added = await _rules(manager, revision_id)
    assert again == kept
    gold, many = {"kind": "tier", "atLeast": tier(world, "Gold")}, {"kind": "quantity", "atLeast": 10}
    flat = {"reward": {"kind": "flatPoints", "points": 50}, "limits": {}}
    each = {"reward": {"kind": "pointsPerUnit", "points": 3}, "limits": {}}
    return [
        {"field": "termsMarkdown", "before": "Be fair.", "after": "Be fairer."},
        {"field": "budget", "before": None, "after": 900_000},
        {"field": "values", "before": before, "after": after},
        {
            "field": "rules",
            "before": [{"id": kept, "name": "Gold bonus", "condition": gold, **flat}],
            "after": [
                {"id": kept, "name": "Gold bonus", "condition": many, **flat},
                {"id": added, "name": "Another", "condition": many, **each},
            ],
        },
    ]


async def _assert_applied(manager: Client, live_id: UUID, code: str, content_hash: str, changes: list[Any]) -> None:
    """The scheme has become the revision, and keeps everything that is not content."""
    found = await manager.send(f"query ($id: ID!) {{ node(id: $id) {{ ...Whole }} }} {WHOLE}", id=scheme(live_id))
    node = found.data["node"]
    assert (node["id"], node["code"], node["revision"], node["revises"]) == (scheme(live_id), code, 2, None)
    assert (node["budget"], node["effectiveAt"]) == (900_000, None)
    assert node["terms"] == {"version": 2, "markdown": "Be fairer.", "publishedAt": AT}
    assert [item["name"] for item in node["rules"]] == ["Gold bonus", "Another"]
    assert [step["version"] for step in node["wizard"]["steps"]] == [2, 1, 1, 2, 2]
    assert node["review"] == {"contentHash": content_hash, "ready": True, "changes": [], "replaces": None}
    assert node["submission"]["contentHash"] == content_hash
    first = node["createdAt"][:16]
    assert (node["status"], node["stage"]["since"][:16]) == ("COUPONS_NOT_GENERATED", first)
    history = (await manager.send(document("portal/SchemeRevisions"), code=code, at=AT)).data["scheme"]
    assert (history["asOf"], history["openRevision"]) == ({"number": 2, "effectiveAt": AT}, None)
    assert history["viewerActions"] == ["REVISE"]
    one, two = history["revisions"]
    assert (one["number"], one["changes"], two["number"], two["changes"]) == (1, [], 2, changes)
    assert one["effectiveAt"] == one["approvedAt"] < two["approvedAt"] < two["effectiveAt"]
    assert two["contentHash"] == content_hash != one["contentHash"]
    assert two["approvedBy"] == {"displayName": "Approver"}


async def _read(clients: Clients, live_id: UUID, code: str) -> list[str]:
    """Read the scheme in every way and by several roles; return a digest of each answer."""
    found = []
    for role in READERS:
        client = clients[role]
        for query in READS:
            body = {"query": query, "variables": {"id": scheme(live_id), "code": code}}
            answer = await client.http.post("/graphql", json=body, headers=client.headers)
            assert answer.json().keys() == {"data"}
            found.append(hashlib.sha256(answer.content).hexdigest())
    return found


async def _look(client: Client, revision_id: str) -> Any:
    return (await client.send(document("portal/SchemeDiff"), id=revision_id)).data["node"]


async def _rules(client: Client, scheme_id: str) -> list[str]:
    query = "query ($id: ID!) { node(id: $id) { ... on Scheme { rules { id } } } }"
    return [item["id"] for item in (await client.send(query, id=scheme_id)).data["node"]["rules"]]
