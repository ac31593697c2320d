"""The mutation linkIdentity."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from db.accounts.identity_changes import IDENTITY_INDEXES, add_identity
from db.accounts.reads import IDENTITIES_BY_ACCOUNT, IDENTITY_BY_SUBJECT, LOCK_ACCOUNT
from db.accounts.rows import IdentityRow
from db.sessions import DuplicateKey, Writing
from domain.accounts.identities import IDENTITIES_LIMIT, IdentityOrigin, identity_problems
from domain.events import EventKind
from domain.failures import InvalidInput, Problem, UserErrorCode
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.validation import reject_invalid

_OTHER_ACCOUNT = Problem(
    UserErrorCode.DUPLICATE, "This identity opens another account: unlink it from that one first.", ("subject",)
)
_OTHER_IDENTITY = Problem(
    UserErrorCode.CONFLICT,
    "This account has another identity of the same issuer: unlink that one first.",
    ("issuer",),
)


class LinkIdentity(Struct, frozen=True):
    """Link an identity of an identity provider to an account, or unlink it."""

    account_id: UUID
    issuer: str
    subject: str


async def link_identity(operation: Operation, command: LinkIdentity) -> UUID:
    """Let an identity open the account, and return its id; linking it again changes nothing. Raises InvalidInput."""
    reject_invalid(identity_problems(command.issuer, command.subject))
    try:
        async with operation.writing() as session:
            await _lock_enabled(session, command.account_id)
            of_account = await session.fetch(IDENTITIES_BY_ACCOUNT, ids=[command.account_id])
            of_subject = await session.fetch(IDENTITY_BY_SUBJECT, issuer=command.issuer, subject=command.subject)
            if not of_subject or of_subject[0].account_id != command.account_id:
                _require_free(command, of_account, of_subject)
                await add_identity(session, _row_of(operation, command))
                await append_event(operation, session, EventKind.IDENTITY_LINKED, command.account_id)
    except DuplicateKey as linked_meanwhile:
        if linked_meanwhile.constraint not in IDENTITY_INDEXES:
            raise
        raise InvalidInput(_OTHER_ACCOUNT.under("input")) from linked_meanwhile
    return command.account_id


async def _lock_enabled(session: Writing, account_id: UUID) -> None:
    accounts = await session.fetch(LOCK_ACCOUNT, id=account_id)
    if not accounts or accounts[0].disabled_at is not None:
        message = "This account is disabled." if accounts else "This account does not exist."
        reject_invalid([Problem(UserErrorCode.NOT_FOUND, message, ("accountId",))])


def _require_free(command: LinkIdentity, of_account: Sequence[IdentityRow], of_subject: Sequence[IdentityRow]) -> None:
    """Raise InvalidInput if the identity or the account is taken."""
    if of_subject:
        reject_invalid([_OTHER_ACCOUNT])
    if any(row.issuer == command.issuer for row in of_account):
        reject_invalid([_OTHER_IDENTITY])
    if len(of_account) >= IDENTITIES_LIMIT:
        message = f"An account has at most {IDENTITIES_LIMIT} identities: unlink another one first."
        reject_invalid([Problem(UserErrorCode.LIMIT_EXCEEDED, message, ("accountId",))])


def _row_of(operation: Operation, command: LinkIdentity) -> IdentityRow:
    return IdentityRow(
        id=operation.new_id(),
        account_id=command.account_id,
        issuer=command.issuer,
        subject=command.subject,
        origin=IdentityOrigin.ADMIN.value,
        linked_at=operation.now,
        linked_by=operation.account_id or command.account_id,
    )
