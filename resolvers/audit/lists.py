"""The list of the audit log."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from db.audit.pages import NEWEST_ENTRIES, AuditFilters, entry_count, entry_page
from db.audit.rows import AuditEntryRow
from domain.audit.stored_facts import AUDIT_KINDS
from domain.requests import BadArgument
from resolvers.context import Operation
from resolvers.filtering import one_or_many
from resolvers.paging import Page, PageArguments, empty_page, read_page


class AuditFilter(Struct, frozen=True):
    """Filters of the list. None does not restrict the list; all other filters must match."""

    actor_id: UUID | None = None
    subject_id: UUID | None = None
    kinds: Sequence[str] | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None


async def list_audit_entries(
    operation: Operation, chosen: AuditFilter, arguments: PageArguments
) -> Page[AuditEntryRow]:
    """List entries, newest first. Raises BadArgument, also for kinds that do not exist."""
    unknown = [kind for kind in chosen.kinds or () if kind not in AUDIT_KINDS]
    if unknown:
        # What the client sent is cut off: it may be of any length.
        message = f"There is no kind of audit entry named “{unknown[0][:60]}”. The kinds are {', '.join(AUDIT_KINDS)}."
        raise BadArgument(message, "filter")
    if chosen.kinds is not None and not chosen.kinds:
        return empty_page(arguments, NEWEST_ENTRIES)
    parameters = _parameters(chosen)
    filters = AuditFilters(**dict.fromkeys(parameters, True))
    return await read_page(
        operation,
        arguments,
        NEWEST_ENTRIES,
        lambda **directions: entry_page(filters, **directions),
        parameters,
        count=entry_count(filters),
    )


def _parameters(chosen: AuditFilter) -> dict[str, Any]:
    given = {
        "actor_id": chosen.actor_id,
        "subject_id": chosen.subject_id,
        "not_before": None if chosen.from_at is None else chosen.from_at.astimezone(UTC),
        "before": None if chosen.to_at is None else chosen.to_at.astimezone(UTC),
        **one_or_many("kind", "kinds", chosen.kinds),
    }
    return {name: value for name, value in given.items() if value is not None}
