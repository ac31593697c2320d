"""The mutation updateEcp."""

from uuid import UUID

from msgspec import Struct

from db.ecps.changes import set_details
from db.outbox.changes import NewEvent, append_events
from domain.ecps.events import about_ecp
from domain.ecps.facts import EcpStatus
from domain.ecps.guards import EcpAction
from domain.ecps.inputs import EcpDetails, verified_field_problems
from domain.ecps.stored_facts import EcpMoved
from domain.events import EventKind
from domain.failures import Problem
from resolvers.context import Operation
from resolvers.ecps.locking import UNIQUE_FIELDS, find_problems, lock_ecp, pin_place, require_place
from resolvers.ecps.notify import notify_ecp
from resolvers.validation import open_upsert, reject_invalid


class UpdateEcp(Struct, frozen=True):
    """Correct the details of an ECP. None keeps a value, and an empty text removes it."""

    ecp_id: UUID
    display_name: str | None = None
    practice: str | None = None
    geography_id: UUID | None = None
    email: str | None = None
    phone: str | None = None
    license_number: str | None = None

    def apply_to(self, before: EcpDetails) -> EcpDetails:
        """The details after the correction."""
        return EcpDetails(
            display_name=before.display_name if self.display_name is None else self.display_name,
            practice=before.practice if self.practice is None else self.practice,
            email=before.email if self.email is None else self.email,
            phone=before.phone if self.phone is None else self.phone,
            license_number=before.license_number if self.license_number is None else self.license_number,
        ).trimmed


async def update_ecp(operation: Operation, command: UpdateEcp) -> UUID:
    """Correct the details of an ECP: managers may correct any ECP, and an ECP may correct its own.

    Only other managers may correct the name, place and license of a verified ECP. The same values change nothing.
    Raises InvalidInput, NotFound and IllegalState.
    """
    async with open_upsert(operation, UNIQUE_FIELDS) as session:
        # Before the ECP: a move of a geography also locks the geography before its ECPs.
        place = None if command.geography_id is None else await pin_place(session, command.geography_id)
        scope = operation.viewer.contact_scope
        record = await lock_ecp(operation, session, command.ecp_id, EcpAction.UPDATE, scope=scope)
        before, after = record.details, command.apply_to(record.details)
        found: list[Problem] = []
        moved = command.geography_id not in {None, record.ecp.geography_id}
        # Four eyes: an ECP may not correct verified details of its own, even if it is also a manager.
        own = record.ecp.id == operation.viewer.ecp_id
        if own and record.ecp.status != EcpStatus.PENDING:
            found += verified_field_problems(before, after, moved=moved)
        found += await find_problems(session, after, record.ecp.id)
        if command.geography_id is not None:
            require_place(place, found)
        reject_invalid(found)
        if moved or after != before:
            await set_details(session, record.ecp, after, place if moved else None, operation.now)
            event = NewEvent(EventKind.ECP_UPDATED, record.ecp.id, about_ecp(record.ecp.id))
            if moved and place is not None:
                fact = EcpMoved(record.ecp.id, record.ecp.code, place.name)
                await notify_ecp(operation, session, event, record.ecp, fact)
            else:
                await append_events(session, [event], operation.now)
    return command.ecp_id
