"""Connections per the Relay specification, with `nodes` beside `edges` and a count only where it is asked for."""

from typing import Annotated, Generic, TypeVar

import strawberry

from resolvers.paging import DEFAULT_PAGE, LARGEST_PAGE, PageArguments, counts
from schema.fields import batched, computed, leaf, renamed

T = TypeVar("T")

FirstArgument = Annotated[
    int | None,
    strawberry.argument(description=f"How many from the start: 1 to {LARGEST_PAGE}, {DEFAULT_PAGE} if left out."),
]
AfterArgument = Annotated[str | None, strawberry.argument(description="Read on behind this cursor.")]
LastArgument = Annotated[
    int | None, strawberry.argument(description=f"How many from the end: 1 to {LARGEST_PAGE}; not with `first`.")
]
BeforeArgument = Annotated[str | None, strawberry.argument(description="Read backward in front of this cursor.")]
SearchArgument = Annotated[
    str | None, strawberry.argument(description="Only what has words that begin like every word of this text.")
]


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = renamed("has_next", "Whether there is more behind this page.")
    has_previous_page: bool = renamed("has_previous", "Whether there is more in front of this page.")
    start_cursor: str | None = computed(
        lambda page: page.edges[0].cursor if page.nodes else None,
        "The cursor of the first edge; null on an empty page.",
    )
    end_cursor: str | None = computed(
        lambda page: page.edges[-1].cursor if page.nodes else None,
        "The cursor of the last edge; null on an empty page.",
    )


@strawberry.type(description="An entry of a list, with its place in it.")
class Edge(Generic[T]):
    cursor: str = leaf("The place of this entry; pass it as `after` to read on behind it.")
    node: T = leaf("The entry itself.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = leaf("The entries with their cursors.")
    nodes: list[T] = leaf("The entries alone.")
    page_info: PageInfo = computed(lambda page: page, "Where this page lies in its list.")
    total_count: int = batched(
        counts, key="count", description="How many entries the whole list has; counted only when it is asked for."
    )


def forward_page(first: FirstArgument = None, after: AfterArgument = None) -> PageArguments:
    """The arguments of lists that are read forward only."""
    return PageArguments(first, after)
