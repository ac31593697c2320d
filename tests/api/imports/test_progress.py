"""Those who follow an import see it move in every phase, and how it ends (R20)."""

from typing import Any

import pytest

from db.jobs import changes
from db.jobs.rows import Progress
from domain.permissions import Role
from graphql_api.context import Environment
from resolvers.imports import recording
from resolvers.imports.jobs import JOBS
from resolvers.jobs import running
from tests.support.client import Clients, document
from tests.support.imports import ImportDesk, csv_file, post_file, row
from tests.support.jobs import query, run_due
from tests.support.sockets import following

SYSTEM = Role.INTEGRATION


async def test_an_import_reports_progress_in_every_phase(desk: ImportDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """R20: while it reads, sorts, records, and writes rejected rows; it never goes back."""
    monkeypatch.setattr(running, "REPORT_INTERVAL_S", 0)
    monkeypatch.setattr(recording, "_REPORT_S", 0.001)
    save, seen = changes.save_progress, list[tuple[str, int]]()

    async def saved(session: Any, lease: Any, progress: Progress, until: Any) -> Any:
        (phase,) = await query(desk.environment, "SELECT phase FROM sales_import")
        assert progress.total is not None
        seen.append((phase, 100 * progress.done // progress.total))
        return await save(session, lease, progress, until)

    monkeypatch.setattr(changes, "save_progress", saved)
    done = await desk.run(csv_file(*[row(f"s-{number}") for number in range(2_000)], row("s-x", "NO-1")))
    assert (done.status, done.outcomes) == ("SUCCEEDED", {"recorded": 2_000, "rejected": 1})
    assert [percent for _, percent in seen] == sorted(percent for _, percent in seen)
    assert {phase for phase, _ in seen} >= {"READING", "SORTING", "RECORDING"}
    by_phase = dict(seen)
    assert (by_phase["READING"], by_phase["SORTING"]) == (20, 25)
    assert seen[-1][1] == 100


async def test_the_stream_of_an_import_ends_with_its_state(clients: Clients, environment: Environment) -> None:
    """R20: one that is canceled, and one whose file cannot be read, with the reason."""
    system = clients[SYSTEM]
    follow = document("portal/FollowImport")
    canceled = (await post_file(system, csv_file(row("s-1")))).json()["importId"]
    async with following(system, follow, importId=canceled) as stream:
        await system.run("CancelImport", input={"importId": canceled})
        # The event of its beginning may arrive first.
        while (found := (await stream.next()).data["importProgress"]["import"])["status"] != "CANCELED":
            pass
        assert found["summary"].startswith("The import ended before its first sale was recorded.")
    failed = (await post_file(system, csv_file(row("s-1"), *[""] * 70_000) + b"\xff\n")).json()["importId"]
    async with following(system, follow, importId=failed) as stream:
        await run_due(environment, JOBS, 60)
        while (found := (await stream.next()).data["importProgress"]["import"])["status"] != "FAILED":
            pass
        assert found["error"] == "Line 70,003 is not text in UTF-8. Save the whole file as UTF-8 and import it again."
