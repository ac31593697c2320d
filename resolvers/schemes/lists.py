"""Lists of schemes: filters, orders and pages, and the schemes of a work queue."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.schemes.pages import SORTS, SchemeFilters, scheme_count, scheme_page
from db.schemes.rows import SchemeRow
from db.search import words_of
from domain.channels import EarningChannel
from domain.queue_keys import WorkQueueKey
from domain.schemes.facts import SchemeOrder
from domain.schemes.stages import SchemeStatus, StageKind
from domain.work.queues import SchemeQueue, queue_of
from resolvers.context import Operation
from resolvers.paging import Page, PageArguments, empty_page, read_page
from resolvers.schemes.disclosure import disclose_schemes, scope_parameters


class SchemeFilter(Struct, frozen=True):
    """Filters of a list. None does not restrict the list; all other filters must match."""

    search: str | None = None
    queue: WorkQueueKey | None = None
    stages: Sequence[StageKind] | None = None
    statuses: Sequence[SchemeStatus] | None = None
    channels: Sequence[EarningChannel] | None = None
    geography_ids: Sequence[UUID] | None = None
    variant_ids: Sequence[UUID] | None = None
    created_by_me: bool = False
    active_on: date | None = None


async def list_schemes(
    operation: Operation, arguments: PageArguments, chosen: SchemeFilter, order: SchemeOrder
) -> Page[SchemeRow]:
    """List the schemes that the viewer may see. Queues of other objects contain no schemes.

    Raises BadArgument, and ForbiddenQueue for a queue of other roles.
    """
    queue = None if chosen.queue is None else queue_of(chosen.queue, operation.viewer)
    if queue is not None and not isinstance(queue, SchemeQueue):
        return empty_page(arguments, SORTS[order])
    filters, parameters = _compile_filter(operation, chosen, queue)
    viewer = operation.viewer
    page = await read_page(
        operation,
        arguments,
        SORTS[order],
        lambda **directions: scheme_page(viewer.scheme_scope, filters, order, **directions),
        {**parameters, **scope_parameters(viewer)},
        count=scheme_count(viewer.scheme_scope, filters),
    )
    return replace(page, nodes=disclose_schemes(viewer, page.nodes))


def _compile_filter(
    operation: Operation, chosen: SchemeFilter, queue: SchemeQueue | None
) -> tuple[SchemeFilters, dict[str, Any]]:
    """Return the predicates that the filter needs, and the values of their parameters."""
    parameters: dict[str, Any] = {
        "words": words_of(chosen.search),
        "stages": _values(chosen.stages),
        "statuses": _values(chosen.statuses),
        "channels": _values(chosen.channels),
        "geography_ids": chosen.geography_ids,
        "variant_ids": chosen.variant_ids,
        "created_by": operation.viewer.account_id if chosen.created_by_me else None,
        "active_on": chosen.active_on,
    }
    given = {name: value for name, value in parameters.items() if value is not None}
    flags = dict.fromkeys(given, True)
    if queue is not None:
        flags["queue"] = True
        given.update(queue_kind=queue.stage.value, queue_status=queue.status.value)
        if queue.others_only:
            flags["others_only"] = True
            given["viewer_id"] = operation.viewer.account_id
    if flags.keys() & {"queue", "stages", "statuses"}:
        given["now"] = operation.now
    return SchemeFilters(**flags), given


def _values(members: Sequence[StageKind | SchemeStatus | EarningChannel] | None) -> list[str] | None:
    return None if members is None else [member.value for member in members]
