"""Every page of a long list of ECPs costs the same: plans and buffers of the statements over 60,000 ECPs (R19)."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.database import Database
from db.ecps.pages import SORTS, EcpFilters, ecp_count, ecp_page
from db.planning import NEARBY_ROWS
from db.search import words_of
from db.statement import Statement
from domain.ecps.facts import EcpOrder
from domain.permissions import Role
from domain.viewers import EcpScope, Viewer
from resolvers.context import Operation
from resolvers.ecps.lists import EcpFilter, list_ecps
from resolvers.paging import PageArguments
from tests.support.databases import Cleaner
from tests.support.filled_database import filled_database
from tests.support.many_ecps import ECPS, EVERYTHING, FILL, INDEXED, OTHERS, PAGE, SMALL, TABLES, md5
from tests.support.plans import RUN, blocks, buffers, explained, kinds, nodes

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
async def connection(database_url: str, cleaner: Cleaner) -> AsyncIterator[Any]:
    """A connection to a database with many ECPs."""
    async with filled_database(database_url, cleaner, FILL, TABLES, long=("ecp",)) as opened:
        yield opened


@pytest.mark.parametrize("order", EcpOrder)
@pytest.mark.parametrize("name", INDEXED)
async def test_every_page_is_read_off_an_index(connection: Any, name: str, order: EcpOrder) -> None:
    """Depth does not count, and how many there are does not: no page reads or sorts much more than its own rows."""
    for place, (statement, arguments) in (await _pages(connection, name, order)).items():
        plan = await explained(connection, statement, arguments, RUN)
        assert blocks(plan) < SMALL, place
        assert "Seq Scan" not in kinds(plan), place
        # What is left of a list may be so little that it is sorted; codes that are equal are one and the same.
        sorted_rows = [node["Plans"][0]["Actual Rows"] for node in nodes(plan) if node["Node Type"] == "Sort"]
        assert all(rows < SMALL for rows in sorted_rows), place
        presorted = [node["Presorted Key"] for node in nodes(plan) if node["Node Type"] == "Incremental Sort"]
        assert presorted in ([], [["code"]]), place


@pytest.mark.parametrize("name", OTHERS)
async def test_matches_that_span_indexes_are_found_nearby_or_all_at_once(connection: Any, name: str) -> None:
    """Neither way walks through all ECPs in the order of the list, however wrong PostgreSQL guesses how many match."""
    filters, values = OTHERS[name]
    total = await _count(connection, name)
    for order in EcpOrder:
        nearby = ecp_page(EcpScope.ALL, filters, order, backward=False, resumed=False, nearby=True)
        plan = await explained(connection, nearby, nearby.arguments({**values, "limit": PAGE}), RUN)
        assert "Seq Scan" not in kinds(plan)
        # To sort what is sorted by code already, one row more is looked at.
        assert max(node["Actual Rows"] for node in nodes(plan)) <= NEARBY_ROWS + 1
        further = ecp_page(EcpScope.ALL, filters, order, backward=False, resumed=False)
        plan = await explained(connection, further, further.arguments({**values, "limit": PAGE}), RUN)
        if filters.spans_indexes:
            # All that match are sorted, and nothing is read in the order of the list.
            (sort,) = [node for node in nodes(plan) if node["Node Type"] == "Sort"]
            assert sort["Plans"][0]["Actual Rows"] == total
        if total < ECPS / 20 and filters.spans_indexes:
            assert "Seq Scan" not in {node["Node Type"] for node in nodes(plan) if node.get("Relation Name") == "ecp"}


@pytest.mark.parametrize("name", ["a rare word", "several places", "enrolled in a region"])
async def test_both_searches_find_the_same_rows(connection: Any, name: str) -> None:
    """The nearby search finds a prefix of the page and no other rows."""
    filters, values = OTHERS[name]
    for order in EcpOrder:
        for backward in (False, True):
            pages = [
                ecp_page(EcpScope.ALL, filters, order, backward=backward, resumed=False, nearby=nearby)
                for nearby in (True, False)
            ]
            nearby, whole = [
                [row["id"] for row in await connection.fetch(page.sql, *page.arguments({**values, "limit": PAGE}))]
                for page in pages
            ]
            assert nearby == whole[: len(nearby)]
            assert len(whole) == PAGE


# Names that begin with 1 come first, so a page of them is near the beginning of the list and far from its end.
@pytest.mark.parametrize(
    ("search", "backward", "statements"),
    [
        ("common", False, 1),
        ("common", True, 1),
        ("rare", False, 2),
        ("rare", True, 2),
        ("common person 1", False, 1),
        ("common person 1", True, 2),
        ("nobody", False, 2),
    ],
)
async def test_a_list_reads_further_when_few_matches_are_nearby(
    connection: Any, shared_database: Database, search: str, statements: int, *, backward: bool
) -> None:
    """R19: no page is short because the next match lies far away; a page that is full takes one statement."""
    filters, values = EcpFilters(words=True), {"words": words_of(search)}
    whole = ecp_page(EcpScope.ALL, filters, EcpOrder.NAME_ASC, backward=backward, resumed=False)
    rows = await connection.fetch(whole.sql, *whole.arguments({**values, "limit": PAGE}))
    viewer = Viewer(account_id=UUID(int=1), display_name="Manager", email=None, roles=frozenset({Role.PROGRAM_MANAGER}))
    operation = Operation(shared_database, viewer, now=datetime(2026, 3, 10, tzinfo=UTC), new_id=uuid4)
    arguments = PageArguments(last=PAGE) if backward else PageArguments(first=PAGE)
    page = await list_ecps(operation, arguments, EcpFilter(search=search), EcpOrder.NAME_ASC)
    await operation.close()
    found = [row.id for row in page.nodes]
    assert (found[::-1] if backward else found) == [row["id"] for row in rows]
    assert operation.statements == statements


@pytest.mark.parametrize("name", EVERYTHING)
async def test_counts_are_those_of_the_lists(connection: Any, name: str) -> None:
    """R19: stored counts and computed ones."""
    filters, values = EVERYTHING[name]
    count = ecp_count(EcpScope.ALL, filters)
    page = ecp_page(EcpScope.ALL, filters, EcpOrder.NAME_ASC, backward=False, resumed=False)
    listed = f"SELECT count(*) FROM ({page.sql}) AS listed"
    expected = await connection.fetchval(listed, *page.arguments({**values, "limit": ECPS + 1}))
    assert count.row(await connection.fetchval(count.sql, *count.arguments(values))) == expected > 0


@pytest.mark.parametrize("name", [name for name, (filters, _) in EVERYTHING.items() if filters.counts_are_kept])
async def test_stored_counts_read_no_ecp(connection: Any, name: str) -> None:
    """R19: nor at an enrollment; they cost as much for 1,000 ECPs as for 1,000,000."""
    filters, values = EVERYTHING[name]
    count = ecp_count(EcpScope.ALL, filters)
    plan = await explained(connection, count, count.arguments(values))
    assert not {"ecp", "enrollment"} & {node.get("Relation Name") for node in nodes(plan)}
    assert await buffers(connection, count, count.arguments(values)) < 400


@pytest.mark.parametrize("order", EcpOrder)
@pytest.mark.parametrize("name", INDEXED)
async def test_a_statement_that_is_used_often_keeps_its_plan(connection: Any, name: str, order: EcpOrder) -> None:
    """From the sixth use on PostgreSQL may choose a generic plan, which would walk through all ECPs."""
    for place, (statement, arguments) in (await _pages(connection, name, order)).items():
        texts = ", ".join("%L" for _ in arguments)
        given = [f"\\x{given.hex()}" if isinstance(given, bytes) else str(given) for given in arguments]
        execution = await connection.fetchval(f"SELECT format('page({texts})', VARIADIC $1::text[])", given)
        await connection.execute(f"PREPARE page AS {statement.sql};" + f"EXECUTE {execution};" * 6)
        document = await connection.fetchval(f"EXPLAIN ({RUN}) EXECUTE {execution}")
        await connection.execute("DEALLOCATE page")
        plan = json.loads(document)[0]["Plan"]
        assert blocks(plan) < SMALL, place


async def test_the_queue_is_read_off_its_own_index(connection: Any) -> None:
    """R10: the longest registered first, however few of all ECPs they are."""
    filters = EcpFilters(status=True)
    statement = ecp_page(EcpScope.ALL, filters, EcpOrder.REGISTERED_AT_ASC, backward=False, resumed=False)
    arguments = statement.arguments({"status": "PENDING", "limit": PAGE})
    plan = await explained(connection, statement, arguments)
    assert {node.get("Index Name") for node in nodes(plan)} == {None, "ix_ecp__status"}
    assert await buffers(connection, statement, arguments) < 2 * PAGE


async def test_a_viewer_without_ecps_reads_no_row(connection: Any) -> None:
    """R25: an ECP reads only its own row."""
    nobody = ecp_page(EcpScope.NONE, EcpFilters(), EcpOrder.NAME_ASC, backward=False, resumed=False)
    assert await connection.fetch(nobody.sql, *nobody.arguments({"limit": PAGE})) == []
    assert await buffers(connection, nobody, nobody.arguments({"limit": PAGE})) == 0
    own = ecp_page(EcpScope.OWN, EcpFilters(), EcpOrder.NAME_ASC, backward=False, resumed=False)
    values = {"viewer_ecp_id": md5("7")}
    found = await connection.fetch(own.sql, *own.arguments({**values, "limit": PAGE}))
    assert [row["code"] for row in found] == ["ECP-2026-000007"]
    count = ecp_count(EcpScope.OWN, EcpFilters())
    assert await connection.fetchval(count.sql, *count.arguments(values)) == 1


@pytest.mark.parametrize("order", EcpOrder)
@pytest.mark.parametrize("name", ["everybody", "a new region", "several places", "a common word", "enrolled"])
async def test_pages_meet_without_gap_or_overlap(connection: Any, name: str, order: EcpOrder) -> None:
    """The page before the middle, read backward, ends right before it."""
    total = await _count(connection, name)
    middle = await _row_at(connection, name, order, total // 2)
    before = await _fetch(connection, name, order, middle, backward=True)
    first = await _row_at(connection, name, order, total // 2 - PAGE)
    again = await _fetch(connection, name, order, first, backward=False)
    assert [row.id for row in before[::-1]][1:] == [row.id for row in again][: PAGE - 1]
    assert again[PAGE - 1].id == middle.id


async def _pages(connection: Any, name: str, order: EcpOrder) -> dict[str, tuple[Statement[Any], list[Any]]]:
    """The first page, one in the middle, the last one behind a cursor, and the last one read from the end."""
    filters, values = EVERYTHING[name]
    total = await _count(connection, name)
    pages = {}
    for place, backward, skipped in (
        ("first", False, None),
        ("middle, after", False, total // 2),
        ("last, after", False, max(total - PAGE - 1, 0)),
        ("last, backward", True, None),
    ):
        cursor = {} if skipped is None else _cursor(order, await _row_at(connection, name, order, skipped))
        statement = ecp_page(EcpScope.ALL, filters, order, backward=backward, resumed=skipped is not None)
        pages[place] = (statement, statement.arguments({**values, **cursor, "limit": PAGE}))
    return pages


async def _count(connection: Any, name: str) -> int:
    filters, values = EVERYTHING[name]
    statement = ecp_count(EcpScope.ALL, filters)
    return int(await connection.fetchval(statement.sql, *statement.arguments(values)))


async def _row_at(connection: Any, name: str, order: EcpOrder, offset: int) -> Any:
    filters, values = EVERYTHING[name]
    statement = ecp_page(EcpScope.ALL, filters, order, backward=False, resumed=False)
    arguments = statement.arguments({**values, "limit": 1})
    return statement.row(*await connection.fetchrow(f"{statement.sql} OFFSET {offset}", *arguments))


async def _fetch(connection: Any, name: str, order: EcpOrder, cursor: Any, *, backward: bool) -> list[Any]:
    filters, values = EVERYTHING[name]
    statement = ecp_page(EcpScope.ALL, filters, order, backward=backward, resumed=True)
    arguments = statement.arguments({**values, "limit": PAGE, **_cursor(order, cursor)})
    return [statement.row(*row) for row in await connection.fetch(statement.sql, *arguments)]


def _cursor(order: EcpOrder, row: Any) -> dict[str, Any]:
    return {"cursor_value": SORTS[order].value(row), "cursor_id": row.id}
