"""Changes to notifications."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    Text,
    Uuid,
    and_,
    any_,
    cast,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP, array

from db.accounts.tables import AccountRoleTable, AccountTable
from db.ecps.tables import EcpTable
from db.notifications.rows import NewNotification
from db.notifications.tables import NotificationTable
from db.outbox.tables import EventTable
from db.sessions import Writing
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

    The same statement appends the events of the notifications: movements wait for no second one.
    """
    given = (
        func.unnest(
            literal([vendor_id for vendor_id, _ in facts], ARRAY(Uuid)),
            literal([encode_fact(fact) for _, fact in facts], ARRAY(Text)),
        )
        .table_valued(column("vendor_id", Uuid), column("fact", Text), with_ordinality="place", name="given")
        .render_derived()
    )
    works = exists().where(AccountRoleTable.account_id == AccountTable.id, AccountRoleTable.role == Role.VENDOR.value)
    moment = literal(at, TIMESTAMP(timezone=True))
    rows = (
        select(
            func.gen_random_uuid(),
            AccountTable.id,
            literal(kind.value),
            cast(given.c.fact, JSONB),
            literal(scheme_id, Uuid),
            moment,
        )
        .select_from(given)
        .join(AccountTable, AccountTable.vendor_id == given.c.vendor_id)
        .where(AccountTable.disabled_at.is_(None), AccountTable.id != actor_id, works)
        .order_by(given.c.place, AccountTable.id)
    )
    names = ["id", "account_id", "kind", "fact", "scheme_id", "created_at"]
    added = (
        insert(NotificationTable)
        .from_select(names, rows)
        .returning(NotificationTable.id, NotificationTable.account_id)
        .cte("added")
    )
    events = select(
        literal(EventKind.NOTIFICATION_ADDED.value),
        added.c.id,
        array([literal(SubjectKind.ACCOUNT.value, Text)]),
        array([added.c.account_id]),
        moment,
    )
    await session.execute(
        insert(EventTable).from_select(["kind", "object_id", "subject_kinds", "subject_ids", "recorded_at"], events)
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
    text = fact["text"].astext
    of_ecps = NotificationTable.kind.in_([*OF_ECPS, *OF_ENROLLMENTS])
    own = or_(text.startswith(f"{code} "), ~text.startswith(f"{CODE_KIND}-"))
    about_it = or_(fact["ecp_id"].astext == str(ecp_id), and_(of_ecps, own))
    await session.execute(delete(NotificationTable).where(NotificationTable.account_id == account_id, about_it))
