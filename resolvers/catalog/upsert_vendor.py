"""The mutation upsertVendor."""

from uuid import UUID

from msgspec import Struct

from db.catalog.changes import put_rows
from db.catalog.reads import LOCK_VENDOR
from db.catalog.rows import VendorRow
from domain.catalog.facts import VendorKind
from domain.checks import NAME_LENGTH, code_problems, text_problems
from domain.events import EventKind
from domain.text import trim_text
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.validation import lock_existing, open_upsert, reject_invalid


class UpsertVendor(Struct, frozen=True):
    """Add a vendor, or replace the one with this id."""

    id: UUID | None
    code: str
    name: str
    kind: VendorKind
    city: str | None


async def upsert_vendor(operation: Operation, command: UpsertVendor) -> UUID:
    """Store the vendor and return its id; storing the same values again changes nothing. Raises InvalidInput."""
    city = trim_text(command.city or "") or None
    reject_invalid(
        [
            *code_problems(command.code.strip(), ("code",), "The code"),
            *text_problems(command.name, ("name",), "The name", NAME_LENGTH),
            *text_problems(city, ("city",), "The city", (0, NAME_LENGTH[1])),
        ]
    )
    async with open_upsert(operation, {"uq_vendor__code": ("code", "Another vendor has this code.")}) as session:
        stored = await lock_existing(session, LOCK_VENDOR, command.id, "vendor")
        key = operation.new_id() if stored is None else stored.id
        vendor = VendorRow(
            id=key, code=command.code.strip(), name=trim_text(command.name), kind=command.kind.value, city=city
        )
        if vendor != stored:
            await put_rows(session, [vendor], operation.now)
            await append_event(operation, session, EventKind.VENDOR_SAVED, key)
    return key
