"""Categories over HTTP: names that differ in case are one category, and a new name changes no rule (N1, R25)."""

from typing import Any

import asyncpg
import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.rules.model import FlatPoints, ProductClause
from tests.support.client import Client, Clients, gid
from tests.support.factories.schemes import SchemeFactory
from tests.support.unchanged import nothing_changes
from tests.support.world import World

RENAME = """mutation ($input: RenameCategoryInput!) {
    renameCategory(input: $input) { category { id name } errors { code message path } }
}"""
PRODUCT = """mutation ($input: UpsertProductInput!) {
    upsertProduct(input: $input) { product { category } errors { message } }
}"""
RULES = """query ($id: ID!) { node(id: $id) { ... on Scheme { rules { qualifies condition {
    ... on ProductCondition { categories } } } review { contentHash } } } }"""


@pytest.fixture
def admin(clients: Clients) -> Client:
    """The administrator."""
    return clients[Role.ADMIN]


async def rename(client: Client, category: str, name: str) -> Any:
    """The payload of renameCategory."""
    return (await client.send(RENAME, input={"category": category, "name": name})).data["renameCategory"]


async def test_a_name_in_another_case_finds_the_category(admin: Client) -> None:
    """“engine  OIL” is no second category, composed or decomposed letters are the same, and a new name is added."""
    given = {"brand": "Tessera", "variants": []}
    for name, category, expected in (
        ("One", "engine  OIL ", "Engine oil"),
        ("Two", " Caf\u00e9 oils", "Caf\u00e9 oils"),
        ("Three", "cafe\u0301 OILS", "Caf\u00e9 oils"),
    ):
        payload = (await admin.send(PRODUCT, input={**given, "name": name, "category": category})).data["upsertProduct"]
        assert payload == {"product": {"category": expected}, "errors": []}
    categories = (await admin.send("{ categories }")).data["categories"]
    assert categories == ["Caf\u00e9 oils", "Car care", "Engine oil", "Eye care"]


async def test_a_new_name_changes_the_label_and_nothing_else(
    admin: Client, clients: Clients, factory: SchemeFactory, world: World
) -> None:
    """Rules, products, and search show the new name; the hash of the approved content stays."""
    clause = ProductClause(category_ids=(world.categories["Engine oil"].id,))
    scheme_id = await factory.approved(await factory.complete(rules=[factory.rule("Oil", clause, FlatPoints(5))]))
    manager, asked = clients[Role.PROGRAM_MANAGER], gid(NodeKind.SCHEME, scheme_id)
    before = (await manager.send(RULES, id=asked)).data["node"]
    payload = await rename(admin, "ENGINE oil", " Motor oil ")
    renamed = {"id": gid(NodeKind.CATEGORY, world.categories["Engine oil"].id), "name": "Motor oil"}
    assert payload == {"category": renamed, "errors": []}
    after = (await manager.send(RULES, id=asked)).data["node"]
    assert before["rules"][0]["condition"] == {"categories": ["Engine oil"]}
    assert after["rules"][0] == {
        "qualifies": "ECPs who sell anything in the category “Motor oil”.",
        "condition": {"categories": ["Motor oil"]},
    }
    assert after["review"] == before["review"]
    found = await admin.send('{ products(search: "motor") { nodes { name category } } }')
    assert found.data["products"]["nodes"] == [{"name": "Amber Oil", "category": "Motor oil"}]
    assert (await admin.send("{ categories }")).data["categories"] == ["Car care", "Eye care", "Motor oil"]


TAKEN = "The category “Car care” has this name, even if it has no products. Rename that category first."


@pytest.mark.parametrize(
    ("category", "name", "errors"),
    [
        ("Toys", "Games", [("NOT_FOUND", "category", "No category has the name “Toys”; choose one of the catalog.")]),
        ("Engine oil", "car CARE", [("DUPLICATE", "name", TAKEN)]),
        (
            " ",
            "x" * 121,
            [
                ("REQUIRED", "category", "The category is missing."),
                ("INVALID", "name", "The name has 121 characters; at most 120 are allowed."),
            ],
        ),
    ],
)
async def test_rejected_names_change_nothing(
    admin: Client, database_url: str, category: str, name: str, errors: list[tuple[str, str, str]]
) -> None:
    async with nothing_changes(database_url):
        payload = await rename(admin, category, name)
    assert payload["category"] is None
    assert [(error["code"], error["path"][1], error["message"]) for error in payload["errors"]] == errors


async def test_the_name_that_it_has_changes_nothing(admin: Client, database_url: str) -> None:
    async with nothing_changes(database_url):
        assert (await rename(admin, "engine oil", " Engine oil"))["errors"] == []


async def test_only_administrators_rename_categories(clients: Clients, database_url: str) -> None:
    async with nothing_changes(database_url):
        for role in Role:
            if role is not Role.ADMIN:
                answer = await clients[role].send(RENAME, input={"category": "Engine oil", "name": "Motor oil"})
                assert answer.codes == ["FORBIDDEN"]


async def test_a_category_of_the_time_before_characters_were_checked_can_be_renamed_and_merged(
    admin: Client, database_url: str
) -> None:
    """Its name has a character that new names may not have, and looks like the name of another category."""
    connection = await asyncpg.connect(database_url)
    name = "'Eye care\u200b'"
    try:
        await connection.execute(f"UPDATE category SET name = {name}, name_key = lower({name}) WHERE name = 'Eye care'")
    finally:
        await connection.close()
    assert (await rename(admin, "Eye care\u200b", "Eyes"))["errors"] == []
    assert "Eyes" in (await admin.send("{ categories }")).data["categories"]
