"""The mutation unlinkIdentity."""

from uuid import UUID

from db.accounts.identity_changes import mark_identity_unlinked
from db.accounts.reads import IDENTITY_BY_SUBJECT, LOCK_ACCOUNT
from domain.events import EventKind
from domain.failures import Problem, UserErrorCode
from resolvers.accounts.link_identity import LinkIdentity
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.validation import reject_invalid


async def unlink_identity(operation: Operation, command: LinkIdentity) -> UUID:
    """Let an identity open the account no longer, on open connections too, and return the id of the account.

    Only an administrator links it again. Raises InvalidInput.
    """
    if command.account_id == operation.account_id:
        message = "You cannot unlink an identity of your own account: ask another administrator."
        reject_invalid([Problem(UserErrorCode.CONFLICT, message, ("accountId",))])
    async with operation.writing() as session:
        if not await session.fetch(LOCK_ACCOUNT, id=command.account_id):
            reject_invalid([Problem(UserErrorCode.NOT_FOUND, "This account does not exist.", ("accountId",))])
        found = await session.fetch(IDENTITY_BY_SUBJECT, issuer=command.issuer, subject=command.subject)
        if not found or found[0].account_id != command.account_id:
            message = "This account does not have this identity."
            reject_invalid([Problem(UserErrorCode.NOT_FOUND, message, ("subject",))])
        await mark_identity_unlinked(
            session, found[0].id, by=operation.account_id or command.account_id, at=operation.now
        )
        await append_event(operation, session, EventKind.IDENTITY_UNLINKED, command.account_id)
    return command.account_id
