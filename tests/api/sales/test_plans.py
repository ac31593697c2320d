"""What a statement of sales reads does not depend on how many sales there are (R19, R20)."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from db.sales.pages import ParkedFilters, SaleFilters, parked_page, sales_by_ecp
from db.sales.reads import sale_by_external_id
from db.sales.recording_reads import LINES_OF_SALES, LOCK_PARKED, LOCK_SALES, RETURNS_OF_SALES
from db.statement import Statement
from domain.sales.scope import SaleScope
from tests.support.plans import RUN, blocks, explained, kinds
from tests.support.world import World

EVERYTHING = SaleScope(all=True)
OF_SOURCES = SaleScope(sources=True)
SALES = 10_000
# In the transaction of the test, which is rolled back.
FILL = f"""
INSERT INTO sale_key (source, external_id, number, ecp, sold_at, revision, digest)
SELECT 'till', 's-' || n, n, (SELECT number FROM ecp), '2026-03-12'::timestamptz + n * interval '1 second', 1, '\\x00'
FROM generate_series(1, {SALES}) AS n;
INSERT INTO sale (ecp, sold_at, sale, revision, recorded_at, recorded_by)
SELECT ecp, sold_at, number, 1, sold_at, gen_random_uuid() FROM sale_key;
INSERT INTO sale_line (ecp, sold_at, sale, revision, position, quantity, variant_id, unit_price, currency)
SELECT ecp, sold_at, number, 1, position, 2, (SELECT min(id::text) FROM variant)::uuid, 1, 'INR'
FROM sale_key, generate_series(0, 1) AS position;
INSERT INTO sale_return (ecp, sold_at, sale, returning_sale, returning_revision, position, variant_id, quantity,
    unit_price, currency, recorded_at)
SELECT ecp, sold_at, number, number, 1, 2, (SELECT min(id::text) FROM variant)::uuid, 1, 1, 'INR', sold_at
FROM sale_key WHERE number % 20 = 0;
INSERT INTO parked_sale (source, external_id, id, digest, content, ecp_key, sku_keys, returns_external_id, code,
    problem, since, checked_at, account_id)
SELECT 'till', 'p-' || n, gen_random_uuid(), '\\x00', '\\x00', 'X', '{{}}', 's-x-' || n, 'NOT_FOUND', 'X', now(), now(),
    (SELECT min(id::text) FROM account)::uuid FROM generate_series(1, 5000) AS n;
INSERT INTO sale_source (key, name, account_ids, created_at)
SELECT 'till', 'till', array_agg(id), now() FROM account;
ANALYZE sale_key, sale, sale_line, sale_return, parked_sale, sale_source, ecp;
"""
MIDDLE = {"cursor_value": datetime(2026, 3, 12, 1, tzinfo=UTC), "cursor_id": UUID(int=5_000)}
SOME = [f"s-{number}" for number in range(1, SALES, 400)]
NUMBERS = list(range(1, SALES, 400))


@pytest.fixture
async def filled(stored: asyncpg.Connection) -> Any:
    """Ten thousand sales of one ECP."""
    transaction = stored.transaction()
    await transaction.start()
    await stored.execute(FILL)
    yield stored
    await transaction.rollback()


async def test_statements_read_what_they_return(filled: Any, world: World) -> None:
    """R19: by their indexes, at any depth."""
    (ecp_id,) = world.ecps.values()
    account = {"account_id": world.accounts["INTEGRATION"].id}
    page = {"ids": [ecp_id], "limit": 51}
    cases: dict[str, tuple[Statement[Any], dict[str, Any], int]] = {
        "first page": (sales_by_ecp(EVERYTHING, SaleFilters(), resumed=False), page, 400),
        "deep page": (sales_by_ecp(EVERYTHING, SaleFilters(), resumed=True), {**page, **MIDDLE}, 400),
        "page of a system": (sales_by_ecp(OF_SOURCES, SaleFilters(), resumed=True), {**page, **MIDDLE, **account}, 400),
        "one sale": (sale_by_external_id(OF_SOURCES), {"key": "till", "external_id": "s-7", **account}, 30),
        "parked": (
            parked_page(OF_SOURCES, ParkedFilters(), backward=False, resumed=False),
            {"limit": 51, **account},
            120,
        ),
        "locks": (LOCK_SALES, {"source": "till", "external_ids": SOME}, 400),
        "lines": (LINES_OF_SALES, {"numbers": NUMBERS}, 400),
        "returns": (RETURNS_OF_SALES, {"numbers": NUMBERS}, 400),
        "waiting": (LOCK_PARKED, {"source": "till", "external_ids": SOME}, 300),
    }
    found = {}
    for name, (statement, values, most) in cases.items():
        plan = await explained(filled, statement, statement.arguments(values), RUN)
        found[name] = (blocks(plan), sorted(kinds(plan)))
        assert blocks(plan) <= most, (name, found[name])
