"""The mutation eraseEcp."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from db.accounts.changes import erase_api_keys, put_account
from db.accounts.reads import LOCK_ACCOUNT
from db.accounts.rows import AccountRow
from db.ecps.activity_changes import replace_external_ids
from db.ecps.activity_reads import ACTIVITY_IDS_OF_ECP
from db.ecps.changes import erase
from db.ecps.rows import EcpRow
from db.enrollments.changes import forget_applicant, replace_reasons, withdraw_applications
from db.enrollments.reads import REASONS_OF_ECP
from db.notifications.changes import delete_notifications, delete_notifications_of_ecp
from db.outbox.changes import NewEvent, append_events
from db.sessions import Writing
from db.webhooks.changes import delete_endpoints_of_account
from domain.ecps.events import about_ecp
from domain.ecps.facts import ERASED_NAME
from domain.ecps.inputs import find_identifier, identifier_problems, name_identifiers, reason_problems
from domain.enrollments.events import about_enrollment
from domain.events import EventKind
from domain.permissions import Role
from resolvers.context import Operation
from resolvers.ecps.locking import Decided, locked
from resolvers.validation import reject_invalid

_ERASED_REASON: Final = "Erased, since it named the person."


async def erase_ecp(operation: Operation, command: Decided) -> UUID:
    """Take from an ECP everything by which the person is known, for good; erasing it again changes nothing.

    The code, enrollments and activities stay; what waits for a decision is withdrawn. An account that is nothing but
    an ECP's is erased with it and disabled; one with other roles is somebody's who goes on working here, and only parts
    from the ECP. Raises InvalidInput, which a reason that names the person is too, and NotFound.
    """
    reject_invalid(reason_problems(command.reason))
    reason = command.reason.strip()
    async with operation.writing() as session:
        record = await locked(operation, session, command.ecp_id, None)
        ecp = record.ecp
        if ecp.erased_at is None:
            account = await _account(session, ecp.account_id)
            known = {*record.details.identifiers, *_known_by(account)}
            reject_invalid(identifier_problems(reason, known))
            await erase(session, ecp.id, by=operation.viewer.account_id, reason=reason, at=operation.now)
            await _erase_texts(session, ecp.id, known)
            withdrawn = await withdraw_applications(session, ecp.id, operation.now)
            events = [NewEvent(EventKind.ECP_ERASED, ecp.id, about_ecp(ecp.id))]
            events += [
                NewEvent(EventKind.ENROLLMENT_WITHDRAWN, key, about_enrollment(scheme_id=scheme_id, ecp_id=ecp.id))
                for key, scheme_id in withdrawn
            ]
            if account is not None:
                events += await _part(operation, session, ecp, account)
            await append_events(session, events, operation.now)
    return command.ecp_id


async def _account(session: Writing, account_id: UUID | None) -> AccountRow | None:
    """The locked account with which an ECP signs in."""
    rows = [] if account_id is None else await session.fetch(LOCK_ACCOUNT, id=account_id)
    return rows[0] if rows else None


def _known_by(account: AccountRow | None) -> Collection[str]:
    if account is None:
        return ()
    return [*name_identifiers(account.display_name), *([account.email] if account.email else [])]


async def _erase_texts(session: Writing, ecp_id: UUID, known: Collection[str]) -> None:
    """Managers write reasons freely, and systems choose their ids: those that name the person go."""
    reasons = await session.fetch(REASONS_OF_ECP, ecp_id=ecp_id)
    naming = [key for key, reason in reasons if find_identifier(reason, known)]
    await replace_reasons(session, naming, _ERASED_REASON)
    activities = await session.fetch(ACTIVITY_IDS_OF_ECP, ecp_id=ecp_id)
    # An underscore joins words in ids.
    called = [key for key, external_id in activities if find_identifier(external_id.replace("_", " "), known)]
    await replace_external_ids(session, called)


async def _part(operation: Operation, session: Writing, ecp: EcpRow, account: AccountRow) -> list[NewEvent]:
    """Part the account from the ECP, or erase one that is nothing but an ECP's; the events that tell of it."""
    if set(account.roles) <= {Role.ECP.value}:
        return await _erase_account(operation, session, account)
    # Whoever goes on working here has a name, which must not lead to the pseudonym.
    await delete_notifications_of_ecp(session, account.id, ecp.code)
    await forget_applicant(session, ecp.id, account.id)
    return []


async def _erase_account(operation: Operation, session: Writing, account: AccountRow) -> list[NewEvent]:
    """The account opens nothing from now on; what it was told, where, and what its keys were called goes with it."""
    disabled_at = account.disabled_at or operation.now
    await put_account(session, replace(account, display_name=ERASED_NAME, email=None, disabled_at=disabled_at))
    await erase_api_keys(session, account.id, ERASED_NAME, operation.now)
    await delete_notifications(session, account.id)
    deleted = await delete_endpoints_of_account(session, account.id)
    gone = [NewEvent(EventKind.WEBHOOK_ENDPOINT_DELETED, endpoint_id) for endpoint_id in deleted]
    return [NewEvent(EventKind.ACCOUNT_SAVED, account.id), *gone]
