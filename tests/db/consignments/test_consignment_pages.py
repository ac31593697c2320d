"""A page of consignments, batches, or movements costs the same at the start and at the end of its list (R15, N3)."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from db.consignments.batch_pages import BatchFilters, batch_page, batches_by_consignment
from db.consignments.board_reads import BoardFilters, board_consignments, latest_movements, waiting_vendors
from db.consignments.movement_pages import movements_by_batch, movements_by_consignment
from db.consignments.pages import ConsignmentFilters, consignment_page, consignments_by_scheme
from db.statement import Statement
from domain.consignments.facts import ConsignmentOrder
from domain.viewers import ConsignmentScope
from tests.support.databases import Cleaner
from tests.support.filled_database import filled_database
from tests.support.many_consignments import BATCHES, CONSIGNMENTS, FILL, MOVEMENTS, PAGE, TABLES, made
from tests.support.plans import RUN, blocks, explained, kinds

pytestmark = pytest.mark.long

ALL, OWN = ConsignmentScope.ALL, ConsignmentScope.OWN
# Cursors in the middle of each list, and at the end of the last.
MIDDLE = {
    ConsignmentOrder.CREATED_AT_DESC: datetime(2026, 2, 10, tzinfo=UTC),
    ConsignmentOrder.DUE_ON_ASC: date(2026, 7, 1),
    ConsignmentOrder.MOVED_AT_DESC: datetime(2026, 1, 1, 16, tzinfo=UTC),
    ConsignmentOrder.WAITING_SINCE_ASC: datetime(9999, 12, 31, tzinfo=UTC),
}


@pytest.fixture(scope="module")
async def connection(database_url: str, cleaner: Cleaner) -> AsyncIterator[Any]:
    """A connection to a database with many consignments."""
    async with filled_database(database_url, cleaner, FILL, TABLES, long=("batch", "movement")) as opened:
        yield opened


async def read(connection: Any, statement: Statement[Any], **parameters: Any) -> tuple[set[str], int]:
    """The kinds of nodes of the plan, and how many blocks it reads."""
    arguments = statement.arguments({"limit": PAGE + 1, **parameters})
    plan = await explained(connection, statement, arguments, RUN)
    return kinds(plan), blocks(plan)


async def test_the_data_has_its_documented_size(connection: Any) -> None:
    """Enough for an index to matter."""
    for table, count in (("consignment", CONSIGNMENTS), ("batch", BATCHES), ("movement", MOVEMENTS)):
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == count


@pytest.mark.parametrize("order", ConsignmentOrder)
async def test_consignments_are_read_in_the_order_of_an_index(connection: Any, order: ConsignmentOrder) -> None:
    """R15: without sorting, at the start and further on, forward and backward."""
    filters = ConsignmentFilters()
    for resumed in (False, True):
        place = {"cursor_value": MIDDLE[order], "cursor_id": made("c1")} if resumed else {}
        for backward in (False, True):
            statement = consignment_page(ALL, filters, order, backward=backward, resumed=resumed)
            found, read_blocks = await read(connection, statement, **place)
            assert "Sort" not in found, (resumed, backward)
            assert read_blocks < 12 * PAGE, (resumed, backward)


async def test_the_last_page_of_movements_costs_as_much_as_the_first(connection: Any) -> None:
    """N3: for staff and for a vendor that sees half of them."""
    end = {"cursor_value": datetime(2026, 1, 1, 0, 2, tzinfo=UTC), "cursor_id": made("m0")}
    for scope, own in ((ALL, {}), (OWN, {"viewer_vendor_id": made("v1")})):
        for resumed, place in ((False, {}), (True, end)):
            statement = movements_by_consignment(scope, resumed=resumed)
            _, read_blocks = await read(connection, statement, ids=[made("c1")], **place, **own)
            assert read_blocks < 30 * PAGE, (scope, resumed)
    _, read_blocks = await read(connection, movements_by_batch(ALL), ids=[made("b50"), made("b100")])
    assert read_blocks < 15 * PAGE * 2


async def test_batches_are_read_in_the_order_of_an_index(connection: Any) -> None:
    """R15: all of them, those of a consignment, and those that a vendor sent or receives."""
    middle = {"cursor_value": datetime(2026, 1, 10, tzinfo=UTC), "cursor_id": made("b1")}
    listed: list[tuple[ConsignmentScope, BatchFilters, dict[str, Any]]] = [
        (ALL, BatchFilters(), {}),
        (ALL, BatchFilters(consignment_id=True), {"consignment_id": made("c1")}),
        (ALL, BatchFilters(to_vendor_id=True), {"to_vendor_id": made("v7")}),
        (OWN, BatchFilters(), {"viewer_vendor_id": made("v0")}),
        (OWN, BatchFilters(), {"viewer_vendor_id": made("v7")}),
    ]
    for scope, filters, parameters in listed:
        for resumed, place in ((False, {}), (True, middle)):
            statement = batch_page(scope, filters, backward=False, resumed=resumed)
            found, read_blocks = await read(connection, statement, **parameters, **place)
            assert "Sort" not in found, (scope, parameters, resumed)
            assert read_blocks < 4 * PAGE, (scope, parameters, resumed)
    statement = batches_by_consignment(ALL, resumed=True)
    _, read_blocks = await read(connection, statement, ids=[made("c1"), made("c2")], **middle)
    assert read_blocks < 8 * PAGE


async def test_a_board_reads_what_is_under_way(connection: Any) -> None:
    """R15: and the movements of the consignments that moved last."""
    filters = BoardFilters()
    _, read_blocks = await read(connection, board_consignments(ALL, filters), limit=200)
    assert read_blocks < 3_000
    # Those of which nothing has moved, nearly all here, are passed over in the order of the index.
    _, read_blocks = await read(connection, latest_movements(ALL, filters), limit=20)
    assert read_blocks < 3_000
    statement = waiting_vendors(ALL, filters)
    plan = await explained(connection, statement, statement.arguments({}), RUN)
    assert blocks(plan) < 3_000


async def test_the_consignments_of_a_scheme_are_found_by_their_index(connection: Any) -> None:
    """R13: newest first."""
    statement = consignments_by_scheme(ALL, resumed=False)
    _, read_blocks = await read(connection, statement, ids=[made("s1"), made("s2")])
    assert read_blocks < 12 * PAGE
