"""Database time of lists of a million ECPs: the first page, the last page and the count, by what managers filter by.

    .venv/bin/python -m benchmarks.ecp_lists [--ecps 1000000] [--keep]

Fills a database of its own with people whose names, places, tiers and statuses are as unevenly spread as real ones,
runs EXPLAIN (ANALYZE, BUFFERS) on the very statements of the API, and prints a table with the goal. Each number is the
planning and execution time of the median of several runs, once what it reads is in memory. `--keep` uses the database
of the last run, if there is one.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from typing import Any, Final

import asyncpg
from msgspec import Struct
from rich.console import Console
from rich.table import Table
from sqlalchemy import make_url

from benchmarks.database import FOLDER, SETTINGS
from benchmarks.ecp_population import NAME, key, prepare
from db.embedded import EmbeddedPostgres
from db.statement import Statement
from db.statements.ecp_pages import EcpFilters, ecp_count, ecp_page
from domain.catalog import GeographyLevel
from domain.ecps import EcpOrder
from domain.permissions import EcpScope
from resolvers.ecps.lists import ORDERS

GOAL_MS: Final = 20.0
PAGE: Final = 51
_RUNS: Final = 7
_ALL: Final = EcpScope.ALL


class Case(Struct, frozen=True):
    """A list as a manager filters it."""

    name: str
    filters: EcpFilters
    values: dict[str, Any]
    order: EcpOrder = EcpOrder.NAME_ASC


class Explained(Struct, frozen=True):
    """What one statement cost."""

    milliseconds: float
    buffers: int
    rows: int
    plan: str


def cases() -> list[Case]:
    """What is measured."""
    region = {"geography_id": key("region3")}
    city = {"geography_id": key("city401")}
    tier = {"tier_id": key("tier3")}
    at_region, at_city = EcpFilters(place=GeographyLevel.REGION), EcpFilters(place=GeographyLevel.CITY)
    region_tier = EcpFilters(place=GeographyLevel.REGION, tier_id=True)
    newest = EcpOrder.REGISTERED_AT_DESC
    country = {"geography_id": key("country3")}
    both = {"geography_ids": [key("region3"), key("city401")], "tier_ids": [key("tier3"), key("tier4")]}
    return [
        Case("everybody", EcpFilters(), {}),
        Case("everybody, newest", EcpFilters(), {}, newest),
        Case("everybody, by code", EcpFilters(), {}, EcpOrder.CODE_ASC),
        Case("region", at_region, region),
        Case("region, newest", at_region, region, newest),
        Case("region, by code", at_region, region, EcpOrder.CODE_ASC),
        Case("city", at_city, city),
        Case("city, newest", at_city, city, newest),
        Case("new country", EcpFilters(place=GeographyLevel.COUNTRY), country),
        Case("new country, oldest", EcpFilters(place=GeographyLevel.COUNTRY), country, EcpOrder.REGISTERED_AT_ASC),
        Case("new country, by code", EcpFilters(place=GeographyLevel.COUNTRY), country, EcpOrder.CODE_ASC),
        Case("tier", EcpFilters(tier_id=True), tier),
        Case("rare tier, newest", EcpFilters(tier_id=True), {"tier_id": key("tier4")}, newest),
        Case("region and tier", region_tier, {**region, **tier}),
        Case("region and tier, newest", region_tier, {**region, **tier}, newest),
        Case("status", EcpFilters(status=True), {"status": "SUSPENDED"}),
        Case("status, oldest", EcpFilters(status=True), {"status": "PENDING"}, EcpOrder.REGISTERED_AT_ASC),
        Case("region, status", EcpFilters(place=GeographyLevel.REGION, status=True), {**region, "status": "PENDING"}),
        Case("two places, two tiers", EcpFilters(geography_ids=True, tier_ids=True), both),
        Case("text: a rare name", EcpFilters(words=True), {"words": "porana"}),
        Case("text: a name", EcpFilters(words=True), {"words": "rana"}),
        Case("text: a name, oldest", EcpFilters(words=True), {"words": "rana"}, EcpOrder.REGISTERED_AT_ASC),
        Case("text: late in the alphabet", EcpFilters(words=True), {"words": "ye"}),
        Case("text: a common beginning", EcpFilters(words=True), {"words": "ra"}),
        Case("text: name and practice", EcpFilters(words=True), {"words": "ra optics"}),
        Case(
            "region, tier and a name",
            EcpFilters(place=GeographyLevel.REGION, tier_id=True, words=True),
            {**region, **tier, "words": "rana"},
        ),
        Case(
            "region, tier, common text",
            EcpFilters(place=GeographyLevel.REGION, tier_id=True, words=True),
            {**region, **tier, "words": "ra"},
        ),
        Case("e-mail", EcpFilters(email=True), {"email": "ECP4711@example.com"}),
        Case("enrolled, large scheme", EcpFilters(enrolled_in=True), {"enrolled_in": key("scheme1")}),
        Case("enrolled, small scheme", EcpFilters(enrolled_in=True), {"enrolled_in": key("scheme2")}),
        Case(
            "region, tier, enrolled",
            EcpFilters(place=GeographyLevel.REGION, tier_id=True, enrolled_in=True),
            {**region, **tier, "enrolled_in": key("scheme1")},
        ),
    ]


async def measure(connection: Any, case: Case) -> dict[str, Explained]:
    """The first page, a page behind the middle of the list, the last page read from the end, and the count."""
    count = ecp_count(_ALL, case.filters)
    total = await connection.fetchval(count.sql, *count.arguments(case.values))
    first = ecp_page(_ALL, case.filters, case.order, backward=False, resumed=False)
    place = f"{first.sql} OFFSET {total // 2}"
    row = first.row(*await connection.fetchrow(place, *first.arguments({**case.values, "limit": 1})))
    cursor = {"cursor_value": ORDERS[case.order].value(row), "cursor_id": row.id}
    return {
        "first": await page(connection, case, backward=False),
        "middle": await page(connection, case, backward=False, **cursor),
        "last": await page(connection, case, backward=True),
        "count": await explain(connection, count, case.values),
    }


async def page(connection: Any, case: Case, *, backward: bool, **cursor: Any) -> Explained:
    """What a page costs as `list_ecps` reads it: near where it begins, and if that is too little, by all that match."""
    given = {**case.values, **cursor, "limit": PAGE}
    direction = {"backward": backward, "resumed": bool(cursor)}
    whole = ecp_page(_ALL, case.filters, case.order, near=False, **direction)
    if not case.filters.scattered:
        return await explain(connection, whole, given)
    near = await explain(connection, ecp_page(_ALL, case.filters, case.order, near=True, **direction), given)
    if near.rows == PAGE:
        return near
    further = await explain(connection, whole, given)
    together = near.milliseconds + further.milliseconds
    return Explained(together, near.buffers + further.buffers, further.rows, f"{near.plan}; {further.plan}")


async def explain(connection: Any, statement: Statement[Any], values: dict[str, Any]) -> Explained:
    """What a statement costs: the median of several runs."""
    document = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement.sql}"
    runs = [json.loads(await connection.fetchval(document, *statement.arguments(values)))[0] for _ in range(_RUNS)]
    plan = runs[-1]["Plan"]
    return Explained(
        statistics.median(run["Planning Time"] + run["Execution Time"] for run in runs),
        plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
        plan["Actual Rows"],
        " < ".join(_scans(plan)),
    )


def _scans(plan: dict[str, Any]) -> list[str]:
    name = plan["Node Type"] + (f" {plan['Index Name']}" if "Index Name" in plan else "")
    return [name, *(part for child in plan.get("Plans", ()) for part in _scans(child))]


async def _measure_all(url: str) -> dict[str, dict[str, Explained]]:
    connection = await asyncpg.connect(url)
    try:
        return {case.name: await measure(connection, case) for case in cases()}
    finally:
        await connection.close()


def main() -> int:
    """Run the benchmark; 1 when something misses the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ecps", type=int, default=1_000_000)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--plans", action="store_true")
    chosen = parser.parse_args()
    console = Console(width=200)
    with EmbeddedPostgres(FOLDER, SETTINGS).hold() as server_url:
        url = make_url(server_url).set(database=NAME).render_as_string(hide_password=False)
        began = time.perf_counter()
        asyncio.run(prepare(server_url, url, chosen.ecps, keep=chosen.keep))
        console.print(f"Prepared in {time.perf_counter() - began:.0f} s.")
        measured = asyncio.run(_measure_all(url))
    table = Table(
        "list", *(f"{name}: ms" for name in ("first", "middle", "last", "count")), "buffers", "within the goal"
    )
    for name, found in measured.items():
        parts = [found[part] for part in ("first", "middle", "last", "count")]
        table.add_row(
            name,
            *(f"{part.milliseconds:.1f}" for part in parts),
            " / ".join(f"{part.buffers:,}" for part in parts),
            "yes" if all(part.milliseconds < GOAL_MS for part in parts) else "NO",
        )
        if chosen.plans:
            for part, value in found.items():
                console.print(f"{name} / {part}: {value.plan}")
    console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
