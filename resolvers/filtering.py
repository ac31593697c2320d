"""Parameters that the filters of several lists share."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from db.catalog.reads import GEOGRAPHIES_BY_ID
from domain.catalog.facts import GeographyLevel
from resolvers.context import Operation


def one_or_many(one: str, many: str, values: Sequence[Any] | None) -> dict[str, Any]:
    """The parameter `one` for a single value, which an index finds in the order of a list, or `many` for several."""
    if values is None:
        return {}
    found = list(dict.fromkeys(values))
    return {one: found[0]} if len(found) == 1 else {many: found}


async def level_of(operation: Operation, geography_id: UUID) -> GeographyLevel:
    """The level of a geography. An unknown one counts as a city without ECPs."""
    rows = await operation.fetch(GEOGRAPHIES_BY_ID, ids=[geography_id])
    return GeographyLevel(rows[0].level) if rows else GeographyLevel.CITY


async def moments_of_days(
    operation: Operation, first: date | None, last: date | None
) -> tuple[datetime | None, datetime | None]:
    """Return when the first day begins and the last one ends in the calendar of the program; None for no day."""
    if first is None and last is None:
        return None, None
    calendar = await operation.calendar()
    return (
        None if first is None else calendar.start_of_day(first),
        None if last is None else calendar.end_of_day(last),
    )
