"""People who work for the vendors of a chain, and what they and others are notified of."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from db.accounts.changes import add_accounts
from db.accounts.rows import AccountRow
from db.database import Database
from domain.calendar import UTC_CALENDAR
from domain.notifications.sentences import notification_sentence
from domain.notifications.stored_facts import NOTIFICATION_DECODER
from domain.permissions import Role
from domain.stored_facts import AccountNames, Reader
from tests.support.world import BEGINNING, key

NOTIFIED = """
SELECT account.display_name, notification.kind, CAST(fact AS text), actor_id, scheme_id
FROM notification JOIN account ON account.id = account_id
WHERE fact IS NOT NULL AND (kind LIKE 'CONSIGNMENT_%' OR kind LIKE 'COUPONS_%')
ORDER BY notification.created_at, display_name, CAST(fact AS text)
"""


def vendor_account(code: str, name: str | None = None, **given: Any) -> AccountRow:
    """An account of a person who works for the vendor with this code, called like the vendor by default."""
    called = name or code
    values: dict[str, Any] = {
        "id": key(f"account {called}"),
        "display_name": called,
        "email": f"{called.lower().replace(' ', '.')}@example.com",
        "vendor_id": key(f"vendor {code}"),
        "created_at": BEGINNING,
        "disabled_at": None,
        "roles": [Role.VENDOR.value],
    }
    return AccountRow(**{**values, **given})


async def hire(database: Database, *accounts: AccountRow) -> None:
    """Add accounts."""
    async with database.writing() as session:
        await add_accounts(session, accounts)


async def notified(database: Database, scheme_id: UUID) -> set[tuple[str, str, str]]:
    """Who was notified of what about a scheme: names, kinds of events, and sentences. Actors stay unnamed."""
    reader = Reader(calendar=UTC_CALENDAR)
    async with database.engine.connect() as connection:
        rows = list(await connection.execute(text(NOTIFIED)))
    assert all((row.actor_id, row.scheme_id) == (None, scheme_id) for row in rows)
    found = [
        (row[0], row[1], notification_sentence(NOTIFICATION_DECODER.decode(row[2]), reader, AccountNames()))
        for row in rows
    ]
    assert len(set(found)) == len(found)
    return set(found)
