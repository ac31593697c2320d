"""Mutations of schemes over HTTP: valid inputs, and errors of rejected ones."""

from typing import Any
from uuid import UUID

from domain.node_kinds import NodeKind
from tests.support.client import Answer, Client, document, gid
from tests.support.world import World, key

# The code, the path from `input` down, and the message of one error.
InputError = tuple[str, str, str]

UNKNOWN_SCHEME = gid(NodeKind.SCHEME, key("no such scheme"))
OLD_HASH = f"sha256:{'0' * 64}"
SAVES = (
    "saveSchemeBasics",
    "saveSchemeProducts",
    "saveSchemeGeographies",
    "saveSchemeCouponValues",
    "saveSchemeBonusRules",
)
DECISIONS = ("approveScheme", "requestSchemeChanges", "rejectScheme")


async def answer_to(client: Client, field: str, **given: Any) -> Answer:
    """Send a mutation of the portal and return the response."""
    return await client.send(document(f"portal/{field[0].upper()}{field[1:]}"), input=given)


async def payload_of(client: Client, field: str, **given: Any) -> Any:
    """Send a mutation and return its payload."""
    return (await answer_to(client, field, **given)).data[field]


async def mutate(client: Client, field: str, **given: Any) -> Any:
    """Send a mutation that must succeed, and return its payload."""
    payload = await payload_of(client, field, **given)
    assert payload["errors"] == []
    return payload


async def expect_errors(client: Client, field: str, **given: Any) -> list[InputError]:
    """Send a mutation that must be rejected, and return its errors."""
    payload = await payload_of(client, field, **given)
    assert payload["errors"]
    assert payload["scheme"] is None
    return [(error["code"], ".".join(error["path"]), error["message"]) for error in payload["errors"]]


async def expect_request_error(client: Client, field: str, **given: Any) -> str:
    """Send a mutation whose input makes the whole request invalid, and return the message."""
    answer = await answer_to(client, field, **given)
    assert answer.body.get("data") is None
    (error,) = answer.errors
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    message: str = error["message"]
    return message


async def expect_rule_errors(
    client: Client, scheme_id: str, rules: list[dict[str, Any]], version: int = 0
) -> list[InputError]:
    """Save invalid bonus rules and return the errors."""
    return await expect_errors(client, "saveSchemeBonusRules", schemeId=scheme_id, expectedVersion=version, rules=rules)


def input_of(field: str, scheme_id: str, version: int = 0) -> dict[str, Any]:
    """Return a valid input of a scheme mutation, for any scheme."""
    named = {"schemeId": scheme_id}
    saved = {**named, "expectedVersion": version}
    return {
        "saveSchemeBasics": basics(**saved),
        "saveSchemeProducts": {**saved, "variantIds": []},
        "saveSchemeGeographies": {**saved, "geographyIds": []},
        "saveSchemeCouponValues": {**saved, "values": []},
        "saveSchemeBonusRules": {**saved, "rules": []},
        "submitScheme": {**named, "contentHash": OLD_HASH},
        "approveScheme": {**named, "contentHash": OLD_HASH},
        "requestSchemeChanges": {**named, "reason": "Please lower the budget."},
        "rejectScheme": {**named, "reason": "Not this year."},
        "reviseScheme": {**named, "effectiveAt": "2026-07-01T00:00:00Z"},
        "rescheduleSchemeRevision": {**named, "effectiveAt": "2026-07-15T00:00:00Z"},
        "settleScheme": {**named, "idempotencyKey": "settle"},
    }[field]


def basics(**changes: Any) -> dict[str, Any]:
    """The input of the first step, with changes; it names no scheme."""
    return {
        "title": "Monsoon Care",
        "earningChannels": ["COUPON", "SALE"],
        "enrollmentOpensOn": "2026-04-01",
        "enrollmentClosesOn": "2026-04-30",
        "startsOn": "2026-05-01",
        "endsOn": "2026-07-31",
        "termsMarkdown": "Be fair.",
        **changes,
    }


def rule(condition: Any = None, reward: Any = None, **changes: Any) -> dict[str, Any]:
    """Return a valid bonus rule, with changes."""
    return {
        "name": "Many at once",
        "condition": condition or {"quantity": {"atLeast": 10}},
        "reward": reward or {"flatPoints": 50},
        **changes,
    }


def scheme(scheme_id: UUID) -> str:
    """The global id of a scheme."""
    return gid(NodeKind.SCHEME, scheme_id)


def variant(world: World, sku: str) -> str:
    """The global id of a variant of the world."""
    return gid(NodeKind.VARIANT, world.variants[sku].id)


def place(world: World, name: str) -> str:
    """The global id of a geography of the world."""
    return gid(NodeKind.GEOGRAPHY, world.geographies[name].id)


def tier(world: World, name: str) -> str:
    """The global id of a tier of the world."""
    return gid(NodeKind.TIER, world.tiers[name].id)
