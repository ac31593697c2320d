"""The whole story over HTTP, with the portal's own documents: from an empty title to an approved scheme (R1 to R10)."""

from typing import Any

from domain.node_kinds import NodeKind
from tests.support.client import Client, Clients, gid
from tests.support.world import World

TERMS = "## Terms\n\nPoints are credited **within a week**."


async def test_a_scheme_goes_from_an_empty_title_to_approval(clients: Clients, world: World) -> None:
    """Manager defines, a second manager edits beside them, the approver asks for changes and then approves."""
    manager, second, approver = clients["PROGRAM_MANAGER"], clients["second manager"], clients["APPROVER"]

    empty = await manager.run("CreateScheme", input={"title": "   ", "earningChannels": ["COUPON"]})
    assert empty["createScheme"]["scheme"] is None
    assert [(error["code"], error["path"]) for error in empty["createScheme"]["errors"]] == [
        ("REQUIRED", ["input", "title"])
    ]
    created = (
        await manager.run("CreateScheme", input={"title": "Monsoon Care", "earningChannels": ["COUPON", "SALE"]})
    )["createScheme"]
    assert created["errors"] == []
    scheme_id = created["scheme"]["id"]
    assert created["scheme"]["code"] == "SCH-2026-000001"
    assert created["scheme"]["wizard"]["currentStep"] == "BASICS"

    await _define(manager, scheme_id, world)
    await _edit_together(manager, second, scheme_id, world)

    review = await _review(manager, scheme_id)
    assert review["review"]["ready"] is True
    assert review["review"]["problems"] == []
    assert review["review"]["couponQuantity"] == 3000
    assert review["review"]["baseLiability"] == 10 * 1000 + 25 * 2000
    assert review["rules"] == [
        {
            "name": "Gold in Pune",
            "qualifies": "ECPs who are Gold or above and work in Pune.",
            "gets": "50 points for each sale or coupon.",
        }
    ]
    assert review["viewerActions"] == ["EDIT", "SUBMIT"]
    await _submit(manager, scheme_id, review["review"]["contentHash"])
    await _decide(manager, second, approver, scheme_id)


async def _define(manager: Client, scheme_id: str, world: World) -> None:
    """Any order: rules and geographies first, then what comes before them in the wizard."""
    rule = {
        "name": "Gold in Pune",
        "condition": {
            "all": [
                {"tier": {"atLeast": gid(NodeKind.TIER, world.tiers["Gold"].id)}},
                {"geography": {"in": [gid(NodeKind.GEOGRAPHY, world.geographies["Pune"].id)]}},
            ]
        },
        "reward": {"flatPoints": 50},
    }
    saved = await _save(manager, "BonusRules", scheme_id, 0, rules=[rule])
    assert saved["scheme"]["rules"][0]["qualifies"] == "ECPs who are Gold or above and work in Pune."
    place = gid(NodeKind.GEOGRAPHY, world.geographies["Maharashtra"].id)
    saved = await _save(manager, "Geographies", scheme_id, 0, geographyIds=[place])
    assert saved["scheme"]["wizard"]["currentStep"] == "BASICS"
    saved = await _save(manager, "Basics", scheme_id, 0, **_basics("Monsoon Care"))
    assert saved["scheme"]["wizard"]["currentStep"] == "PRODUCTS"
    variants = [_variant(world, sku) for sku in ("AMB-1L", "AMB-4L", "LENS-1")]
    saved = await _save(manager, "Products", scheme_id, 0, variantIds=variants)
    assert saved["scheme"]["wizard"]["currentStep"] == "COUPON_VALUES"
    values = [
        {"variantId": variant, "basePoints": points, "plannedQuantity": quantity}
        for variant, points, quantity in zip(variants, (10, 25, 5), (1000, 2000, 400), strict=True)
    ]
    saved = await _save(manager, "CouponValues", scheme_id, 0, values=values[:2])
    assert saved["step"] == {"kind": "COUPON_VALUES", "state": "INCOMPLETE", "version": 1}
    problems = saved["scheme"]["wizard"]["steps"][3]["problems"]
    assert problems == [{"message": "Set base points and planned quantity for LENS-1.", "path": ["values"]}]
    saved = await _save(manager, "CouponValues", scheme_id, 1, values=values)
    assert [step["state"] for step in saved["scheme"]["wizard"]["steps"]] == ["COMPLETE"] * 5
    saved = await _save(manager, "Products", scheme_id, 1, variantIds=variants[:2])
    assert saved["notices"] == ["The coupon value of LENS-1 was removed with it (5 base points, 400 coupons planned)."]


async def _edit_together(manager: Client, second: Client, scheme_id: str, world: World) -> None:
    """Different steps can be saved at once. The same step from an old version is a conflict that lists the changes."""
    wizard = (await manager.run("SchemeWizard", id=scheme_id))["node"]["wizard"]
    versions = {step["kind"]: step["version"] for step in wizard["steps"]}
    assert versions == {"BASICS": 1, "PRODUCTS": 2, "GEOGRAPHIES": 1, "COUPON_VALUES": 2, "BONUS_RULES": 1}
    await _save(second, "Basics", scheme_id, 1, **_basics("Monsoon Care 2026"))
    places = [gid(NodeKind.GEOGRAPHY, world.geographies[name].id) for name in ("Maharashtra", "Karnataka")]
    await _save(manager, "Geographies", scheme_id, 1, geographyIds=places)
    lost = await manager.run(
        "SaveSchemeBasics", input={"schemeId": scheme_id, "expectedVersion": 1, **_basics("Monsoon Special")}
    )
    (conflict,) = lost["saveSchemeBasics"]["errors"]
    assert conflict["__typename"] == "VersionConflict"
    assert conflict["path"] == ["input", "expectedVersion"]
    assert (conflict["expectedVersion"], conflict["currentVersion"]) == (1, 2)
    assert conflict["changedBy"] == {"displayName": "Second Manager"}
    assert conflict["changes"] == [{"field": "title", "before": "Monsoon Care", "after": "Monsoon Care 2026"}]
    title = (await manager.run("SchemeWizard", id=scheme_id))["node"]["title"]
    assert title == "Monsoon Care 2026"


async def _submit(manager: Client, scheme_id: str, content_hash: str) -> None:
    queues = await _queues(manager)
    assert queues["REVIEW_PENDING"] == 1
    # There are no ECPs yet, which the review warns of.
    named = {"schemeId": scheme_id, "contentHash": content_hash, "acknowledgeWarnings": True}
    submitted = await manager.run("SubmitScheme", input=named)
    assert submitted["submitScheme"]["errors"] == []
    assert submitted["submitScheme"]["scheme"]["statusLabel"] == "Approval pending"
    assert (await _queues(manager))["REVIEW_PENDING"] == 0


async def _decide(manager: Client, second: Client, approver: Client, scheme_id: str) -> None:
    """Changes requested, made, submitted by the second manager, approved."""
    listed = await approver.run("LandingPage", filter={"queue": "APPROVAL_PENDING"})
    assert [queue["key"] for queue in listed["workQueues"]] == ["APPROVAL_PENDING", "SETTLEMENTS_TO_APPROVE"]
    assert listed["workQueues"][0]["count"] == listed["schemes"]["totalCount"] == 1
    reason = "Please give Mysuru its own budget."
    given_back = await approver.run("RequestSchemeChanges", input={"schemeId": scheme_id, "reason": reason})
    assert given_back["requestSchemeChanges"]["scheme"]["statusLabel"] == "Changes requested"
    assert (await _queues(manager))["CHANGES_REQUESTED"] == 1

    await _save(manager, "Basics", scheme_id, 2, **_basics("Monsoon Care 2026"), budget=500_000)
    review = await _review(second, scheme_id)
    assert review["submission"]["reason"] == reason
    await _submit_again(second, scheme_id, review["review"]["contentHash"])

    content_hash = (await _review(approver, scheme_id))["review"]["contentHash"]
    approved = await approver.run("ApproveScheme", input={"schemeId": scheme_id, "contentHash": content_hash})
    assert approved["approveScheme"]["errors"] == []
    assert approved["approveScheme"]["scheme"]["viewerActions"] == []
    stages = approved["approveScheme"]["scheme"]["stages"]
    assert [(stage["kind"], stage["state"], stage["statusLabel"]) for stage in stages] == [
        ("DEFINITION", "DONE", "Submitted"),
        ("APPROVAL", "DONE", "Approved"),
        ("COUPON_GENERATION", "PENDING", "Coupons not generated"),
        ("VENDOR_ALLOCATION", "NOT_STARTED", "Not started"),
        ("ARTWORK", "PENDING", "Artwork not uploaded"),
        ("PRODUCTION", "NOT_STARTED", "Not started"),
        ("RUNNING", "NOT_STARTED", "Not started"),
        ("SETTLEMENT", "NOT_STARTED", "Not started"),
    ]
    rejected = await manager.run(
        "SaveSchemeBasics", input={"schemeId": scheme_id, "expectedVersion": 3, **_basics("Too late")}
    )
    assert [(error["code"], error["message"]) for error in rejected["saveSchemeBasics"]["errors"]] == [
        ("ILLEGAL_STATE", "An approved scheme cannot be edited.")
    ]


async def _submit_again(second: Client, scheme_id: str, content_hash: str) -> None:
    named = {"schemeId": scheme_id, "contentHash": content_hash, "acknowledgeWarnings": True}
    submitted = await second.run("SubmitScheme", input=named)
    assert submitted["submitScheme"]["errors"] == []


async def _save(client: Client, step: str, scheme_id: str, version: int, **values: Any) -> Any:
    answer = await client.run(f"SaveScheme{step}", input={"schemeId": scheme_id, "expectedVersion": version, **values})
    payload = answer[f"saveScheme{step}"]
    assert payload["errors"] == []
    return payload


async def _review(client: Client, scheme_id: str) -> Any:
    return (await client.run("SchemeReview", id=scheme_id))["node"]


async def _queues(client: Client) -> dict[str, int]:
    return {queue["key"]: queue["count"] for queue in (await client.run("LandingPage"))["workQueues"]}


def _basics(title: str) -> dict[str, Any]:
    return {
        "title": title,
        "earningChannels": ["COUPON", "SALE"],
        "enrollmentOpensOn": "2026-04-01",
        "enrollmentClosesOn": "2026-04-30",
        "startsOn": "2026-05-01",
        "endsOn": "2026-07-31",
        "termsMarkdown": TERMS,
        "materials": [{"title": "Poster", "url": "https://example.com/poster.pdf"}],
    }


def _variant(world: World, sku: str) -> str:
    return gid(NodeKind.VARIANT, world.variants[sku].id)
