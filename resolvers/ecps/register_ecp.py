"""The mutation registerEcp."""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.accounts.reads import LOCK_ACCOUNT
from db.codes import next_code
from db.ecps.changes import add_ecp
from db.ecps.reads import CODE_OF_ACCOUNT
from db.outbox.changes import NewEvent
from domain.ecps.events import about_ecp
from domain.ecps.facts import CODE_KIND
from domain.ecps.failures import RegisteredAlready
from domain.ecps.inputs import EcpDetails
from domain.ecps.stored_facts import EcpRegistered
from domain.events import EventKind
from domain.requests import REVOKED_CREDENTIAL, Unauthenticated
from resolvers.context import Operation
from resolvers.ecps.locking import UNIQUE_FIELDS, find_problems, pin_place, require_place
from resolvers.ecps.notify import notify_managers
from resolvers.validation import open_upsert


class RegisterEcp(Struct, frozen=True):
    """Register the viewer as an ECP."""

    details: EcpDetails
    geography_id: UUID


async def register_ecp(operation: Operation, command: RegisterEcp) -> UUID:
    """Register an ECP for the viewer's account, pending verification, and return its id.

    Raises RegisteredAlready, InvalidInput, and Unauthenticated when the account is disabled at the same time.
    """
    details, viewer = command.details.trimmed, operation.viewer
    async with open_upsert(operation, UNIQUE_FIELDS) as session:
        # A second registration at the same time waits here and then fails with RegisteredAlready.
        (account,) = await session.fetch(LOCK_ACCOUNT, id=viewer.account_id)
        if account.disabled_at is not None:
            # The account was erased or disabled in the meantime and must stay so.
            raise Unauthenticated(REVOKED_CREDENTIAL)
        if codes := await session.fetch(CODE_OF_ACCOUNT, account_id=viewer.account_id):
            raise RegisteredAlready(codes[0])
        place = require_place(await pin_place(session, command.geography_id), await find_problems(session, details))
        ecp_id = operation.new_id()
        code = await next_code(session, CODE_KIND, (await operation.calendar()).day_of(operation.now).year)
        await add_ecp(
            session,
            ecp_id=ecp_id,
            code=code,
            account_id=viewer.account_id,
            details=details,
            place=place,
            at=operation.now,
        )
        event = NewEvent(EventKind.ECP_REGISTERED, ecp_id, about_ecp(ecp_id))
        await notify_managers(operation, session, event, EcpRegistered(ecp_id=ecp_id, code=code, place=place.name))
    # From now on the viewer sees this ECP.
    operation.sign_in(replace(viewer, ecp_id=ecp_id))
    return ecp_id
