"""Database time of the pages of a consignment's movements, of which there are a million."""

import asyncio
import json
from typing import Any, Final
from uuid import UUID

import asyncpg

from benchmarks.custody.acting import Actors
from benchmarks.custody.place import Place, opened
from benchmarks.custody.report import Line, line_of
from benchmarks.custody.schemes import approved_scheme
from db.consignments.movement_pages import movements_by_consignment
from domain.permissions import Role
from domain.viewers import ConsignmentScope

MOVEMENTS: Final = 1_000_000
_PAGE: Final = 51
_RUNS: Final = 7
# Runs that bring what they read into memory.
_COLD: Final = 3
_GOAL: Final = 5.0
_COUPONS: Final = 100_000
# Copies of one batch, and of its dispatch, a second apart. Only a superuser may leave out the checks of references,
# which would take a minute. Every copy refers to what its original refers to.
_COPY: Final = """
SET LOCAL session_replication_role = replica;
INSERT INTO batch (id, code, consignment_id, from_leg, from_vendor_id, to_vendor_id, status, dispatched_at)
SELECT uuidv7(), code || '-' || n, consignment_id, from_leg, from_vendor_id, to_vendor_id, status, dispatched_at
FROM (SELECT * FROM batch LIMIT 1) AS original, generate_series(2, {batches}) AS n;
INSERT INTO movement (id, request_id, consignment_id, line_id, batch_id, kind, vendor_id, from_place_id, from_condition,
    to_place_id, to_condition, quantity, occurred_at, recorded_at, account_id)
SELECT uuidv7(n * interval '1 second'), request_id, consignment_id, line_id, ids[1 + n % {batches}], kind, vendor_id,
    from_place_id, from_condition, to_place_id, to_condition, quantity, occurred_at + n * interval '1 second',
    recorded_at + n * interval '1 second', account_id
FROM (SELECT * FROM movement WHERE kind = 'DISPATCHED' LIMIT 1) AS original,
    (SELECT array_agg(id) AS ids FROM batch) AS batches, generate_series(1, {movements}) AS n;
"""
_BATCHES: Final = 10_000


def measure_history(place: Place, movements: int = MOVEMENTS) -> tuple[list[Line], dict[str, object]]:
    """Read the first page and the last one, for Operations and for the vendor."""
    return asyncio.run(_measure(place, movements))


async def _measure(place: Place, movements: int) -> tuple[list[Line], dict[str, object]]:
    consignment_id = await _filled(place, movements)
    connection = await asyncpg.connect(place.owner_url)
    lines: list[Line] = []
    plans: dict[str, object] = {}
    try:
        vendor = place.catalog.chain()[0]
        for reader, scope, values in (
            (Role.OPERATIONS.value.title(), ConsignmentScope.ALL, {}),
            ("the vendor", ConsignmentScope.OWN, {"viewer_vendor_id": vendor}),
        ):
            for page, cursor in (("first", {}), ("last", await _cursor(connection, consignment_id))):
                statement = movements_by_consignment(scope, resumed=bool(cursor))
                given = {**values, **cursor, "ids": [consignment_id], "limit": _PAGE}
                runs = [await _explain(connection, statement, given) for _ in range(_COLD + _RUNS)][_COLD:]
                what = f"{page} page of {movements:,} movements, for {reader}: database time"
                lines.append(line_of(what, "ms", [milliseconds for milliseconds, _ in runs], _GOAL))
                plans[what] = runs[-1][1]
    finally:
        await connection.close()
    return lines, plans


async def _filled(place: Place, movements: int) -> UUID:
    async with opened(place) as environment:
        actors, chain = Actors(environment, place), place.catalog.chain()
        scheme_id = await approved_scheme(environment, place, "A Long History", (_COUPONS,))
        await actors.generate(scheme_id)
        consignment_id = await actors.create(scheme_id, chain, _COUPONS)
        await actors.produce(consignment_id, chain[0], _COUPONS)
        await actors.dispatch(consignment_id, chain[0], 10)
    connection = await asyncpg.connect(place.owner_url)
    try:
        async with connection.transaction():
            await connection.execute(_COPY.format(movements=movements, batches=min(_BATCHES, movements)))
        await connection.execute("VACUUM ANALYZE movement, batch")
    finally:
        await connection.close()
    return consignment_id


async def _cursor(connection: Any, consignment_id: UUID) -> dict[str, Any]:
    """The row before the last page: the page behind it has the oldest movements."""
    row = await connection.fetchrow(
        "SELECT recorded_at, id FROM movement WHERE consignment_id = $1 ORDER BY recorded_at, id OFFSET $2 LIMIT 1",
        consignment_id,
        _PAGE - 1,
    )
    return {"cursor_value": row["recorded_at"], "cursor_id": row["id"]}


async def _explain(connection: Any, statement: Any, given: dict[str, Any]) -> tuple[float, list[str]]:
    document = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement.sql}"
    (found,) = json.loads(await connection.fetchval(document, *statement.arguments(given)))
    return found["Planning Time"] + found["Execution Time"], _scans(found["Plan"])


def _scans(plan: dict[str, Any]) -> list[str]:
    name = plan["Node Type"] + (f" {plan['Index Name']}" if "Index Name" in plan else "")
    return [name, *(part for child in plan.get("Plans", ()) for part in _scans(child))]
