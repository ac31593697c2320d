"""The mutation eraseEcp."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from db.changes import ecps as changes
from db.changes.accounts import erase_api_keys, put_account
from db.changes.events import NewEvent, append_events
from db.rows import AccountRow
from db.sessions import Writing
from db.statements.accounts import LOCK_ACCOUNT
from db.statements.ecps import REASONS_OF_ECP
from domain.ecp_inputs import mention_problems, mentions_person, reason_problems
from domain.ecps import ERASED_NAME
from domain.events import EventKind
from domain.permissions import Role
from resolvers.context import Operation
from resolvers.ecps.changing import Decided, locked
from resolvers.refusing import refuse

_ERASED_REASON: Final = "Erased, since it named the person."


async def erase_ecp(operation: Operation, command: Decided) -> UUID:
    """Take from an ECP everything by which the person is known, for good; erasing it again changes nothing.

    The code, enrollments and activities stay. An account that is nothing but an ECP's is erased with it and disabled;
    one with other roles is somebody's who goes on working here, and only parts from the ECP. Raises InvalidInput, which
    a reason that names the person is too, and EcpNotFound.
    """
    refuse(reason_problems(command.reason))
    reason = command.reason.strip()
    async with operation.writing() as session:
        record = await locked(operation, session, command.ecp_id, None)
        ecp = record.ecp
        if ecp.erased_at is None:
            account = await _account_of_nobody_else(session, ecp.account_id)
            known = {*record.details.known_by, *_known_by(account)}
            refuse(mention_problems(reason, known))
            await changes.erase(session, ecp.id, by=operation.viewer.account_id, reason=reason, at=operation.now)
            await _erase_reasons(session, ecp.id, known)
            events = [NewEvent(EventKind.ECP_ERASED, ecp.id)]
            if account is not None:
                await _erase_account(operation, session, account)
                events.append(NewEvent(EventKind.ACCOUNT_SAVED, account.id))
            await append_events(session, events, operation.now)
    return command.ecp_id


async def _account_of_nobody_else(session: Writing, account_id: UUID | None) -> AccountRow | None:
    """The locked account, if it is nothing but an ECP's."""
    rows = [] if account_id is None else await session.fetch(LOCK_ACCOUNT, id=account_id)
    return rows[0] if rows and set(rows[0].roles) <= {Role.ECP.value} else None


def _known_by(account: AccountRow | None) -> Collection[str]:
    return () if account is None else [text for text in (account.display_name, account.email) if text]


async def _erase_account(operation: Operation, session: Writing, account: AccountRow) -> None:
    """The account opens nothing from now on; what it was told, and what its keys were called, goes with it."""
    disabled_at = account.disabled_at or operation.now
    await put_account(session, replace(account, display_name=ERASED_NAME, email=None, disabled_at=disabled_at))
    await erase_api_keys(session, account.id, ERASED_NAME, operation.now)
    await changes.delete_notifications(session, account.id)


async def _erase_reasons(session: Writing, ecp_id: UUID, known: Collection[str]) -> None:
    """Managers write reasons freely, so those that name the person go."""
    reasons = await session.fetch(REASONS_OF_ECP, ecp_id=ecp_id)
    naming = [key for key, reason in reasons if mentions_person(reason, known)]
    await changes.replace_reasons(session, naming, _ERASED_REASON)
