"""Times in the past at which the ledger is asked what it knew: only those before which everything is final."""

from datetime import datetime, timedelta
from typing import Final

from db.points.entry_reads import FINAL_BEFORE
from domain.calendar import BEGINNING
from domain.requests import BadArgument
from resolvers.context import Operation

ARGUMENT: Final = "asKnownAt"
_SMALLEST: Final = timedelta(microseconds=1)


async def end_of_known(operation: Operation, as_known_at: datetime) -> datetime:
    """The moment before which everything was known at a time. Raises BadArgument where that may still change.

    Read it before the entries: a transaction that ends between the two is then seen by the second.
    """
    final = await final_before(operation)
    if as_known_at >= final:
        written = (await operation.calendar()).format_moment(final)
        message = (
            f"What was known at this time is not final yet, because the time is not before {written}, when the oldest "
            "transaction that may still record points began. Ask for an earlier time, or wait a moment."
        )
        if as_known_at > operation.now:
            message = "This time lies ahead, so what will be known then is not known yet. Ask for a time in the past."
        raise BadArgument(message, ARGUMENT)
    return as_known_at + _SMALLEST


async def final_before(operation: Operation) -> datetime:
    """The moment before which nothing can be recorded anymore."""
    ((found,),) = await operation.fetch(FINAL_BEFORE)
    return BEGINNING if found is None else min(found, operation.now + _SMALLEST)
