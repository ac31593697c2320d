"""Lists of artwork: filters and pages, and the contents of work queues."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from msgspec import Struct

from db.artwork import pages
from db.artwork.pages import NEWEST_ARTWORK, OLDEST_ARTWORK, ArtworkFilters
from db.artwork.rows import ArtworkRow
from domain.artwork.facts import ArtworkReviewState
from domain.queue_keys import WorkQueueKey
from domain.work.queues import ArtworkQueue, ArtworkTask, queue_of
from resolvers.artwork.loaders import scope_parameters
from resolvers.context import Operation
from resolvers.paging import Page, PageArguments, empty_page, read_page


class ArtworkFilter(Struct, frozen=True):
    """Filters of a list. None does not restrict the list; all other filters must match."""

    scheme_id: UUID | None = None
    states: Sequence[ArtworkReviewState] | None = None


async def list_artworks(operation: Operation, arguments: PageArguments, chosen: ArtworkFilter) -> Page[ArtworkRow]:
    """List the artwork that the viewer may see, newest first. Raises BadArgument."""
    viewer, scope = operation.viewer, operation.viewer.consignment_scope
    parameters: dict[str, Any] = {}
    if chosen.scheme_id is not None:
        parameters["scheme_id"] = chosen.scheme_id
    if chosen.states is not None:
        parameters["states"] = [state.value for state in chosen.states]
    filters = ArtworkFilters(**dict.fromkeys(parameters, True))
    return await read_page(
        operation,
        arguments,
        NEWEST_ARTWORK,
        partial(pages.artwork_page, scope, filters),
        {**parameters, **scope_parameters(viewer, scope)},
        count=pages.artwork_count(scope, filters),
    )


async def artworks_by_queue(
    operation: Operation, keys: list[WorkQueueKey], arguments: PageArguments
) -> list[Page[ArtworkRow]]:
    """Load a page of the artwork of each queue, oldest first; an empty page for queues of other objects.

    Raises BadArgument, and ForbiddenQueue for a queue of other roles.
    """
    queues = [queue_of(key, operation.viewer) for key in keys]
    return [
        await _read_queue(operation, arguments, queue)
        if isinstance(queue, ArtworkQueue)
        else empty_page(arguments, OLDEST_ARTWORK)
        for queue in queues
    ]


async def _read_queue(operation: Operation, arguments: PageArguments, queue: ArtworkQueue) -> Page[ArtworkRow]:
    own = {"vendor_id": operation.viewer.vendor_id} if queue.task is ArtworkTask.REVIEW else {}
    return await read_page(
        operation,
        arguments,
        OLDEST_ARTWORK,
        partial(pages.artworks_of_task, queue.task),
        own,
        count=pages.count_of_task(queue.task),
    )
