"""Check the time at which a revision takes effect, when it is opened or rescheduled."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.schemes.rows import RevisionRow
from domain.calendar import Calendar
from domain.schemes.content import SchemeContent
from domain.schemes.revisions import replaced_revision, time_problems
from resolvers.context import Operation
from resolvers.validation import reject_invalid


class ReviseScheme(Struct, frozen=True):
    """Open the next revision of a scheme, to take effect at this time, or move an open revision to it."""

    scheme_id: UUID
    effective_at: datetime


def require_time(
    operation: Operation, effective_at: datetime, approved: Iterable[RevisionRow], calendar: Calendar
) -> SchemeContent:
    """Check the time, and return the content in force right before it. Raises InvalidInput."""
    approved = list(approved)
    before = replaced_revision(approved, effective_at)
    ends_on = None if before is None else before.content.basics.ends_on
    reject_invalid(time_problems(effective_at, operation.now, ends_on, approved, calendar=calendar))
    if before is None:
        raise AssertionError("an approved scheme has been in force since it was approved")
    return before.content
