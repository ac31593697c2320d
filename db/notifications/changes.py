"""Changes to notifications."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Text, Uuid, and_, any_, cast, column, delete, func, insert, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP

from db.accounts.tables import AccountTable
from db.columns import scalar
from db.ecps.tables import EcpTable
from db.notifications.rows import NewNotification
from db.notifications.tables import NotificationTable
from db.sessions import Writing
from db.statement import Statement, moment, string, texts, uuid, uuids
from domain.ecps.events import EVENTS as OF_ECPS
from domain.ecps.facts import CODE_KIND
from domain.enrollments.events import EVENTS as OF_ENROLLMENTS
from domain.events import EventKind, SubjectKind
from domain.permissions import Role
from domain.stored_facts import StoredFact, encode_fact


async def add_notifications(session: Writing, rows: Sequence[NewNotification]) -> None:
    """Insert notifications."""
    if rows:
        await session.execute(insert(NotificationTable), [msgspec.structs.asdict(row) for row in rows])


async def add_ecp_notifications(  # noqa: PLR0913 - the columns of the notifications, by name
    session: Writing,
    geography_ids: Sequence[UUID],
    fact: StoredFact,
    *,
    kind: EventKind,
    at: datetime,
    actor_id: UUID,
) -> list[tuple[UUID, UUID]]:
    """Insert a notification for every ECP in these geographies whose account can sign in and is not the actor.

    Each has the fact, with the id and the code of its ECP. Return pairs of a notification and its account.
    """
    own = func.jsonb_build_object("ecp_id", EcpTable.id, "code", EcpTable.code)
    rows = (
        select(
            func.gen_random_uuid(),
            EcpTable.account_id,
            literal(kind.value),
            cast(literal(encode_fact(fact), Text()), JSONB).op("||")(own),
            literal(at, TIMESTAMP(timezone=True)),
        )
        .join(AccountTable, AccountTable.id == EcpTable.account_id)
        .where(
            EcpTable.geography_id == any_(literal(list(geography_ids), ARRAY(Uuid))),
            AccountTable.disabled_at.is_(None),
            AccountTable.id != actor_id,
        )
    )
    added = insert(NotificationTable).from_select(["id", "account_id", "kind", "fact", "created_at"], rows)
    found = await session.returning(added.returning(NotificationTable.id, NotificationTable.account_id))
    return [(key, account_id) for key, account_id in found]


# Text, because SQLAlchemy has no statement that inserts twice and returns rows, and movements wait for this one.
NOTIFY_VENDORS: Final = Statement(
    text(
        f"""
        WITH added AS (
            INSERT INTO notification (id, account_id, kind, fact, scheme_id, created_at)
            SELECT gen_random_uuid(), account.id, :kind, CAST(given.fact AS jsonb), :scheme_id, :at
            FROM unnest(:vendor_ids, :facts) WITH ORDINALITY AS given (vendor_id, fact, place)
            JOIN account ON account.vendor_id = given.vendor_id
            WHERE account.disabled_at IS NULL AND account.id <> :actor_id
                AND EXISTS (SELECT FROM account_role WHERE account_id = account.id AND role = '{Role.VENDOR.value}')
            ORDER BY given.place, account.id
            RETURNING id, account_id
        )
        INSERT INTO event (kind, object_id, subject_kinds, subject_ids, recorded_at)
        SELECT '{EventKind.NOTIFICATION_ADDED.value}', id, ARRAY['{SubjectKind.ACCOUNT.value}'], ARRAY[account_id], :at
        FROM added
        RETURNING object_id
        """  # noqa: S608 - names of the product
    )
    .bindparams(uuids("vendor_ids"), texts("facts"), string("kind"), uuid("scheme_id"), moment("at"), uuid("actor_id"))
    .columns(column("object_id", Uuid)),
    scalar(UUID),
)


async def notify_vendors(  # noqa: PLR0913 - the columns of the notifications, by name
    session: Writing,
    facts: Sequence[tuple[UUID, StoredFact]],
    *,
    kind: EventKind,
    scheme_id: UUID,
    at: datetime,
    actor_id: UUID,
) -> None:
    """Insert a notification of each fact for every account that works for its vendor and is not the actor.

    The same statement appends the events of the notifications.
    """
    await session.fetch(
        NOTIFY_VENDORS,
        vendor_ids=[vendor_id for vendor_id, _ in facts],
        facts=[encode_fact(fact) for _, fact in facts],
        kind=kind.value,
        scheme_id=scheme_id,
        at=at,
        actor_id=actor_id,
    )


async def mark_read(session: Writing, account_id: UUID, ids: Collection[UUID] | None, at: datetime) -> list[UUID]:
    """Mark the unread ones among these notifications of an account as read, or all of them.

    Return their ids, newest first.
    """
    unread: list[Any] = [NotificationTable.account_id == account_id, NotificationTable.read_at.is_(None)]
    if ids is not None:
        unread.append(NotificationTable.id.in_(ids))
    statement = update(NotificationTable).where(*unread).values(read_at=at)
    marked = await session.returning(statement.returning(NotificationTable.created_at, NotificationTable.id))
    return [key for _, key in sorted(marked, reverse=True)]


async def delete_notifications(session: Writing, account_id: UUID) -> None:
    """Delete all notifications of an account."""
    await session.execute(delete(NotificationTable).where(NotificationTable.account_id == account_id))


async def delete_notifications_of_ecp(session: Writing, account_id: UUID, ecp_id: UUID, code: str) -> None:
    """Delete the notifications to an account about the ECP, and keep those about other ECPs.

    A sentence that was stored as text is about another ECP if it begins with another code.
    """
    fact: Any = NotificationTable.fact
    words = fact["text"].astext
    of_ecps = NotificationTable.kind.in_([*OF_ECPS, *OF_ENROLLMENTS])
    own = or_(words.startswith(f"{code} "), ~words.startswith(f"{CODE_KIND}-"))
    about_it = or_(fact["ecp_id"].astext == str(ecp_id), and_(of_ecps, own))
    await session.execute(delete(NotificationTable).where(NotificationTable.account_id == account_id, about_it))
