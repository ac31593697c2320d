"""The mutation registerEcp."""

from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.accounts.changes import add_accounts
from db.accounts.identity_changes import IDENTITY_INDEXES, add_identity
from db.accounts.reads import LOCK_ACCOUNT, SIGN_IN_OF_IDENTITY
from db.accounts.rows import AccountRow, IdentityRow
from db.codes import next_code
from db.ecps.changes import add_ecp
from db.ecps.reads import CODE_OF_ACCOUNT
from db.ecps.rows import EcpPlace
from db.outbox.changes import NewEvent, append_events
from db.sessions import DuplicateKey, Writing
from domain.accounts.identities import IdentityOrigin, Newcomer
from domain.ecps.events import about_ecp
from domain.ecps.facts import CODE_KIND
from domain.ecps.failures import AccountAddedMeanwhile, RegisteredAlready, TooManyRegistrations
from domain.ecps.inputs import EcpDetails
from domain.ecps.stored_facts import EcpRegistered
from domain.events import EventKind
from domain.permissions import Permission, Role
from domain.requests import REVOKED_CREDENTIAL, Unauthenticated
from domain.viewers import Viewer
from resolvers.accounts.viewers import build_viewer
from resolvers.context import Operation
from resolvers.ecps.locking import UNIQUE_FIELDS, find_problems, pin_place, require_place
from resolvers.ecps.notify import notify_managers
from resolvers.validation import open_upsert

# Two registrations of one person at the same time meet at one of them.
_INDEXES_OF_NEWCOMERS: Final = IDENTITY_INDEXES | {"uq_account__email_key"}


class RegisterEcp(Struct, frozen=True):
    """Register the viewer as an ECP."""

    details: EcpDetails
    geography_id: UUID


async def register_ecp(operation: Operation, command: RegisterEcp) -> UUID:
    """Register an ECP for the viewer's account, pending verification, and return its id.

    A newcomer gets an account in the same transaction. Raises RegisteredAlready, InvalidInput, for newcomers
    TooManyRegistrations and AccountAddedMeanwhile, and Unauthenticated when the account is disabled at the same time.
    """
    if operation.has_newcomer and operation.newcomer is not None:
        return await _register_newcomer(operation, operation.newcomer, command)
    viewer = operation.viewer
    async with open_upsert(operation, UNIQUE_FIELDS) as session:
        # A second registration at the same time waits here and then fails with RegisteredAlready.
        (account,) = await session.fetch(LOCK_ACCOUNT, id=viewer.account_id)
        if account.disabled_at is not None:
            # The account was erased or disabled in the meantime and must stay so.
            raise Unauthenticated(REVOKED_CREDENTIAL)
        if codes := await session.fetch(CODE_OF_ACCOUNT, account_id=viewer.account_id):
            raise RegisteredAlready(codes[0])
        place = await _require_valid(session, command)
        ecp_id = await _add_ecp(operation, session, command.details.trimmed, place)
    # From now on the viewer sees this ECP.
    operation.sign_in(replace(viewer, ecp_id=ecp_id))
    return ecp_id


async def _register_newcomer(operation: Operation, newcomer: Newcomer, command: RegisterEcp) -> UUID:
    """Register an ECP together with its account and identity: all of them are stored, or none."""
    retry_at = operation.registrations.next_attempt(newcomer, operation.origin.address, operation.now)
    if retry_at is not None:
        raise TooManyRegistrations(retry_at, operation.now)
    try:
        async with open_upsert(operation, UNIQUE_FIELDS) as session:
            place, details = await _require_valid(session, command), command.details.trimmed
            operation.sign_in(await _add_account(operation, session, newcomer, details.display_name))
            ecp_id = await _add_ecp(operation, session, details, place)
    except BaseException as failure:
        operation.sign_out()
        if isinstance(failure, DuplicateKey) and failure.constraint in _INDEXES_OF_NEWCOMERS:
            return await _register_again(operation, newcomer, command)
        raise
    operation.sign_in(replace(operation.viewer, ecp_id=ecp_id))
    return ecp_id


async def _register_again(operation: Operation, newcomer: Newcomer, command: RegisterEcp) -> UUID:
    """Register with the account that the same person, or an administrator, made at the same time."""
    # The primary knows it.
    await operation.release()
    rows = await operation.fetch(SIGN_IN_OF_IDENTITY, issuer=newcomer.issuer, subject=newcomer.subject)
    if not rows:
        raise AccountAddedMeanwhile
    operation.sign_in(build_viewer(rows[0].account))
    operation.require(Permission.ECP_REGISTER)
    return await register_ecp(operation, command)


async def _add_account(operation: Operation, session: Writing, newcomer: Newcomer, name: str) -> Viewer:
    """Add an account that the identity of a newcomer opens. Raises DuplicateKey."""
    account = AccountRow(
        id=operation.new_id(),
        display_name=name,
        email=newcomer.email,
        vendor_id=None,
        created_at=operation.now,
        disabled_at=None,
        roles=[Role.ECP.value],
    )
    identity = IdentityRow(
        id=operation.new_id(),
        account_id=account.id,
        issuer=newcomer.issuer,
        subject=newcomer.subject,
        origin=IdentityOrigin.REGISTRATION.value,
        linked_at=operation.now,
        linked_by=account.id,
    )
    await add_accounts(session, [account])
    await add_identity(session, identity)
    events = [NewEvent(kind, account.id) for kind in (EventKind.ACCOUNT_SAVED, EventKind.IDENTITY_LINKED)]
    await append_events(session, events, operation.now)
    return build_viewer(account)


async def _require_valid(session: Writing, command: RegisterEcp) -> EcpPlace:
    """Return the place of a registration, locked for sharing. Raises InvalidInput with all problems."""
    problems = await find_problems(session, command.details.trimmed)
    return require_place(await pin_place(session, command.geography_id), problems)


async def _add_ecp(operation: Operation, session: Writing, details: EcpDetails, place: EcpPlace) -> UUID:
    """Add an ECP for the viewer's account and notify the program managers. Raises DuplicateKey."""
    ecp_id = operation.new_id()
    code = await next_code(session, CODE_KIND, (await operation.calendar()).day_of(operation.now).year)
    await add_ecp(
        session,
        ecp_id=ecp_id,
        code=code,
        account_id=operation.viewer.account_id,
        details=details,
        place=place,
        at=operation.now,
    )
    event = NewEvent(EventKind.ECP_REGISTERED, ecp_id, about_ecp(ecp_id))
    await notify_managers(operation, session, event, EcpRegistered(ecp_id=ecp_id, code=code, place=place.name))
    return ecp_id
