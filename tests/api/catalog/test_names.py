"""Names in the catalog: compared by key, sorted by the Unicode Collation Algorithm, found in every script (N1)."""

import asyncio
from typing import Any

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.api.catalog.test_catalog import CITY, PRODUCT, VENDOR, expect_errors, upsert
from tests.support.client import Client, Clients, gid
from tests.support.unchanged import nothing_changes
from tests.support.world import World

TAKEN = [("DUPLICATE", "name", "Another product has this name.")]
LISTS = {
    "product": "query ($search: String) { products(search: $search) { totalCount nodes { name } } }",
    "vendor": "query ($search: String) { vendors(search: $search) { totalCount nodes { name } } }",
}
SORTED = ["apfel", "Äpfel", "Apple", "Ängel", "de luge", "de-luge", "Zoë", "कमल"]


@pytest.fixture
def admin(clients: Clients) -> Client:
    """The administrator."""
    return clients[Role.ADMIN]


async def _found(client: Client, noun: str, search: str | None = None) -> list[str]:
    (page,) = (await client.send(LISTS[noun], search=search)).data.values()
    assert page["totalCount"] == len(page["nodes"])
    return [node["name"] for node in page["nodes"]]


@pytest.mark.parametrize("name", ["amber oil", "AMBER  OIL", "Amber\u00a0Oil", " Amber Oil "])
async def test_a_product_is_known_by_the_key_of_its_name(admin: Client, database_url: str, name: str) -> None:
    async with nothing_changes(database_url):
        assert await expect_errors(admin, "product", **{**PRODUCT, "name": name}) == TAKEN


async def test_one_of_several_simultaneous_products_with_one_name_wins(admin: Client) -> None:
    names = ("Crème", "CRE\u0300ME", "crème ", "cre\u0300me")
    payloads = await asyncio.gather(*(upsert(admin, "product", **{**PRODUCT, "name": name}) for name in names))
    assert sum(payload["product"] is not None for payload in payloads) == 1
    assert [error["code"] for payload in payloads for error in payload["errors"]] == ["DUPLICATE"] * 3


async def test_a_name_is_stored_composed(admin: Client, database_url: str) -> None:
    made = (await upsert(admin, "vendor", **{**VENDOR, "name": "Cre\u0300me"}))["vendor"]
    assert made["name"] == "Crème"
    async with nothing_changes(database_url):
        assert (await upsert(admin, "vendor", **{**VENDOR, "id": made["id"], "name": "Crème"}))["errors"] == []


@pytest.mark.parametrize("noun", ["product", "vendor"])
async def test_an_invisible_character_is_rejected(admin: Client, database_url: str, noun: str) -> None:
    good: dict[str, Any] = PRODUCT if noun == "product" else {**VENDOR}
    message = "The name contains an invisible character (U+202E, character 4); remove it."
    async with nothing_changes(database_url):
        assert await expect_errors(admin, noun, **{**good, "name": "Oil\u202egnp"}) == [("INVALID", "name", message)]


async def test_names_are_sorted_by_the_unicode_collation_algorithm(admin: Client, world: World) -> None:
    expected = ["Ängel", "apfel", "Äpfel", "Apple", "de luge", "de-luge", "Zoë", "कमल"]
    parent = gid(NodeKind.GEOGRAPHY, world.geographies["Maharashtra"].id)
    for number, name in enumerate(SORTED):
        assert not (await upsert(admin, "product", **{**PRODUCT, "name": name, "category": f"x {name}"}))["errors"]
        assert not (await upsert(admin, "vendor", **{**VENDOR, "code": f"V-{number}", "name": name}))["errors"]
        city: dict[str, Any] = {**CITY, "code": f"C-{number}", "name": name, "parentId": parent}
        assert not (await upsert(admin, "geography", **city))["errors"]
    for noun in LISTS:
        assert [name for name in await _found(admin, noun) if name in SORTED] == expected
    children = "query ($id: ID!) { node(id: $id) { ... on Geography { children { name } } } }"
    found = (await admin.send(children, id=parent)).data["node"]["children"]
    assert [child["name"] for child in found if child["name"] in SORTED] == expected
    categories = (await admin.send("{ categories }")).data["categories"]
    assert [name.removeprefix("x ") for name in categories if name.startswith("x ")] == expected


@pytest.mark.parametrize(
    ("search", "is_found"),
    [
        ("हिन्दी", True),
        ("हिन्", True),
        ("दी", False),
        ("न्दी", False),
        ("தமிழ்", True),
        ("strasse", True),
        ("STRAẞE", True),
        ("%", False),
        ("🎉", False),
    ],
)
async def test_a_word_is_found_whole_and_by_its_beginning(admin: Client, search: str, *, is_found: bool) -> None:
    name = "Straße हिन्दी தமிழ்"
    await upsert(admin, "product", **{**PRODUCT, "name": name})
    assert await _found(admin, "product", search) == ([name] if is_found else [])
