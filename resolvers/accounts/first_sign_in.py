"""Signs in identities of an identity provider, and links an account on the first sign-in."""

from typing import Final
from uuid import UUID

from db.accounts.identity_changes import IDENTITY_INDEXES, add_identity
from db.accounts.reads import HOLDERS_OF_ADDRESS, LOCK_ACCOUNT, SIGN_IN_OF_IDENTITY, UNLINKED_BY_SUBJECT
from db.accounts.rows import IdentityRow, SignInRow
from db.sessions import DuplicateKey
from domain.accounts.identities import Identity, IdentityOrigin, Newcomer, find_linkable, is_same_address
from domain.events import EventKind
from domain.requests import REVOKED_CREDENTIAL, Unauthenticated
from domain.text import text_key
from resolvers.accounts.viewers import SignedIn, sign_in_row
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.retrying import retry_conflicts

_NOT_VERIFIED: Final = (
    "This token belongs to no account, and it has no verified e-mail address by which to find one. Verify your address "
    "with the identity provider and sign in again, or ask an administrator to link your identity to your account."
)
_UNLINKED: Final = (
    "This token belongs to no account, because an administrator unlinked your identity. Ask an administrator to link "
    "it again."
)
_ADDRESS_TAKEN: Final = (
    "This token belongs to no account, and the account with its e-mail address cannot be linked to it: it is disabled, "
    "or linked to another identity. Ask an administrator to link your identity."
)
_NO_ACCOUNT: Final = (
    "This token belongs to no account. Ask an administrator to add an account with your e-mail address, or to link "
    "your identity to your account."
)


async def sign_in_identity(
    operation: Operation, identity: Identity, expires: float, *, may_register: bool
) -> SignedIn | Newcomer:
    """Sign in the account of an identity, which is linked now if it is the one with the verified e-mail address.

    With `may_register`, a person without an account is a newcomer. Raises Unauthenticated.
    """
    rows = await _find(operation, identity)
    if not rows:
        # A replica may not know yet what was linked or registered a moment ago.
        await operation.release()
        rows = await _find(operation, identity)
    if not rows:
        if (newcomer := await _link(operation, identity)) is not None:
            if may_register:
                return newcomer
            raise Unauthenticated(_NO_ACCOUNT)
        rows = await _find(operation, identity)
        if not rows:
            raise Unauthenticated(_ADDRESS_TAKEN)
    signed_in = sign_in_row(rows[0], expires)
    if signed_in is None:
        raise Unauthenticated(REVOKED_CREDENTIAL)
    return signed_in


async def _find(operation: Operation, identity: Identity) -> list[SignInRow]:
    return await operation.fetch(SIGN_IN_OF_IDENTITY, issuer=identity.issuer, subject=identity.subject)


async def _link(operation: Operation, identity: Identity) -> Newcomer | None:
    """Link the account with the verified address of an identity, if there is one that may be linked.

    Returns a newcomer if no account has the address. Raises Unauthenticated without a verified address, and for an
    identity that an administrator unlinked.
    """
    email = identity.email
    if email is None:
        raise Unauthenticated(_NOT_VERIFIED)
    if await operation.fetch(UNLINKED_BY_SUBJECT, issuer=identity.issuer, subject=identity.subject):
        raise Unauthenticated(_UNLINKED)
    holders = await operation.fetch(HOLDERS_OF_ADDRESS, email_key=text_key(email), email=email, issuer=identity.issuer)
    if not holders:
        return Newcomer(identity.issuer, identity.subject, email)
    if (account_id := find_linkable(email, holders)) is not None:
        try:
            await retry_conflicts(lambda: _link_account(operation, identity, email, account_id))
        except DuplicateKey as linked_meanwhile:
            if linked_meanwhile.constraint not in IDENTITY_INDEXES:
                raise
    return None


async def _link_account(operation: Operation, identity: Identity, email: str, account_id: UUID) -> None:
    """Link an account that is still enabled and still has the address. Raises DuplicateKey."""
    async with operation.writing() as session:
        (account,) = await session.fetch(LOCK_ACCOUNT, id=account_id)
        if account.disabled_at is not None or not is_same_address(email, account.email or ""):
            return
        row = IdentityRow(
            id=operation.new_id(),
            account_id=account_id,
            issuer=identity.issuer,
            subject=identity.subject,
            origin=IdentityOrigin.EMAIL.value,
            linked_at=operation.now,
            linked_by=account_id,
        )
        await add_identity(session, row)
        await append_event(operation, session, EventKind.IDENTITY_LINKED, account_id)
