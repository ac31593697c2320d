"""Lists of ECPs: filters, orders and pages, and the ECPs of a work queue."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from db.ecps.pages import SORTS, EcpFilters, ecp_count, ecp_page
from db.ecps.rows import EcpRow
from db.search import words_of
from domain.ecps.facts import EcpOrder, EcpStatus
from domain.permissions import EcpScope
from domain.queue_keys import WorkQueueKey
from domain.work.queues import EcpQueue, queue_of
from resolvers.context import Operation
from resolvers.ecps.loaders import seen_by
from resolvers.filtering import level_of, one_or_many
from resolvers.paging import Page, PageArguments, empty_page, read_nearby_first, read_page


class EcpFilter(Struct, frozen=True):
    """What to list; whatever is None does not restrict the list, and everything given must hold together."""

    search: str | None = None
    geography_ids: Sequence[UUID] | None = None
    tier_ids: Sequence[UUID] | None = None
    statuses: Sequence[EcpStatus] | None = None
    enrolled_in: UUID | None = None
    registered_from: date | None = None
    registered_to: date | None = None


async def list_ecps(operation: Operation, arguments: PageArguments, chosen: EcpFilter, order: EcpOrder) -> Page[EcpRow]:
    """A page of the ECPs that the viewer sees. Raises BadArgument."""
    scope = operation.viewer.ecp_scope
    filters, parameters = await _compiled(operation, chosen)

    async def read(*, nearby: bool) -> Page[EcpRow]:
        return await read_page(
            operation,
            arguments,
            SORTS[order],
            lambda **page: ecp_page(scope, filters, order, nearby=nearby, **page),
            {**parameters, **seen_by(operation.viewer, scope)},
            count=ecp_count(scope, filters),
        )

    return await read_nearby_first(read, arguments, nearby_first=filters.spans_indexes)


async def ecps_by_queue(operation: Operation, keys: list[WorkQueueKey], arguments: PageArguments) -> list[Page[EcpRow]]:
    """Loader: a page of the ECPs of each queue, the longest registered first; other queues have none."""
    order = EcpOrder.REGISTERED_AT_ASC
    queues = [queue_of(key, operation.viewer) for key in keys]
    return [
        await list_ecps(operation, arguments, EcpFilter(statuses=[queue.status]), order)
        if isinstance(queue, EcpQueue)
        else empty_page(arguments, SORTS[order])
        for queue in queues
    ]


async def _compiled(operation: Operation, chosen: EcpFilter) -> tuple[EcpFilters, dict[str, Any]]:
    """Which predicates a filter needs, and the values of their parameters."""
    places = one_or_many("geography_id", "geography_ids", chosen.geography_ids)
    statuses = None if chosen.statuses is None else [status.value for status in chosen.statuses]
    parameters: dict[str, Any] = {
        **_searched(operation, chosen.search),
        **places,
        **one_or_many("tier_id", "tier_ids", chosen.tier_ids),
        **one_or_many("status", "statuses", statuses),
        "enrolled_in": chosen.enrolled_in,
        "registered_from": _midnight(chosen.registered_from),
        "registered_before": _midnight(chosen.registered_to, days=1),
    }
    given = {name: value for name, value in parameters.items() if value is not None}
    flags: dict[str, Any] = dict.fromkeys(given, True)
    if flags.pop("geography_id", False):
        flags["place"] = await level_of(operation, places["geography_id"])
    return EcpFilters(**flags), given


def _searched(operation: Operation, search: str | None) -> dict[str, str]:
    """A whole e-mail address finds whose it is, for those who see addresses; for everybody else it is but words."""
    if search is not None and "@" in search and operation.viewer.contact_scope is EcpScope.ALL:
        return {"email": search.strip()}
    words = words_of(search)
    return {} if words is None else {"words": words}


def _midnight(day: date | None, *, days: int = 0) -> datetime | None:
    """The beginning of a day, or of one after it; None where the calendar ends."""
    if day is None or day > date.max - timedelta(days=days):
        return None
    return datetime.combine(day + timedelta(days=days), time(), UTC)
