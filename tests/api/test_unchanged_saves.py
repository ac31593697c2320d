"""Saving an unchanged catalog entry or account changes nothing and publishes no event (R25)."""

from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, Clients, gid
from tests.support.unchanged import nothing_changes
from tests.support.world import World

NOUNS = ("Vendor", "Tier", "Geography", "Product", "Account")


@pytest.mark.parametrize("noun", NOUNS)
async def test_an_entry_that_is_saved_as_it_is_stays_as_it_is(
    clients: Clients, world: World, database_url: str, noun: str
) -> None:
    """Codes, names and addresses that are its own are not taken."""
    given, change = _entry(world, noun)
    admin = clients[Role.ADMIN]
    async with nothing_changes(database_url):
        await _save(admin, noun, given)
    before = await _events(database_url)
    for _ in range(2):
        await _save(admin, noun, {**given, **change})
        assert await _events(database_url) == [*before, f"{noun.upper()}_SAVED"]


async def test_a_product_event_names_new_and_changed_variants(
    clients: Clients, world: World, database_url: str
) -> None:
    """Its own texts are what they were; variants that are left out stay, so leaving them out changes nothing."""
    given, _ = _entry(world, "Product")
    admin, before = clients[Role.ADMIN], await _events(database_url)
    async with nothing_changes(database_url):
        await _save(admin, "Product", {**given, "variants": []})
    (known,) = given["variants"]
    for number, variants in enumerate(([{**known, "name": "One liter"}], [{"sku": "NEW", "name": "New"}]), start=1):
        await _save(admin, "Product", {**given, "variants": variants})
        assert await _events(database_url) == [*before, *["PRODUCT_SAVED"] * number]


@pytest.mark.parametrize(
    "change", [{"roles": ["APPROVER"]}, {"roles": []}, {"disabled": True}, {"email": None}], ids=str
)
async def test_an_account_event_is_appended_when_its_access_changes(
    clients: Clients, world: World, database_url: str, change: dict[str, Any]
) -> None:
    """The order of roles does not matter, and the time of disabling stays."""
    given, _ = _entry(world, "Account")
    admin, before = clients[Role.ADMIN], await _events(database_url)
    await _save(admin, "Account", {**given, **change})
    assert await _events(database_url) == [*before, "ACCOUNT_SAVED"]
    async with nothing_changes(database_url):
        await _save(admin, "Account", {**given, **change})


def _entry(world: World, noun: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """An entry as it is, in the words of its input, and a change of it."""
    rows: dict[str, Any] = {
        "Vendor": world.vendors["PRN-1"],
        "Tier": world.tiers["Gold"],
        "Geography": world.geographies["Pune"],
        "Product": world.products["Amber Oil"],
        "Account": world.accounts["manager and approver"],
    }
    row, litre = rows[noun], world.variants["AMB-1L"]
    variant = {"id": gid(NodeKind.VARIANT, litre.id), "sku": litre.sku, "name": litre.name}
    above = gid(NodeKind.GEOGRAPHY, world.geographies["Maharashtra"].id)
    fields: dict[str, Callable[[], dict[str, Any]]] = {
        "Vendor": lambda: {"code": row.code, "name": row.name, "kind": row.kind, "city": f" {row.city} "},
        "Tier": lambda: {"code": row.code, "name": f" {row.name} ", "rank": row.rank},
        "Geography": lambda: {"code": row.code, "name": row.name, "level": row.level, "parentId": above},
        "Product": lambda: {"name": row.name, "category": row.category, "brand": row.brand, "variants": [variant]},
        "Account": lambda: {"displayName": row.display_name, "email": row.email, "roles": row.roles[::-1]},
    }
    name = "displayName" if noun == "Account" else "name"
    return {"id": gid(NodeKind[noun.upper()], row.id), **fields[noun]()}, {name: "Another"}


async def _save(admin: Client, noun: str, given: dict[str, Any]) -> None:
    document = f"mutation ($input: Upsert{noun}Input!) {{ upsert{noun}(input: $input) {{ errors {{ message }} }} }}"
    assert (await admin.send(document, input=given)).data == {f"upsert{noun}": {"errors": []}}


async def _events(url: str) -> list[str]:
    """The kinds of what happened, in order."""
    connection = await asyncpg.connect(url)
    try:
        return [row[0] for row in await connection.fetch("SELECT kind FROM event ORDER BY xid, id")]
    finally:
        await connection.close()
