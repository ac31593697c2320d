"""Clients of people who work for vendors other than the one of the world's account."""

from uuid import UUID

from db.accounts.changes import add_accounts
from db.accounts.rows import AccountRow
from db.database import Database
from domain.permissions import Role
from tests.support.client import Client, Clients
from tests.support.world import BEGINNING, key


def vendor_account(code: str) -> UUID:
    """The id of the account of a vendor's person."""
    return key(f"account of {code}")


async def vendor_client(clients: Clients, database: Database, code: str) -> Client:
    """A client of a new account that works for the vendor, called like “Person of PCK-1”."""
    account = AccountRow(
        id=vendor_account(code),
        display_name=f"Person of {code}",
        email=f"{code.lower()}@example.com",
        vendor_id=key(f"vendor {code}"),
        created_at=BEGINNING,
        disabled_at=None,
        roles=[Role.VENDOR.value],
    )
    async with database.writing() as session:
        await add_accounts(session, [account])
    return clients.of(account.id)
