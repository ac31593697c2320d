"""Database time of lists of a million ECPs and of the enrollments of a scheme with nearly as many: pages and counts.

    make bench-ecps [ARGS="--ecps 1000000 --keep --plans --markdown"]

Fills a separate database with people whose names, places, tiers and statuses are as unevenly spread as real ones,
runs EXPLAIN (ANALYZE, BUFFERS) on the very statements of the API, and prints a table with the goal. Each number is the
planning and execution time of the median of several runs, once what it reads is in memory. `--keep` uses the database
of the last run, if there is one.
"""

import argparse
import asyncio
import json
import statistics
import time
from typing import Any, Final

import asyncpg
from rich.console import Console
from sqlalchemy import make_url

from benchmarks.database import FOLDER, SETTINGS
from benchmarks.ecp_cases import Case, cases
from benchmarks.ecp_population import NAME, prepare
from benchmarks.ecp_report import Explained, Measured, markdown, print_report, write_report
from db.embedded.server import EmbeddedPostgres
from db.statement import Statement

PAGE: Final = 51
_RUNS: Final = 7
_ABOUT: Final = """
SELECT (SELECT count(*) FROM ecp) AS ecps, (SELECT count(*) FROM enrollment) AS enrollments,
    current_setting('server_version') AS postgresql, current_setting('shared_buffers') AS shared_buffers
"""


async def measure(connection: Any, case: Case) -> dict[str, Explained]:
    """The first page, a page behind the middle of the list, the last page read from the end, and the count."""
    counted = await connection.fetchrow(case.count.sql, *case.count.arguments(case.counted))
    # The count has no row for a scheme without enrollments.
    total = 0 if counted is None else counted[-1]
    first = case.page(backward=False, resumed=False)
    place = f"{first.sql} OFFSET {total // 2}"
    found = await connection.fetch(place, *first.arguments({**case.values, "limit": 1}))
    rows = [first.row(*values) for values in found]
    cursor = {} if not rows else {"cursor_value": case.sorted_by(rows[0]), "cursor_id": rows[0].id}
    return {
        "first": await page(connection, case, backward=False),
        "middle": await page(connection, case, backward=False, **cursor),
        "last": await page(connection, case, backward=True),
        "count": await explain(connection, case.count, case.counted),
    }


async def page(connection: Any, case: Case, *, backward: bool, **cursor: Any) -> Explained:
    """The cost of a page as the API reads it: nearby first and, if that finds too little, among all that match."""
    given = {**case.values, **cursor, "limit": PAGE}
    direction = {"backward": backward, "resumed": bool(cursor)}
    if not case.nearby_first:
        return await explain(connection, case.page(**direction), given)
    nearby = await explain(connection, case.page(nearby=True, **direction), given)
    if nearby.rows == PAGE:
        return nearby
    further = await explain(connection, case.page(nearby=False, **direction), given)
    together = nearby.milliseconds + further.milliseconds
    return Explained(
        milliseconds=together,
        buffers=nearby.buffers + further.buffers,
        rows=further.rows,
        plan=f"{nearby.plan}; {further.plan}",
    )


async def explain(connection: Any, statement: Statement[Any], values: dict[str, Any]) -> Explained:
    """Measure the cost of a statement: the median of several runs."""
    document = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement.sql}"
    runs = [json.loads(await connection.fetchval(document, *statement.arguments(values)))[0] for _ in range(_RUNS)]
    plan = runs[-1]["Plan"]
    return Explained(
        milliseconds=statistics.median(run["Planning Time"] + run["Execution Time"] for run in runs),
        buffers=plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
        rows=plan["Actual Rows"],
        plan=" < ".join(_scans(plan)),
    )


def _scans(plan: dict[str, Any]) -> list[str]:
    name = plan["Node Type"] + (f" {plan['Index Name']}" if "Index Name" in plan else "")
    return [name, *(part for child in plan.get("Plans", ()) for part in _scans(child))]


async def _measure_all(url: str) -> tuple[Measured, dict[str, Any]]:
    """Measure every list; return the costs, the number of rows, and the version of the server."""
    connection = await asyncpg.connect(url)
    try:
        (about,) = await connection.fetch(_ABOUT)
        return {case.name: await measure(connection, case) for case in cases()}, dict(about)
    finally:
        await connection.close()


def main() -> None:
    """Run the benchmark, print its results and write them to `ecp_report.LATEST`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ecps", type=int, default=1_000_000)
    parser.add_argument("--keep", action="store_true", help="use the database of the last run")
    parser.add_argument("--plans", action="store_true", help="print how PostgreSQL read each page")
    parser.add_argument("--markdown", action="store_true", help="print the table once more, to paste")
    chosen = parser.parse_args()
    console = Console(width=200)
    with EmbeddedPostgres(FOLDER, SETTINGS).hold() as server_url:
        url = make_url(server_url).set(database=NAME).render_as_string(hide_password=False)
        began = time.perf_counter()
        asyncio.run(prepare(server_url, url, chosen.ecps, keep=chosen.keep))
        console.print(f"Prepared in {time.perf_counter() - began:.0f} s.")
        measured, about = asyncio.run(_measure_all(url))
    print_report(measured, console, plans=chosen.plans)
    if chosen.markdown:
        console.print(markdown(measured), markup=False, highlight=False, soft_wrap=True)
    console.print(f"Written to {write_report(measured, about)}.")


if __name__ == "__main__":
    main()
