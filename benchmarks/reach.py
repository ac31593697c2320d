"""The reach of a scheme's rules over a million ECPs, beside one SQL count for each rule written by hand.

    make bench-reach [ARGS="--ecps 1000000 --rules 20 --rounds 7 --keep"]

Fills a separate database with people whose places and tiers are as unevenly spread as real ones, and with as many
activities. Tessera reads the data of a review, decides every rule part by part, writes the sentences and checks
the rules against each other. The counts by hand answer one number for each rule, with the same active ECPs and the same
meaning of tier, place and activity; dates, products and quantities cost them nothing, since they leave them out.
A third contender has five more rules about volumes, which are compared with the sales of the last 12 months. Contenders
take turns; numbers are medians, with the least and the most. `--keep` uses the database of the last run.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
from msgspec import Struct
from rich.console import Console
from rich.table import Table
from sqlalchemy import make_url

from benchmarks.database import FOLDER, SETTINGS
from benchmarks.ecp_population import NAME, prepare
from benchmarks.reach_rules import COUNTED, NAMES, VOLUME_COUNTED, VOLUME_RULES, scheme
from db.database import Database
from db.embedded.server import EmbeddedPostgres
from domain.calendar import UTC_CALENDAR
from domain.rules.reach import ReachPolicy
from domain.schemes.assessment import Assessment, assess, sale_scope
from domain.schemes.content import SchemeContent
from resolvers.rules.populations import load_assessment_context

GOAL_S: Final = 2.0
# Of all ECPs, by which an estimate may be off.
_MARGIN: Final = 0.03
NOW: Final = datetime(2026, 3, 10, tzinfo=UTC)
_RESULTS: Final = Path(__file__).parent / "results" / "reach.json"
# One activity for each ECP on average, unevenly, within two years.
_ACTIVITIES: Final = """
INSERT INTO ecp_activity (source, source_key, external_id, ecp_id, kind, occurred_at, recorded_at, recorded_by)
SELECT 'academy', 'academy', 'a-' || row_number() OVER (), id,
    (ARRAY['TRAINING_COMPLETED', 'TRAINING_COMPLETED', 'REFERRAL', 'APP_INSTALLED'])[1 + (random() * 3)::int],
    $1::timestamptz - random() * interval '2 years', $1, md5('manager')::uuid
FROM ecp CROSS JOIN generate_series(1, 3) WHERE random() < 0.333
"""
_CATALOG: Final = """
INSERT INTO category (id, name, name_key)
SELECT md5('category' || n)::uuid, 'Category ' || n, 'category ' || n FROM generate_series(0, 1) AS n;
INSERT INTO product (id, name, category_id, category, brand, name_key, sort_name, search_words)
SELECT md5('product' || n)::uuid, 'Product ' || n, md5('category' || n % 2)::uuid, 'Category ' || n % 2, 'Tessera',
    'product ' || n, convert_to('product ' || n, 'UTF8'), ''
FROM generate_series(1, 10) AS n;
INSERT INTO variant (id, sku, name, product_id, search_words)
SELECT md5('variant' || n)::uuid, 'SKU-' || n, 'Variant ' || n, md5('product' || 1 + n % 10)::uuid, ''
FROM generate_series(1, 40) AS n;
"""


# Sales of one line each, of the last 13 months; a tenth of the ECPs make half of them.
_SALES: Final = """
WITH drawn AS MATERIALIZED (
    SELECT n, 1 + floor(CASE WHEN random() < 0.5 THEN random() * 0.1 ELSE random() END * $2)::int AS ecp,
        $1::timestamptz - random() * interval '395 days' AS sold_at, 1 + floor(random() * 3)::int AS quantity,
        md5('variant' || (1 + floor(random() * 40)::int))::uuid AS variant_id
    FROM generate_series(1, $3) AS n
), keyed AS (
    INSERT INTO sale_key (source, external_id, number, ecp, sold_at, revision, digest)
    SELECT 'till', 's-' || n, n, ecp, sold_at, 1, '' FROM drawn
)
INSERT INTO sale_line (ecp, sold_at, sale, revision, position, quantity, variant_id, unit_price, currency)
SELECT ecp, sold_at, n, 1, 0, quantity, variant_id, 100, 'USD' FROM drawn
"""


class Taken(Struct, frozen=True):
    """Seconds of one turn: in total, and waiting for the database."""

    seconds: float
    database: float


async def _fill(url: str, lines: int) -> tuple[int, int]:
    """Complete the population, and return the numbers of ECPs and activities."""
    connection = await asyncpg.connect(url)
    try:
        if not await connection.fetchval("SELECT count(*) FROM product"):
            await connection.execute(_CATALOG)
            await connection.execute(_ACTIVITIES, NOW)
            largest = await connection.fetchval("SELECT max(number) FROM ecp")
            await connection.execute(_SALES, NOW, largest, lines)
            await connection.execute("VACUUM ANALYZE ecp_activity, ecp_count, sale_key, sale_line")
        ecps = await connection.fetchval("SELECT count(*) FROM ecp WHERE status = 'ACTIVE'")
        return ecps, await connection.fetchval("SELECT count(*) FROM ecp_activity")
    finally:
        await connection.close()


async def _tessera(database: Database, content: SchemeContent) -> tuple[Assessment, Taken]:
    began = time.perf_counter()
    reading = database.reading(fresh=False)
    try:
        found = await load_assessment_context(reading, [content], NOW, UTC_CALENDAR)
    finally:
        await reading.close()
    read = time.perf_counter()
    scope = sale_scope(content, found.variants, UTC_CALENDAR)
    assessment = assess(content, scope, found.populations[0], NAMES, ReachPolicy())
    return assessment, Taken(time.perf_counter() - began, read - began)


async def _by_hand(connection: Any, content: SchemeContent) -> tuple[list[int], Taken]:
    began = time.perf_counter()
    counts = [await connection.fetchval(COUNTED[rule.name], NOW) for rule in content.rules]
    return counts, Taken(time.perf_counter() - began, time.perf_counter() - began)


async def _measure(url: str, rules: int, rounds: int) -> dict[str, list[Taken]]:
    """Run the contenders in turns, and compare their counts."""
    content, sold = scheme(rules), scheme(rules, VOLUME_RULES)
    database = await Database.connect(url, pool_size=2, statement_timeout=60)
    connection = await asyncpg.connect(url)
    turns: dict[str, Callable[[], Awaitable[tuple[Any, Taken]]]] = {
        "Tessera": lambda: _tessera(database, content),
        "by hand": lambda: _by_hand(connection, content),
        "Tessera, with volumes": lambda: _tessera(database, sold),
    }
    taken: dict[str, list[Taken]] = {name: [] for name in turns}
    try:
        for number in range(rounds + 1):
            answers = {name: await turn() for name, turn in turns.items()}
            eligible = [reach.eligible for reach in answers["Tessera"][0].reach]
            assert eligible == answers["by hand"][0], (eligible, answers["by hand"][0])
            with_volumes = [reach.eligible for reach in answers["Tessera, with volumes"][0].reach]
            counted = await connection.fetchval(VOLUME_COUNTED, NOW)
            assert with_volumes[:rules] == eligible, (with_volumes, eligible)
            # A sample stands for many sales.
            difference = abs(with_volumes[rules] - counted)
            assert difference <= _MARGIN * answers["Tessera"][0].reach[0].audience, (with_volumes, counted)
            # The first turn of each reads from the disk.
            if number:
                for name, (_, seconds) in answers.items():
                    taken[name].append(seconds)
    finally:
        await connection.close()
        await database.close()
    return taken


def _report(console: Console, taken: dict[str, list[Taken]], about: str) -> dict[str, Any]:
    table = Table("reach of all rules", "seconds", "of it in the database", "of the counts by hand", title=about)
    found: dict[str, Any] = {}
    for name, turns in taken.items():
        seconds = sorted(turn.seconds for turn in turns)
        database = statistics.median(turn.database for turn in turns)
        ratios = [turn.seconds / hand.seconds for turn, hand in zip(turns, taken["by hand"], strict=True)]
        median, ratio = statistics.median(seconds), statistics.median(ratios)
        spread = f"{median:.2f} ({seconds[0]:.2f}-{seconds[-1]:.2f})"
        table.add_row(name, spread, f"{database:.2f}", f"{ratio:.2f}")
        found[name] = {"seconds": median, "database": database, "ratio": ratio}
    console.print(table)
    console.print(f"Goal: under {GOAL_S} s.")
    return found


def main() -> None:
    """Prepare, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ecps", type=int, default=1_000_000)
    parser.add_argument("--lines", type=int, default=1_000_000, help="of sales, with which volumes are compared")
    parser.add_argument("--rules", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--keep", action="store_true")
    chosen = parser.parse_args()
    console = Console(width=140)
    with EmbeddedPostgres(FOLDER, SETTINGS).hold() as server_url:
        url = make_url(server_url).set(database=NAME).render_as_string(hide_password=False)
        asyncio.run(prepare(server_url, url, chosen.ecps, keep=chosen.keep))
        ecps, activities = asyncio.run(_fill(url, chosen.lines))
        taken = asyncio.run(_measure(url, chosen.rules, chosen.rounds))
    about = f"{chosen.rules} rules, {ecps:,} active ECPs, {activities:,} activities, {chosen.lines:,} lines of sales"
    found = _report(console, taken, about)
    _RESULTS.write_text(json.dumps({"about": about, **found}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
