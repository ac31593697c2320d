"""Editing the catalog: entries are added and replaced as a whole, and a rejected one changes nothing (R25)."""

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, Clients, gid
from tests.support.unchanged import nothing_changes
from tests.support.world import World

FIELDS = {
    "product": "name category brand variants { id sku name }",
    "geography": "code name level parent { name } children { name }",
    "tier": "code name rank",
    "vendor": "code name kind city",
}
PRODUCT = {"name": "New Oil", "category": "Engine oil", "brand": "Tessera", "variants": []}
CITY = {"code": "NASHIK", "name": "Nashik", "level": "CITY"}
TIER = {"code": "DIAMOND", "name": "Diamond", "rank": 5}
VENDOR = {"code": "PRN-2", "name": "Fourth Print", "kind": "PRINTER", "city": "Mumbai"}
NOBODY = UUID(int=7)
Errors = list[tuple[str, str, str]]


async def upsert(client: Client, noun: str, **given: Any) -> Any:
    """The payload of a mutation of the catalog."""
    name = noun.capitalize()
    document = (
        f"mutation ($input: Upsert{name}Input!) {{ upsert{name}(input: $input) {{"
        f" {noun} {{ id {FIELDS[noun]} }} errors {{ code message path }} }} }}"
    )
    return (await client.send(document, input=given)).data[f"upsert{name}"]


async def expect_errors(client: Client, noun: str, **given: Any) -> Errors:
    """Send an invalid mutation and return its errors as (code, field, message)."""
    payload = await upsert(client, noun, **given)
    assert payload[noun] is None
    assert all(error["path"][0] == "input" for error in payload["errors"])
    return [(error["code"], ".".join(error["path"][1:]), error["message"]) for error in payload["errors"]]


@pytest.fixture
def admin(clients: Clients) -> Client:
    """The administrator."""
    return clients[Role.ADMIN]


@pytest.fixture
def nashik(world: World) -> dict[str, Any]:
    """A city that is not there yet."""
    return {**CITY, "parentId": gid(NodeKind.GEOGRAPHY, world.geographies["Maharashtra"].id)}


async def test_a_product_is_added_with_variants_and_replaced(admin: Client) -> None:
    """R25: variants that are named are replaced, those without an id are added, the others stay."""
    variants = [{"sku": "NEW-1L", "name": "1 liter"}, {"sku": "NEW-4L", "name": "4 liters"}]
    added = (await upsert(admin, "product", **{**PRODUCT, "variants": variants}))["product"]
    assert [(item["sku"], item["name"]) for item in added["variants"]] == [
        ("NEW-1L", "1 liter"),
        ("NEW-4L", "4 liters"),
    ]
    changed = [{"id": added["variants"][0]["id"], "sku": "NEW-2L", "name": " 2 liters "}, {"sku": "NEW-9", "name": "9"}]
    again = await upsert(admin, "product", id=added["id"], **{**PRODUCT, "name": " Newer Oil ", "variants": changed})
    assert again["errors"] == []
    product = again["product"]
    assert (product["id"], product["name"]) == (added["id"], "Newer Oil")
    assert [(item["sku"], item["name"]) for item in product["variants"]] == [
        ("NEW-2L", "2 liters"),
        ("NEW-4L", "4 liters"),
        ("NEW-9", "9"),
    ]
    assert product["variants"][0]["id"] == added["variants"][0]["id"]


async def test_a_region_a_tier_and_a_vendor_are_added_and_replaced(admin: Client, world: World) -> None:
    """R25: codes and names are trimmed; replacing keeps the id."""
    india = gid(NodeKind.GEOGRAPHY, world.geographies["India"].id)
    region = {"code": " GOA ", "name": " Goa ", "level": "REGION", "parentId": india}
    replaced = {}
    for noun, first, second in (
        ("geography", region, {**region, "code": "GA"}),
        ("tier", TIER, {**TIER, "rank": 9}),
        ("vendor", VENDOR, {**VENDOR, "city": "  ", "kind": "FACTORY"}),
    ):
        added = (await upsert(admin, noun, **first))[noun]
        again = await upsert(admin, noun, id=added["id"], **second)
        assert again["errors"] == []
        assert again[noun]["id"] == added["id"]
        assert again[noun] != added
        replaced[noun] = again[noun]
    assert replaced["tier"] == {**TIER, "id": replaced["tier"]["id"], "rank": 9}
    assert replaced["vendor"] == {**VENDOR, "id": replaced["vendor"]["id"], "city": None, "kind": "FACTORY"}
    geographies = (await admin.send("query ($id: ID) { geographies(parentId: $id) { code name } }", id=india)).data
    assert {"code": "GA", "name": "Goa"} in geographies["geographies"]


@pytest.mark.parametrize(
    ("noun", "given", "errors"),
    [
        ("product", {"name": "Amber Oil"}, [("DUPLICATE", "name", "Another product has this name.")]),
        (
            "product",
            {"variants": [{"sku": "AMB-1L", "name": "x"}]},
            [("DUPLICATE", "variants", "One of these SKUs belongs to another variant.")],
        ),
        (
            "product",
            {"variants": [{"sku": "A", "name": "x"}, {"sku": " A ", "name": "y"}]},
            [("DUPLICATE", f"variants.{place}.sku", "This SKU is in the list twice.") for place in "01"],
        ),
        (
            "product",
            {"variants": [{"sku": str(number), "name": "x"} for number in range(201)]},
            [("LIMIT_EXCEEDED", "variants", "201 variants are too many; give at most 200.")],
        ),
        (
            "product",
            {"name": " ", "category": "", "brand": "x" * 121, "variants": [{"sku": "a", "name": ""}]},
            [
                ("REQUIRED", "name", "The name is missing."),
                ("REQUIRED", "category", "The category is missing."),
                ("INVALID", "brand", "The brand has 121 characters; at most 120 are allowed."),
                (
                    "INVALID",
                    "variants.0.sku",
                    "The SKU takes 1 to 40 capital letters, digits and . _ / - and starts with a letter or digit.",
                ),
                ("REQUIRED", "variants.0.name", "The name of the variant is missing."),
            ],
        ),
        ("geography", {"code": "PUNE"}, [("DUPLICATE", "code", "Another geography has this code.")]),
        (
            "geography",
            {"code": "", "name": ""},
            [("REQUIRED", "code", "The code is missing."), ("REQUIRED", "name", "The name is missing.")],
        ),
        ("geography", {"level": "COUNTRY"}, [("INVALID", "parentId", "A country has no parent.")]),
        (
            "geography",
            {"level": "REGION"},
            [("INVALID", "parentId", "A region lies in a country: choose one as its parent.")],
        ),
        (
            "geography",
            {"parentId": None},
            [("REQUIRED", "parentId", "A city lies in a region: choose one as its parent.")],
        ),
        (
            "geography",
            {"parentId": gid(NodeKind.GEOGRAPHY, NOBODY)},
            [("NOT_FOUND", "parentId", "This geography does not exist.")],
        ),
        ("tier", {"code": "GOLD"}, [("DUPLICATE", "code", "Another tier has this code.")]),
        (
            "tier",
            {"rank": 4},
            [("DUPLICATE", "rank", "The tier Platinum has this rank. Give that tier an unused rank first.")],
        ),
        ("tier", {"rank": 0}, [("INVALID", "rank", "The rank must be 1 or more, not 0.")]),
        ("tier", {"rank": 101}, [("INVALID", "rank", "The rank must be 100 or less, not 101.")]),
        ("vendor", {"code": "FAC-1"}, [("DUPLICATE", "code", "Another vendor has this code.")]),
        (
            "vendor",
            {"name": "a\nb", "city": "x" * 121},
            [
                ("INVALID", "name", "The name contains characters that cannot be shown."),
                ("INVALID", "city", "The city has 121 characters; at most 120 are allowed."),
            ],
        ),
    ],
)
async def test_invalid_entries_are_rejected(
    clients: Clients, nashik: dict[str, Any], noun: str, given: dict[str, Any], errors: Errors
) -> None:
    """R25, R26: several problems come together, each at its field."""
    good = {"product": PRODUCT, "geography": nashik, "tier": TIER, "vendor": VENDOR}[noun]
    assert await expect_errors(clients[Role.ADMIN], noun, **{**good, **given}) == errors


async def test_a_rejected_entry_changes_nothing(admin: Client, nashik: dict[str, Any], database_url: str) -> None:
    """R25: whether validation, the database, or the geography tree rejects it."""
    async with nothing_changes(database_url):
        taken = {**PRODUCT, "variants": [{"sku": "FREE", "name": "x"}, {"sku": "AMB-1L", "name": "x"}]}
        assert _fields([await upsert(admin, "product", **taken)]) == [("DUPLICATE", "variants")]
        assert _fields([await upsert(admin, "geography", **{**nashik, "code": "PUNE"})]) == [("DUPLICATE", "code")]
        assert _fields([await upsert(admin, "tier", **{**TIER, "rank": 1})]) == [("DUPLICATE", "rank")]
        assert _fields([await upsert(admin, "vendor", **{**VENDOR, "code": ""})]) == [("REQUIRED", "code")]


async def test_invalid_ids_are_rejected(admin: Client, world: World, nashik: dict[str, Any], database_url: str) -> None:
    """R25: unknown, of another kind, or no id at all; all of them together."""
    good = {"product": PRODUCT, "geography": nashik, "tier": TIER, "vendor": VENDOR}
    account = gid(NodeKind.ACCOUNT, world.accounts["ADMIN"].id)
    async with nothing_changes(database_url):
        for noun, given in good.items():
            missing = [("NOT_FOUND", "id", f"This {noun} does not exist.")]
            assert await expect_errors(admin, noun, id=gid(NodeKind[noun.upper()], NOBODY), **given) == missing
            assert await expect_errors(admin, noun, id="nonsense", **given) == missing
            message = f"This is the ID of an account, not of a {noun}."
            assert await expect_errors(admin, noun, id=account, **given) == [("INVALID", "id", message)]
        variants = [{"id": "x", "sku": "A", "name": "a"}, {"id": account, "sku": "B", "name": "b"}]
        assert await expect_errors(admin, "product", id="x", **{**PRODUCT, "variants": variants}) == [
            ("NOT_FOUND", "id", "This product does not exist."),
            ("NOT_FOUND", "variants.0.id", "This variant does not exist."),
            ("INVALID", "variants.1.id", "This is the ID of an account, not of a variant."),
        ]


async def test_variants_of_another_product_stay_there(admin: Client, world: World, database_url: str) -> None:
    """R25: neither taken over nor changed; and one variant is replaced once at most."""
    foreign = gid(NodeKind.VARIANT, world.variants["LENS-1"].id)
    own = gid(NodeKind.VARIANT, world.variants["AMB-1L"].id)
    amber = {**PRODUCT, "id": gid(NodeKind.PRODUCT, world.products["Amber Oil"].id), "name": "Amber Oil"}
    async with nothing_changes(database_url):
        for product in (amber, PRODUCT):
            given = {**product, "variants": [{"id": foreign, "sku": "MINE", "name": "mine"}]}
            message = "This variant does not exist in the product."
            assert await expect_errors(admin, "product", **given) == [("NOT_FOUND", "variants.0.id", message)]
        twice = [{"id": own, "sku": "A", "name": "a"}, {"id": own, "sku": "B", "name": "b"}]
        assert await expect_errors(admin, "product", **{**amber, "variants": twice}) == [
            ("DUPLICATE", f"variants.{place}.id", "This variant is in the list twice.") for place in "01"
        ]


async def test_a_geography_with_others_beneath_it_keeps_its_level(
    admin: Client, world: World, nashik: dict[str, Any], database_url: str
) -> None:
    """R25: else cities would lie in cities; without children the level is free to change."""
    regions = {"code": "MAHARASHTRA", "name": "Maharashtra", "id": _place(world, "Maharashtra")}
    async with nothing_changes(database_url):
        for given in (
            {**regions, "level": "CITY", "parentId": _place(world, "Karnataka")},
            {**regions, "level": "COUNTRY"},
        ):
            message = "A geography that has others beneath it keeps its level."
            assert await expect_errors(admin, "geography", **given) == [("CONFLICT", "level", message)]
        itself = {**regions, "level": "REGION", "parentId": regions["id"]}
        message = "A region lies in a country: choose one as its parent."
        assert await expect_errors(admin, "geography", **itself) == [("INVALID", "parentId", message)]
    leaf = (await upsert(admin, "geography", **nashik))["geography"]
    moved = await upsert(
        admin, "geography", **{**CITY, "id": leaf["id"], "level": "REGION", "parentId": _place(world, "Nepal")}
    )
    assert (moved["errors"], moved["geography"]["level"]) == ([], "REGION")


async def test_of_several_at_once_exactly_one_wins(admin: Client) -> None:
    """R25: the others learn that the value is taken."""
    for noun, field, given in (
        ("vendor", "code", VENDOR),
        ("tier", "code", TIER),
        ("product", "variants", {**PRODUCT, "variants": [{"sku": "RACE", "name": "race"}]}),
    ):
        named = [{**given, "name": f"Racer {number}"} for number in range(5)]
        if noun == "tier":
            named = [{**entry, "rank": 10 + number} for number, entry in enumerate(named)]
        payloads = await asyncio.gather(*(upsert(admin, noun, **entry) for entry in named))
        assert sum(payload[noun] is not None for payload in payloads) == 1
        assert _fields(payloads) == [("DUPLICATE", field)] * 4


async def test_a_region_does_not_lose_its_level_while_a_city_is_added(admin: Client, world: World) -> None:
    """R25: two administrators at once leave a tree in which every city lies in a region."""
    for number in range(6):
        given = {"code": f"R{number}", "name": "Region", "level": "REGION", "parentId": _place(world, "India")}
        region = (await upsert(admin, "geography", **given))["geography"]["id"]
        city = {"code": f"C{number}", "name": "City", "level": "CITY", "parentId": region}
        await asyncio.gather(
            upsert(admin, "geography", **{**given, "id": region, "level": "COUNTRY", "parentId": None}),
            upsert(admin, "geography", **city),
        )
        document = "query ($id: ID!) { node(id: $id) { ... on Geography { level children { level } } } }"
        found = (await admin.send(document, id=region)).data["node"]
        assert found in (
            {"level": "REGION", "children": [{"level": "CITY"}]},
            {"level": "COUNTRY", "children": []},
        )


def _place(world: World, name: str) -> str:
    return gid(NodeKind.GEOGRAPHY, world.geographies[name].id)


def _fields(payloads: Iterable[Any]) -> list[tuple[str, str]]:
    return [(error["code"], error["path"][1]) for payload in payloads for error in payload["errors"]]
