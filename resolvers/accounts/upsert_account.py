"""The mutation upsertAccount."""

from collections.abc import Iterator
from uuid import UUID

from msgspec import Struct

from db.accounts.changes import put_account
from db.accounts.reads import LOCK_ACCOUNT
from db.accounts.rows import AccountRow
from db.catalog.reads import VENDORS_BY_ID
from domain.checks import NAME_LENGTH, email_problems, text_problems
from domain.events import EventKind
from domain.failures import Problem, UserErrorCode
from domain.permissions import Role
from domain.text import trim_text
from resolvers.accounts.administrators import keep_an_administrator
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.validation import lock_existing, open_upsert, reject_invalid


class UpsertAccount(Struct, frozen=True):
    """Add an account, or replace the one with this id."""

    id: UUID | None
    display_name: str
    email: str | None
    roles: tuple[Role, ...]
    vendor_id: UUID | None
    disabled: bool


async def upsert_account(operation: Operation, command: UpsertAccount) -> UUID:
    """Store the account with exactly these roles and return its id; storing the same values again changes nothing.

    Raises InvalidInput.
    """
    email = trim_text(command.email or "") or None
    reject_invalid(_problems(command, email, operation.account_id))
    taken = {"uq_account__email_key": ("email", "Another account has this e-mail address.")}
    async with open_upsert(operation, taken) as session:
        stored = await lock_existing(session, LOCK_ACCOUNT, command.id, "account")
        if command.vendor_id and not await session.fetch(VENDORS_BY_ID, ids=[command.vendor_id]):
            reject_invalid([Problem(UserErrorCode.NOT_FOUND, "This vendor does not exist.", ("vendorId",))])
        key = operation.new_id() if stored is None else stored.id
        account = AccountRow(
            id=key,
            display_name=trim_text(command.display_name),
            email=email,
            vendor_id=command.vendor_id,
            created_at=operation.now if stored is None else stored.created_at,
            disabled_at=(stored and stored.disabled_at) or operation.now if command.disabled else None,
            roles=sorted(role.value for role in command.roles),
        )
        if account != stored:
            await keep_an_administrator(session, stored, account)
            await put_account(session, account)
            await append_event(operation, session, EventKind.ACCOUNT_SAVED, key)
    return key


def _problems(command: UpsertAccount, email: str | None, viewer_id: UUID | None) -> Iterator[Problem]:
    yield from text_problems(command.display_name, ("displayName",), "The name", NAME_LENGTH)
    yield from email_problems(email, ("email",))
    if len(set(command.roles)) < len(command.roles):
        yield Problem(UserErrorCode.DUPLICATE, "A role is given twice.", ("roles",))
    if (Role.VENDOR in command.roles) is not (command.vendor_id is not None):
        message = "An account with the role vendor works for one vendor, and only such an account does."
        code = UserErrorCode.REQUIRED if command.vendor_id is None else UserErrorCode.CONFLICT
        yield Problem(code, message, ("vendorId",))
    if command.id is not None and command.id == viewer_id and (command.disabled or Role.ADMIN not in command.roles):
        message = "You cannot disable your own account or take the role administrator from it."
        yield Problem(UserErrorCode.CONFLICT, message, ("disabled" if command.disabled else "roles",))
