"""Connections per the Relay specification, with `nodes` beside `edges`, and a count only on request."""

from typing import Annotated, Generic, TypeVar

import strawberry

from resolvers.paging import DEFAULT_PAGE, LARGEST_PAGE, PageArguments, counts
from schema.fields import batched, computed, leaf, renamed

T = TypeVar("T")

FirstArgument = Annotated[
    int | None,
    strawberry.argument(
        description=f"The number of entries to return from the start, 1 to {LARGEST_PAGE}. Default: {DEFAULT_PAGE}."
    ),
]
AfterArgument = Annotated[str | None, strawberry.argument(description="Return the entries after this cursor.")]
LastArgument = Annotated[
    int | None,
    strawberry.argument(
        description=f"The number of entries to return from the end, 1 to {LARGEST_PAGE}. Not allowed with `first`."
    ),
]
BeforeArgument = Annotated[str | None, strawberry.argument(description="Return the entries before this cursor.")]
SearchArgument = Annotated[
    str | None,
    strawberry.argument(
        description="Return only matches: every word of this text must begin a word of the entry. Case and accents "
        "do not matter. A text without a letter or digit finds nothing; a blank one is no search."
    ),
]


@strawberry.type(description="The position of a page in its list.")
class PageInfo:
    has_next_page: bool = renamed("has_next", "Whether the list has entries after this page.")
    has_previous_page: bool = renamed("has_previous", "Whether the list has entries before this page.")
    start_cursor: str | None = computed(
        lambda page: page.edges[0].cursor if page.nodes else None,
        "The cursor of the first edge. Null if the page is empty.",
    )
    end_cursor: str | None = computed(
        lambda page: page.edges[-1].cursor if page.nodes else None,
        "The cursor of the last edge. Null if the page is empty.",
    )


@strawberry.type(description="An entry of a list and its position.")
class Edge(Generic[T]):
    cursor: str = leaf("The position of this entry. Pass it as `after` to continue after it.")
    node: T = leaf("The entry.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = leaf("The entries with their cursors.")
    nodes: list[T] = leaf("The entries without their cursors.")
    page_info: PageInfo = computed(lambda page: page, "The position of this page in the list.")
    total_count: int = batched(
        counts, key="count", description="How many entries the whole list has. Counted only on request."
    )


def forward_page(first: FirstArgument = None, after: AfterArgument = None) -> PageArguments:
    """The arguments of lists that are read forward only."""
    return PageArguments(first, after)
