"""Walking through a list of schemes: forward and backward, in every order, each scheme exactly once."""

from collections import Counter
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from db.database import Database
from db.schemes.changes import touch_scheme
from domain.collation import sort_key
from domain.schemes.facts import SchemeOrder
from schema.ids import decode_id
from tests.support.client import Client, Clients
from tests.support.factories.schemes import SchemeFactory

PAGE = """query($orderBy: SchemeOrder, $first: Int, $after: String, $last: Int, $before: String) {
  schemes(orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount
    nodes { id code title startsOn createdAt updatedAt }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
# Equal ones, ones that differ in case only, and capital letters whose lower case differs between implementations.
TITLES = (
    *("Monsoon Care",) * 6,
    *("monsoon care",) * 3,
    *("MONSOON CARE",) * 2,
    "Zebra",
    "apple",
    "Éclair",
    "éclair",
    *("ΑΣΑΣ",) * 3,
    *("İzmir",) * 3,
    "Straße",
    "STRASSE",
    "हिन्दी योजना",
    "  padded  ",
)
SIZE = 4


@pytest.fixture
async def many(factory: SchemeFactory, database: Database) -> int:
    """Schemes with equal titles and starts, some without a start, some changed again; returns how many."""
    ids = [await factory.created(title) for title in TITLES]
    async with database.writing() as session:
        for index, scheme_id in enumerate(ids):
            if index % 3:
                starts = date(2026, 5, 1) + timedelta(days=index % 5)
                await touch_scheme(session, scheme_id, starts_on=starts, ends_on=date(2026, 7, 31))
        moment = factory.operation().now
        for scheme_id in ids[::4]:
            await touch_scheme(session, scheme_id, updated_at=moment)
    return len(ids)


async def test_every_order_visits_every_scheme_once_in_both_directions(clients: Clients, many: int) -> None:
    analyst = clients["ANALYST"]
    forward = {order: await _walk(analyst, order, many) for order in SchemeOrder}
    backward = {order: await _walk(analyst, order, many, backward=True) for order in SchemeOrder}
    for walks in (forward, backward):
        visits = {order: Counter(node["code"] for node in nodes) for order, nodes in walks.items()}
        codes = [f"SCH-2026-{number:06}" for number in range(1, many + 1)]
        assert {order: found for order, found in visits.items() if found != Counter(codes)} == {}
    assert backward == forward
    for order in set(SchemeOrder) - {SchemeOrder.TITLE_ASC}:
        assert forward[order] == sorted(forward[order], key=partial(_rank, order)), order


async def test_titles_are_in_order_ignoring_case(clients: Clients, many: int) -> None:
    """By the title as people sort names, and then by ID."""
    nodes = await _walk(clients["ANALYST"], SchemeOrder.TITLE_ASC, many)
    assert nodes == sorted(nodes, key=lambda node: (sort_key(node["title"]), _key(node)))
    assert len(nodes) == many


async def test_a_scheme_added_while_paging_moves_no_page(clients: Clients, factory: SchemeFactory, many: int) -> None:
    """Pages begin behind a row, not at a number of rows, so what is added in front moves nothing."""
    analyst = clients["ANALYST"]
    first = (await _page(analyst, orderBy="CREATED_AT_DESC", first=SIZE))["pageInfo"]
    rest = (await _page(analyst, orderBy="CREATED_AT_DESC", after=first["endCursor"]))["nodes"]
    await factory.created("Brand new")
    assert (await _page(analyst, orderBy="CREATED_AT_DESC", after=first["endCursor"]))["nodes"] == rest
    assert len(rest) == many - SIZE


async def test_an_empty_list_has_no_cursors(clients: Clients) -> None:
    for order in SchemeOrder:
        assert await _page(clients["ANALYST"], orderBy=order, first=SIZE) == {
            "totalCount": 0,
            "nodes": [],
            "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
        }


async def _walk(client: Client, order: SchemeOrder, many: int, *, backward: bool = False) -> list[Any]:
    """All nodes, in list order, a page at a time from one end."""
    ends = ("last", "before", "hasPreviousPage", "startCursor"), ("first", "after", "hasNextPage", "endCursor")
    size, cursor, more, edge = ends[0 if backward else 1]
    pages: list[list[Any]] = []
    place: dict[str, str] = {}
    while len(pages) <= many:
        page = await _page(client, orderBy=order, **{size: SIZE}, **place)
        assert page["totalCount"] == many
        assert page["pageInfo"]["hasNextPage" if backward else "hasPreviousPage"] is bool(pages)
        pages.append(page["nodes"])
        if not page["pageInfo"][more]:
            break
        assert len(page["nodes"]) == SIZE
        place = {cursor: page["pageInfo"][edge]}
    if backward:
        pages.reverse()
    return [node for nodes in pages for node in nodes]


async def _page(client: Client, **arguments: Any) -> Any:
    return (await client.send(PAGE, **arguments)).data["schemes"]


def _rank(order: SchemeOrder, node: Any) -> tuple[Any, ...]:
    """The sort key of a node in Python."""
    if order is SchemeOrder.CODE_ASC:
        return (node["code"],)
    if order is SchemeOrder.STARTS_ON_ASC:
        return (node["startsOn"] or "9999-12-31", _key(node))
    if order is SchemeOrder.STARTS_ON_DESC:
        return (-date.fromisoformat(node["startsOn"] or "0001-01-01").toordinal(), -_key(node).int)
    moment = node["updatedAt" if order is SchemeOrder.UPDATED_AT_DESC else "createdAt"]
    return (tuple(-ord(mark) for mark in moment), -_key(node).int)


def _key(node: Any) -> UUID:
    found = decode_id(node["id"])
    assert found is not None
    return found[1]
