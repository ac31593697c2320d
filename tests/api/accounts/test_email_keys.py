"""An e-mail address belongs to one account, however it is written (N1)."""

import asyncio

from domain.permissions import Role
from tests.api.accounts.test_accounts import errors_of, upsert
from tests.support.client import Client, Clients
from tests.support.unchanged import nothing_changes

TAKEN = [("DUPLICATE", "email", "Another account has this e-mail address.")]
WRITTEN = ("José@example.com", "jose\u0301@example.com", "JOSÉ@EXAMPLE.COM", " JOSE\u0301@example.com ")
LIST = "query ($search: String) { accounts(search: $search) { totalCount nodes { email } } }"


async def test_one_of_several_simultaneous_accounts_with_one_address_wins(clients: Clients) -> None:
    admin = clients[Role.ADMIN]
    payloads = await asyncio.gather(*(upsert(admin, email=email) for email in WRITTEN))
    (made,) = [payload["account"] for payload in payloads if payload["account"]]
    assert made["email"] in {"José@example.com", "jos\u00e9@example.com", "JOSÉ@EXAMPLE.COM", "JOSÉ@example.com"}
    assert [errors_of(payload) for payload in payloads if payload["errors"]] == [TAKEN] * 3


async def test_a_taken_address_is_rejected_in_any_encoding(clients: Clients, database_url: str) -> None:
    admin = clients[Role.ADMIN]
    await upsert(admin, email=WRITTEN[0])
    async with nothing_changes(database_url):
        for email in WRITTEN:
            assert errors_of(await upsert(admin, email=email)) == TAKEN


async def test_an_account_is_found_in_any_encoding(clients: Clients) -> None:
    admin: Client = clients[Role.ADMIN]
    await upsert(admin, email="rene\u0301@example.com", displayName="Rene\u0301 Ångström")
    for search in ("rené", "RENE\u0301", "rene", "angstrom", "\u212bng", "rené@example.com"):
        found = (await admin.send(LIST, search=search)).data["accounts"]
        assert found == {"totalCount": 1, "nodes": [{"email": "ren\u00e9@example.com"}]}, search
    for search in ("%", "🎉", "--"):
        assert (await admin.send(LIST, search=search)).data["accounts"] == {"totalCount": 0, "nodes": []}
