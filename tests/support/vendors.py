"""Clients of people who work for vendors other than the one of the world's account."""

from db.database import Database
from tests.support.client import Client, Clients
from tests.support.vendor_accounts import hire, vendor_account


async def vendor_client(clients: Clients, database: Database, code: str) -> Client:
    """A client of a new account that works for the vendor, called like “Person of PCK-1”."""
    account = vendor_account(code, f"Person of {code}", email=f"{code.lower()}@example.com")
    await hire(database, account)
    return clients.of(account.id)
