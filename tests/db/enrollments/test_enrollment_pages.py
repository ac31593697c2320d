"""A page of a long list of enrollments costs what one of a short list costs: plans and buffers over 200,000 of them."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from db.enrollments.open_scheme_pages import open_page
from db.enrollments.pages import (
    SORTS,
    EnrollmentFilters,
    counts_by_scheme,
    page_of_scheme,
    pages_by_ecp,
    pages_by_scheme,
    waiting_page,
)
from db.planning import NEARBY_ROWS
from db.search import words_of
from db.statement import Statement
from domain.enrollments.facts import EnrollmentOrder
from domain.viewers import EcpScope, SchemeScope
from tests.support.databases import Cleaner
from tests.support.filled_database import filled_database
from tests.support.many_enrollments import BIG, COUNTRY, ECPS, FILL, FILTERS, LITTLE, PAGE, TABLES, made
from tests.support.plans import RUN, blocks, buffers, explained, nodes

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
async def connection(database_url: str, cleaner: Cleaner) -> AsyncIterator[Any]:
    """A connection to a database with many enrollments."""
    async with filled_database(database_url, cleaner, FILL, TABLES, long=("ecp", "enrollment")) as opened:
        yield opened


async def test_the_data_has_its_documented_size(connection: Any) -> None:
    """A hundred thousand enrollments, and of each filter enough to be a test."""
    assert await connection.fetchval("SELECT count(*) FROM enrollment") > 99_000
    for name, (filters, values, least) in FILTERS.items():
        statement = counts_by_scheme(EcpScope.ALL, filters)
        ((_, count),) = await connection.fetch(statement.sql, *statement.arguments({"ids": [BIG], **values}))
        assert count >= least, name


@pytest.mark.parametrize("order", EnrollmentOrder)
async def test_every_page_is_read_off_an_index(connection: Any, order: EnrollmentOrder) -> None:
    """R19: with any filter, it neither sorts nor reads more than a page, in the middle as at the start."""
    for name in FILTERS:
        for place, (statement, arguments) in (await _pages(connection, name, order, BIG)).items():
            plan = await explained(connection, statement, arguments)
            (scan,) = [node for node in nodes(plan) if node.get("Relation Name") == "enrollment"]
            assert scan["Node Type"] == "Index Scan", (name, place, scan)
            assert {node["Node Type"] for node in nodes(plan)} == {"Limit", "Index Scan"}, (name, place)
            assert await buffers(connection, statement, arguments) < 300, (name, place)


@pytest.mark.parametrize("order", EnrollmentOrder)
async def test_a_long_list_costs_as_much_as_a_short_one(connection: Any, order: EnrollmentOrder) -> None:
    """R19: a page of a scheme with 38,800 enrollments is as quick as one of a scheme with a hundred."""
    for name in ("all", "enrolled", "region", "tier"):
        (little, *_) = (await _pages(connection, name, order, LITTLE)).values()
        for place, page in (await _pages(connection, name, order, BIG)).items():
            assert await buffers(connection, *page) <= 3 * await buffers(connection, *little) + 60, (name, place)


async def test_words_find_the_ecps_first(connection: Any) -> None:
    """R19: a search reads the ECPs that it finds and their enrollments, however many others there are."""
    filters = EnrollmentFilters(words=True)
    statement = page_of_scheme(EcpScope.ALL, filters, EnrollmentOrder.REQUESTED_AT_DESC, backward=False, resumed=False)
    arguments = statement.arguments({"scheme_id": BIG, "words": words_of("ecp 2026 01234"), "limit": PAGE})
    plan = await explained(connection, statement, arguments)
    assert {node.get("Index Name") for node in nodes(plan)} >= {
        "ix_ecp__search_words",
        "uq_enrollment__scheme_id_ecp_id",
    }
    assert 1 <= len(await connection.fetch(statement.sql, *arguments)) <= 10
    assert await buffers(connection, statement, arguments) < 1000


@pytest.mark.parametrize("name", FILTERS)
async def test_counts_read_no_enrollment(connection: Any, name: str) -> None:
    """R19: they are those of the list, and cost as much for 1,000 enrollments as for 1,000,000."""
    filters, values, _ = FILTERS[name]
    count = counts_by_scheme(EcpScope.ALL, filters)
    arguments = count.arguments({"ids": [BIG], **values})
    page = page_of_scheme(EcpScope.ALL, filters, EnrollmentOrder.REQUESTED_AT_DESC, backward=False, resumed=False)
    listed = f"SELECT count(*) FROM ({page.sql}) AS listed"
    expected = await connection.fetchval(listed, *page.arguments({"scheme_id": BIG, "limit": ECPS, **values}))
    assert [count.row(*row) for row in await connection.fetch(count.sql, *arguments)] == [(BIG, expected)]
    plan = await explained(connection, count, arguments)
    assert "enrollment" not in {node.get("Relation Name") for node in nodes(plan)}
    assert await buffers(connection, count, arguments) < 2000


# How many of the ECPs in the scheme have such a word in their names, and so whether a page of them is nearby.
@pytest.mark.parametrize(
    ("words", "is_nearby"), [("name", True), ("ecp 2026", True), ("12345", False), ("nobody", False)]
)
@pytest.mark.parametrize("backward", [False, True])
async def test_words_are_searched_nearby_first(connection: Any, words: str, *, is_nearby: bool, backward: bool) -> None:
    """R19: common words cost a look at nearby rows, which are a part of the page or all of it, and no other rows."""
    filters = EnrollmentFilters(place=COUNTRY, words=True)
    for order in EnrollmentOrder:
        pages = [
            page_of_scheme(EcpScope.ALL, filters, order, backward=backward, resumed=False, nearby=nearby)
            for nearby in (True, False)
        ]
        nearby, whole = [[row["id"] for row in await connection.fetch(page.sql, *_same(page, words))] for page in pages]
        assert nearby == whole[: len(nearby)]
        assert (len(nearby) == PAGE) is is_nearby
        plan = await explained(connection, pages[0], _same(pages[0], words), RUN)
        assert max(node["Actual Rows"] for node in nodes(plan)) <= NEARBY_ROWS


def _same(page: Statement[Any], words: str) -> list[Any]:
    """The arguments of a page of the large scheme in the large country."""
    return page.arguments({"scheme_id": BIG, "limit": PAGE, "geography_id": made("c1"), "words": words_of(words)})


async def test_one_day_is_found_by_its_date(connection: Any) -> None:
    """R19: a day in the middle is not reached by walking through all the others."""
    day = {
        "enrolled_from": datetime(2026, 3, 20, tzinfo=UTC),
        "enrolled_before": datetime(2026, 3, 21, tzinfo=UTC),
    }
    filters = EnrollmentFilters(enrolled_from=True, enrolled_before=True)
    for order in EnrollmentOrder:
        statement = page_of_scheme(EcpScope.ALL, filters, order, backward=False, resumed=False)
        arguments = statement.arguments({"scheme_id": BIG, "limit": PAGE, **day})
        rows = [statement.row(*row) for row in await connection.fetch(statement.sql, *arguments)]
        assert {row.enrolled_at and row.enrolled_at.date() for row in rows} == {date(2026, 3, 20)}
        assert len(rows) == PAGE
        assert await buffers(connection, statement, arguments) < 1000


async def test_lists_of_many_schemes_or_ecps_are_read_together(connection: Any) -> None:
    """R19: a page of each of 50 schemes, and of each of 50 ECPs, with one statement off the indexes."""
    filters = EnrollmentFilters(status=True)
    of_schemes = pages_by_scheme(EcpScope.ALL, filters, EnrollmentOrder.REQUESTED_AT_DESC, resumed=False)
    of_ecps = pages_by_ecp(EcpScope.ALL, filters, resumed=False)
    for statement, owner in ((of_schemes, "s"), (of_ecps, "e")):
        ids = [made(f"{owner}{number}") for number in range(1, 51)]
        arguments = statement.arguments({"ids": ids, "limit": 3, "status": "ENROLLED"})
        plan = await explained(connection, statement, arguments)
        assert "Seq Scan" not in {node["Node Type"] for node in nodes(plan)}
        assert await buffers(connection, statement, arguments) < 50 * 15


async def test_the_queue_is_an_index_of_its_own(connection: Any) -> None:
    """R10: a page of those that wait, of all schemes."""
    statement = waiting_page(backward=False, resumed=False)
    arguments = statement.arguments({"limit": PAGE})
    plan = await explained(connection, statement, arguments)
    assert {node.get("Index Name") for node in nodes(plan)} == {None, "ix_enrollment__pending"}
    assert await buffers(connection, statement, arguments) < 100


async def test_open_schemes_begin_with_today(connection: Any) -> None:
    """R18: those that closed long ago are not looked at."""
    statement = open_page(SchemeScope.APPROVED, searched=False, placed=False, backward=False, resumed=False)
    arguments = statement.arguments({"today": date(2026, 12, 1), "limit": PAGE})
    plan = await explained(connection, statement, arguments)
    assert "ix_scheme__open" in {node.get("Index Name") for node in nodes(plan)}, plan
    assert await buffers(connection, statement, arguments) < 100
    rows = [statement.row(*row) for row in await connection.fetch(statement.sql, *arguments)]
    days = [row.enrollment_closes_on or date.max for row in rows]
    assert days == sorted(days)
    assert date(2026, 12, 1) <= days[0] <= date(2026, 12, 8)


@pytest.mark.parametrize("order", EnrollmentOrder)
async def test_a_generic_plan_is_as_good(connection: Any, order: EnrollmentOrder) -> None:
    """PostgreSQL may switch a repeated statement to a generic plan. Pages stay as fast."""
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    try:
        for name in FILTERS:
            for place, (statement, arguments) in (await _pages(connection, name, order, BIG)).items():
                prepared = await connection.prepare(statement.sql)
                values = ", ".join(f"'{value}'" for value in arguments)
                explained = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE"
                document = await connection.fetchval(f"{explained} {prepared.get_name()} ({values})")
                plan = json.loads(document)[0]["Plan"]
                assert blocks(plan) < 300, (name, place)
    finally:
        await connection.execute("SET plan_cache_mode = auto")


async def _pages(
    connection: Any, name: str, order: EnrollmentOrder, scheme_id: UUID
) -> dict[str, tuple[Statement[Any], list[Any]]]:
    """The first page of a filtered list, and if there are more of them, one in the middle behind a cursor."""
    filters, values, _ = FILTERS[name]
    given = {"scheme_id": scheme_id, "limit": PAGE, **values}
    first = page_of_scheme(EcpScope.ALL, filters, order, backward=False, resumed=False)
    pages = {"first": (first, first.arguments(given))}
    count = counts_by_scheme(EcpScope.ALL, filters)
    ((_, total),) = await connection.fetch(count.sql, *count.arguments({"ids": [scheme_id], **values})) or [(0, 0)]
    if total > 2 * PAGE:
        arguments = first.arguments({**given, "limit": 1})
        row = first.row(*await connection.fetchrow(f"{first.sql} OFFSET {total // 2}", *arguments))
        cursor = {"cursor_value": SORTS[order].value(row), "cursor_id": row.id}
        later = page_of_scheme(EcpScope.ALL, filters, order, backward=False, resumed=True)
        pages["middle"] = (later, later.arguments({**given, **cursor}))
    return pages
