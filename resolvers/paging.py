"""Pages of lists: validated arguments, opaque cursors, and the rows of a page with whether there are more."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from db.counting import OwnerCount
from db.keyset import Sort
from db.statement import Statement
from domain.requests import BadArgument
from resolvers.context import Operation
from resolvers.loading import align_many

RowT = TypeVar("RowT")

DEFAULT_PAGE: Final = 50
LARGEST_PAGE: Final = 200


class PageArguments(Struct, frozen=True):
    """The Relay arguments as the client sent them."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None


class Edge(Struct, Generic[RowT], frozen=True):
    """A row in a list, and its position there."""

    node: RowT
    sort: Sort

    @property
    def cursor(self) -> str:
        """The opaque position of the row; the next page starts after it."""
        return encode_page_cursor(self.sort, self.node)


class Page(Struct, Generic[RowT], frozen=True):
    """Rows in list order. `count` counts the whole list, and runs only when a client selects it."""

    nodes: list[RowT]
    sort: Sort
    has_next: bool
    has_previous: bool
    count: Any = None

    @property
    def edges(self) -> list[Edge[RowT]]:
        """The rows with their cursors."""
        return [Edge(node, self.sort) for node in self.nodes]


class Count(Struct, frozen=True):
    """A deferred count: the statement and its parameters, as sorted pairs so that counts are hashable."""

    statement: Statement[int]
    parameters: tuple[tuple[str, Any], ...]


class CountOf(Struct, frozen=True):
    """A deferred count of the rows of one owner, by a statement that counts for many owners at once.

    The parameters are as in `Count`, without the `ids` of the owners.
    """

    statement: Statement[OwnerCount]
    id: UUID
    parameters: tuple[tuple[str, Any], ...] = ()


async def counts(operation: Operation, keys: list[Count | CountOf | int]) -> list[int]:
    """Load `totalCount`: run each distinct count once, and the counts of several owners with one statement.

    A plain number is returned as it is.
    """
    owners: dict[tuple[Statement[OwnerCount], tuple[tuple[str, Any], ...]], list[UUID]] = {}
    for key in keys:
        if isinstance(key, CountOf):
            owners.setdefault((key.statement, key.parameters), []).append(key.id)
    counted = {of: dict(await operation.fetch(of[0], ids=ids, **dict(of[1]))) for of, ids in owners.items()}
    return [
        counted[key.statement, key.parameters].get(key.id, 0)
        if isinstance(key, CountOf)
        else (await operation.fetch(key.statement, **dict(key.parameters)))[0]
        if isinstance(key, Count)
        else key
        for key in keys
    ]


async def read_page(  # noqa: PLR0913 - statements, parameters, order and arguments of a list
    operation: Operation,
    arguments: PageArguments,
    sort: Sort,
    statement: Callable[..., Statement[RowT]],
    parameters: Mapping[str, Any],
    *,
    count: Statement[int] | None = None,
) -> Page[RowT]:
    """Read one page. `statement` takes `backward` and `resumed` and returns the statement for that direction.

    Raises BadArgument for arguments that contradict each other, sizes outside 1 to 200 and cursors of other lists.
    """
    size, backward = page_size(arguments)
    name = "before" if backward else "after"
    text = arguments.before if backward else arguments.after
    place = {} if text is None else decode_page_cursor(sort, text, name)
    wanted = statement(backward=backward, resumed=bool(place))
    rows = await operation.fetch(wanted, limit=size + 1, **place, **parameters)
    more, rows = len(rows) > size, rows[:size]
    if backward:
        rows.reverse()
    return Page(
        rows,
        sort,
        has_next=text is not None if backward else more,
        has_previous=more if backward else text is not None,
        count=None if count is None else Count(count, sorted_pairs(parameters)),
    )


async def read_pages(  # noqa: PLR0913 - as above, for many owners
    operation: Operation,
    arguments: PageArguments,
    sort: Sort,
    statement: Callable[..., Statement[RowT]],
    ids: Sequence[UUID],
    *,
    owner: Callable[[RowT], UUID],
    count: Statement[OwnerCount],
    parameters: Mapping[str, Any] = MappingProxyType({}),
) -> list[Page[RowT]]:
    """Read a forward page for each owner in `ids` with one statement; `owner` returns the owner's id of a row.

    Raises BadArgument.
    """
    size, _ = page_size(arguments)
    text = arguments.after
    place = {} if text is None else decode_page_cursor(sort, text, "after")
    rows = await operation.fetch(statement(resumed=bool(place)), limit=size + 1, ids=ids, **place, **parameters)
    return [
        Page(
            found[:size],
            sort,
            has_next=len(found) > size,
            has_previous=bool(place),
            count=CountOf(count, key, sorted_pairs(parameters)),
        )
        for key, found in zip(ids, align_many(ids, rows, owner), strict=True)
    ]


async def read_nearby_first(
    read: Callable[..., Awaitable[Page[RowT]]], arguments: PageArguments, *, nearby_first: bool
) -> Page[RowT]:
    """Read a page of a list whose order no index serves. Raises BadArgument.

    `read` takes whether to search only `nearby`, close to the start of the page. With `nearby_first` that search runs
    first, and the whole list is read only if it finds too few rows.
    """
    if nearby_first:
        _, backward = page_size(arguments)
        page = await read(nearby=True)
        # A full page with more behind it is the page; any other may have missed rows that are further away.
        if page.has_previous if backward else page.has_next:
            return page
    return await read(nearby=False)


def empty_page(arguments: PageArguments, sort: Sort) -> Page[RowT]:
    """Return an empty page. Raises BadArgument for the same arguments as `read_page`."""
    _, backward = page_size(arguments)
    name = "before" if backward else "after"
    text = arguments.before if backward else arguments.after
    if text is not None:
        decode_page_cursor(sort, text, name)
    return Page([], sort, has_next=False, has_previous=False, count=0)


def page_size(arguments: PageArguments) -> tuple[int, bool]:
    """Return the size of the page, and whether to read backward from the end. Raises BadArgument."""
    first, last = arguments.first, arguments.last
    if first is not None and last is not None:
        raise BadArgument("Ask for the first rows or for the last ones, not for both.", "last")
    if arguments.after is not None and arguments.before is not None:
        raise BadArgument("Read after one cursor or before one, not both.", "before")
    backward = last is not None or (first is None and arguments.before is not None)
    if backward and arguments.after is not None:
        raise BadArgument("“last” reads backward: give “before”, not “after”.", "after")
    if not backward and arguments.before is not None:
        raise BadArgument("“first” reads forward: give “after”, not “before”.", "before")
    size = first if first is not None else last if last is not None else DEFAULT_PAGE
    if not 1 <= size <= LARGEST_PAGE:
        message = f"A page has 1 to {LARGEST_PAGE} rows, not {size:,}."
        raise BadArgument(message, "last" if first is None else "first")
    return size, backward


def encode_page_cursor(sort: Sort, row: Any) -> str:
    """Encode the position of a row in an order as URL-safe text."""
    document = msgspec.json.encode((sort.name, sort.value(row), row.id))
    return base64.urlsafe_b64encode(document).decode().rstrip("=")


def decode_page_cursor(sort: Sort, text: str, argument: str) -> dict[str, Any]:
    """Decode the parameters `cursor_value` and `cursor_id`. Raises BadArgument for any other text."""
    try:
        document = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        name, encoded, key = msgspec.json.decode(document, type=tuple[str, msgspec.Raw, UUID])
        if name != sort.name:
            raise BadArgument("This cursor belongs to another list or order; start from the beginning.", argument)
        value = msgspec.json.decode(encoded, type=sort.value_type)
        if isinstance(value, datetime):
            value = value.astimezone(UTC)
    except (ValueError, OverflowError, binascii.Error, msgspec.DecodeError):
        raise BadArgument("This cursor was not made by this list; start from the beginning.", argument) from None
    return {"cursor_value": value, "cursor_id": key}


def sorted_pairs(parameters: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Turn parameters into a hashable key: sorted by name, with tuples for lists."""
    return tuple(sorted((name, _hashable(value)) for name, value in parameters.items()))


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
