"""Erase what names the person of an ECP, in the transaction of eraseEcp."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from db.accounts.changes import erase_api_keys, put_account
from db.accounts.identity_changes import delete_identities_of_account
from db.accounts.reads import LOCK_ACCOUNT
from db.accounts.rows import AccountRow
from db.adjustments.changes import replace_adjustment_reasons
from db.adjustments.reads import REASONS_OF_ADJUSTMENTS
from db.adjustments.rows import AdjustmentReasonsRow
from db.ecps.activity_changes import replace_external_ids
from db.ecps.activity_reads import ACTIVITY_IDS_OF_ECP
from db.ecps.changes import erase_personal_data
from db.ecps.rows import EcpRow
from db.enrollments.changes import clear_account_of_ecp, replace_reasons, withdraw_applications
from db.enrollments.reads import REASONS_OF_ECP
from db.notifications.changes import delete_notifications, delete_notifications_of_ecp
from db.outbox.changes import NewEvent, append_events
from db.redemptions.changes import clear_origins
from db.sessions import Writing
from db.webhooks.changes import delete_endpoints_of_account
from domain.checks import reason_problems
from domain.ecps.events import about_ecp
from domain.ecps.facts import ERASED_NAME
from domain.ecps.inputs import find_identifier, identifier_problems, name_identifiers
from domain.enrollments.events import about_enrollment
from domain.events import EventKind
from domain.permissions import Role
from domain.text import trim_text
from resolvers.context import Operation
from resolvers.ecps.commands import EcpWithReason
from resolvers.ecps.locking import lock_ecp
from resolvers.validation import reject_invalid

_ERASED_REASON: Final = "Erased because it named the person."


async def erase_person(operation: Operation, session: Writing, command: EcpWithReason) -> bool:
    """Erase all personal data of an ECP permanently, and return whether that was still to do.

    The code, enrollments and activities stay; undecided applications are withdrawn. An account whose only role is ECP
    is erased and disabled. An account with other roles survives and is unlinked. Raises NotFound, and InvalidInput,
    also for a reason that names the person.
    """
    reject_invalid(reason_problems(command.reason))
    reason = trim_text(command.reason)
    record = await lock_ecp(operation, session, command.ecp_id, None)
    ecp = record.ecp
    if ecp.erased_at is not None:
        return False
    account = await _lock_account(session, ecp.account_id)
    known = {*record.details.identifiers, *_identifiers_of(account)}
    reject_invalid(identifier_problems(reason, known))
    await erase_personal_data(session, ecp, by=operation.viewer.account_id, reason=reason, at=operation.now)
    await _erase_texts(session, ecp.id, known)
    await clear_origins(session, ecp.id)
    withdrawn = await withdraw_applications(session, ecp.id, account_id=operation.viewer.account_id, at=operation.now)
    events = [NewEvent(EventKind.ECP_ERASED, ecp.id, about_ecp(ecp.id))]
    events += [
        NewEvent(EventKind.ENROLLMENT_WITHDRAWN, key, about_enrollment(scheme_id=scheme_id, ecp_id=ecp.id))
        for key, scheme_id in withdrawn
    ]
    if account is not None:
        events += await _unlink_account(operation, session, ecp, account)
    await append_events(session, events, operation.now)
    return True


async def _lock_account(session: Writing, account_id: UUID | None) -> AccountRow | None:
    """Lock the account with which an ECP signs in."""
    rows = [] if account_id is None else await session.fetch(LOCK_ACCOUNT, id=account_id)
    return rows[0] if rows else None


def _identifiers_of(account: AccountRow | None) -> Collection[str]:
    if account is None:
        return ()
    return [*name_identifiers(account.display_name), *([account.email] if account.email else [])]


async def _erase_texts(session: Writing, ecp_id: UUID, known: Collection[str]) -> None:
    """Replace the reasons and external ids that name the person: managers and connected systems write them freely."""
    reasons = await session.fetch(REASONS_OF_ECP, ecp_id=ecp_id)
    naming = [row for row in reasons if find_identifier(row.reason, known)]
    await replace_reasons(session, naming, _ERASED_REASON)
    await _erase_reasons_of_adjustments(session, ecp_id, known)
    activities = await session.fetch(ACTIVITY_IDS_OF_ECP, ecp_id=ecp_id)
    # An underscore joins words in ids.
    naming_ids = [key for key, external_id in activities if find_identifier(external_id.replace("_", " "), known)]
    await replace_external_ids(session, naming_ids)


async def _erase_reasons_of_adjustments(session: Writing, ecp_id: UUID, known: Collection[str]) -> None:
    """Replace the reasons of adjustments, and of decisions about them, that name the person."""
    erased = [
        AdjustmentReasonsRow(
            id=row.id,
            reason=_ERASED_REASON if find_identifier(row.reason, known) else row.reason,
            decision_reason=_ERASED_REASON
            if find_identifier(row.decision_reason or "", known)
            else row.decision_reason,
        )
        for row in await session.fetch(REASONS_OF_ADJUSTMENTS, ecp_id=ecp_id)
        if find_identifier(f"{row.reason}\n{row.decision_reason or ''}", known)
    ]
    await replace_adjustment_reasons(session, erased)


async def _unlink_account(operation: Operation, session: Writing, ecp: EcpRow, account: AccountRow) -> list[NewEvent]:
    """Unlink the account from the ECP, or erase it if its only role is ECP; return the events to append."""
    if set(account.roles) <= {Role.ECP.value}:
        return await _erase_account(operation, session, account)
    # The account keeps its name, and nothing may link that name to the code of the erased ECP.
    await delete_notifications_of_ecp(session, account.id, ecp.id, ecp.code)
    await clear_account_of_ecp(session, ecp.id, account.id)
    return []


async def _erase_account(operation: Operation, session: Writing, account: AccountRow) -> list[NewEvent]:
    """Disable the account and erase its name, keys, identities, notifications and endpoints; return the events."""
    disabled_at = account.disabled_at or operation.now
    await put_account(session, replace(account, display_name=ERASED_NAME, email=None, disabled_at=disabled_at))
    await erase_api_keys(session, account.id, ERASED_NAME, operation.now)
    await delete_identities_of_account(session, account.id)
    await delete_notifications(session, account.id)
    deleted = await delete_endpoints_of_account(session, account.id)
    deletions = [NewEvent(EventKind.WEBHOOK_ENDPOINT_DELETED, endpoint_id) for endpoint_id in deleted]
    return [NewEvent(EventKind.ACCOUNT_SAVED, account.id), *deletions]
