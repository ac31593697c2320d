"""Sorting the sales of a large file takes no longer for what PostgreSQL knows, and ends when it is canceled (R20)."""

import asyncio
import json
from typing import Any, Final

import asyncpg
import pytest

from db.imports import sorting as statements
from db.statement import Change
from domain.jobs.facts import JobKind
from domain.node_kinds import NodeKind
from domain.permissions import Role
from graphql_api.context import Environment
from graphql_api.jobs.worker import JobWorker
from resolvers.imports import sorting
from resolvers.imports.jobs import JOBS
from tests.support.client import Clients, gid
from tests.support.imports import ImportDesk, begun_import, csv_file, post_file, read_import, row
from tests.support.jobs import POLICY, idle, query, run_due
from tests.support.plans import RUN, nodes
from tests.support.world import World

# Sales of two rows each, with contradicting ones; an import before it is known to PostgreSQL, and the large one is not.
STAGE: Final = """
INSERT INTO sales_import_row (import_id, part, line, external_id, occurrence, ecp_key, sold_at, line_count, content)
SELECT $1, n % 2, n, 's-' || n / 2, 0, 'E-' || CASE WHEN n % 8 = 1 THEN 1 ELSE 2 END, '2026-03-12', 1, ''
FROM generate_series(2, $2::bigint) AS n
"""
REJECT: Final = """
INSERT INTO sales_import_rejection (import_id, line, external_id, reason, while_reading)
SELECT $1, 1000000 + n, 's-' || n, 'Wrong.', true FROM generate_series(2, $2::bigint) AS n
"""
SLICE: Final = {"limit": 200, "reason": "Wrong.", "slices": 2, "slice": 0}
SALES: Final = csv_file(row("s-1"), row("s-2", sold_at="2026-03-12T09:31:00Z"))


async def loops(driver: Any, change: Change, **parameters: Any) -> int:
    """How often the most repeated node of a statement ran."""
    document = await driver.fetchval(f"EXPLAIN ({RUN}) {change.sql}", *change.arguments(parameters))
    return max(int(node["Actual Loops"]) for node in nodes(json.loads(document)[0]["Plan"]))


async def test_statements_read_the_staged_rows_once(environment: Environment, world: World, database_url: str) -> None:
    """R20: also when PostgreSQL has counted the rows of earlier imports only, and takes those of this one for none."""
    old, new = [await begun_import(environment, world.viewer(Role.INTEGRATION), key) for key in ("k-1", "k-2")]
    stored = await asyncpg.connect(database_url)
    transaction = stored.transaction()
    await transaction.start()
    for import_id, rows in ((old, 300), (new, 3_000)):
        await stored.execute(STAGE, import_id, rows)
        await stored.execute(REJECT, import_id, rows // 4)
        if import_id == old:
            await stored.execute("ANALYZE sales_import_row, sales_import_rejection, sales_import_sale")
    given = {"import_id": new}
    found = [
        await loops(stored, statements.MARK_DIFFERENT, **given, **SLICE),
        await loops(stored, statements.MARK_LONG, **given, **SLICE),
        await loops(stored, statements.MARK_INCOMPLETE, **given, reason="Wrong."),
        await loops(stored, statements.SORT, **given, part=0),
    ]
    faults = await stored.fetchval("SELECT count(fault) FROM sales_import_row WHERE import_id = $1", new)
    await transaction.rollback()
    await stored.close()
    assert found == [1, 1, 1, 1]
    assert faults > 1_500


async def test_an_import_is_canceled_during_a_long_statement(
    clients: Clients, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R20: at once, by the job and by the import; the statement ends with the next heartbeat, and a retry sorts."""
    system, reached = clients[Role.INTEGRATION], asyncio.Event()
    mark = statements.mark_different

    async def sleep(session: Any, *given: Any) -> None:
        await mark(session, *given)
        reached.set()
        await session._driver.execute("SELECT pg_sleep(60)")  # noqa: SLF001 - a statement of the test

    import_id = (await post_file(system, SALES)).json()["importId"]
    for cancel in ("CancelJob", "CancelImport"):
        monkeypatch.setattr(sorting, "mark_different", sleep)
        worker = JobWorker(environment, {JobKind.SALES_IMPORT: JOBS[0]}, POLICY)
        await worker.take()
        await asyncio.wait_for(reached.wait(), 5)
        (job_id,) = await query(environment, "SELECT id FROM job")
        ids = {"CancelJob": {"jobId": gid(NodeKind.JOB, job_id)}, "CancelImport": {"importId": import_id}}
        payload = await asyncio.wait_for(system.run(cancel, input=ids[cancel]), 2)
        assert payload[cancel[0].lower() + cancel[1:]]["errors"] == []
        await worker.keep()
        await idle(worker, 2)
        await worker.stop()
        assert (await read_import(system, import_id))["status"] == "CANCELED"
        monkeypatch.setattr(sorting, "mark_different", mark)
        reached.clear()
        await system.run("RetryImport", input={"importId": import_id})
    await run_due(environment, JOBS, 60)
    assert (await read_import(system, import_id))["recorded"] == 2


async def test_a_step_that_takes_too_long_names_the_file(
    desk: ImportDesk, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R20: the time limit of the database fails the import with a sentence about the file."""

    async def slow(session: Any, *_given: Any) -> None:
        await session._driver.execute("SET LOCAL statement_timeout = 10")  # noqa: SLF001 - a statement of the test
        await session._driver.execute("SELECT pg_sleep(60)")  # noqa: SLF001 - as above

    monkeypatch.setattr(sorting, "mark_incomplete", slow)
    found = await desk.run(SALES)
    assert (found.status, found.error) == (
        "FAILED",
        (
            "The database could not sort the sales of “sales.csv” within 10 minutes. Retry the import when the server "
            "is less busy, or import the file in smaller parts."
        ),
    )
