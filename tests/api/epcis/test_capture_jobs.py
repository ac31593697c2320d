"""The jobs of documents: when their events are recorded, and how captures end that were canceled or that failed."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from domain.jobs.facts import JobKind
from graphql_api.context import Environment
from resolvers.epcis.tasks import forget_old_documents
from resolvers.jobs.running import RunningJob
from resolvers.tasks import TaskPolicy
from schema.build import JOB_HANDLERS
from tests.support.client import Client, Clients
from tests.support.epcis import ask, count_rows, document, event, events_of, vendor_with_key
from tests.support.epcis_captures import captured, send_document
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.jobs import query, run_due


@pytest.fixture
async def printer(clients: Clients, environment: Environment) -> Client:
    """The system of the printer."""
    return await vendor_with_key(clients, environment.database, "PRN-1")


async def test_each_event_is_recorded_at_its_own_moment(
    consignments: ConsignmentFactory, printer: Client, environment: Environment
) -> None:
    """R14: with `proceed`, so that clients that poll miss none of them; the end of the capture is behind them."""
    await consignments.created()
    sent = document(*(event("commissioning", [serial]) for serial in range(3)))
    found = await captured(printer, environment, await send_document(printer, sent, "proceed"))
    times = [each["recordTime"] for each in events_of(await ask(printer))]
    assert len(set(times)) == 3
    assert times == sorted(times)
    assert times[-1] < found["finishedAt"]


async def end_job(environment: Environment, ended: str) -> None:
    """Cancel the only job, or let it fail for good."""
    values = {
        "CANCELED": "status = 'CANCELED'",
        "FAILED": "status = 'FAILED', error = 'The account that started this job is disabled.'",
    }
    async with environment.database.engine.begin() as connection:
        times = "lease = NULL, due_at = NULL, finished_at = created_at + interval '1 minute'"
        change = f"UPDATE job SET {values[ended]}, {times}"
        await connection.execute(text(change))


@pytest.mark.parametrize(
    ("ended", "reason"),
    [
        (
            "CANCELED",
            "An account canceled this capture. The events that it had not recorded yet are not recorded.",
        ),
        ("FAILED", "The account that started this job is disabled."),
    ],
)
async def test_a_capture_ends_with_its_job(
    consignments: ConsignmentFactory, printer: Client, environment: Environment, ended: str, reason: str
) -> None:
    """R14: a canceled or failed one runs no more, has no success, and says why; its document is deleted a day later."""
    await consignments.created()
    sent = await send_document(printer, document(event("commissioning", [1])))
    await end_job(environment, ended)
    location = sent.headers["location"]
    found = (await printer.http.get(location, headers=printer.headers)).json()
    assert (found["running"], found["success"], found["capturedCount"]) == (False, False, 0)
    assert found["finishedAt"] > found["createdAt"]
    (error,) = found["errors"]
    assert error == {
        "type": "epcisException:ImplementationException",
        "title": "The capture ended before all events were tried.",
        "status": 500,
        "detail": reason,
    }
    kept: list[bool] = []
    for later in (0, 23, 25):
        await forget_documents_after(environment, hours=later)
        kept += await query(environment, "SELECT document IS NOT NULL FROM epcis_capture")
    assert kept == [True, True, False]
    assert (await printer.http.get(location, headers=printer.headers)).json() == found


async def forget_documents_after(environment: Environment, *, hours: int) -> None:
    """Run the task that forgets documents, so many hours from now."""
    operation = environment.operation(None)
    operation.now += timedelta(hours=hours)
    await forget_old_documents(operation, TaskPolicy(event_retention=timedelta(), revision_interval=1))
    await operation.close()


async def test_the_document_of_an_open_capture_is_kept(
    consignments: ConsignmentFactory, printer: Client, environment: Environment
) -> None:
    """R14: however long it waits."""
    await consignments.created()
    await send_document(printer, document(event("commissioning", [1])))
    await forget_documents_after(environment, hours=1000)
    assert await query(environment, "SELECT document IS NOT NULL FROM epcis_capture") == [True]


async def test_a_capture_that_is_canceled_meanwhile_counts_what_it_recorded(
    consignments: ConsignmentFactory, printer: Client, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R14: with `proceed`, events before the cancellation stay; a later attempt records the others."""
    await consignments.created()
    report = RunningJob.report

    async def cancel(job: RunningJob[Any], done: int, total: int | None = None) -> None:
        await end_job(environment, "CANCELED")
        await report(job, done, total)

    monkeypatch.setattr(RunningJob, "report", cancel)
    sent = document(*(event("commissioning", [serial]) for serial in range(3)))
    response = await send_document(printer, sent, "proceed")
    await run_due(environment, [JOB_HANDLERS[JobKind.EPCIS_CAPTURE]])
    monkeypatch.undo()
    location = response.headers["location"]
    found = (await printer.http.get(location, headers=printer.headers)).json()
    assert (found["running"], found["success"], found["capturedCount"]) == (False, False, 1)
    async with environment.database.engine.begin() as connection:
        again = "UPDATE job SET status = 'QUEUED', due_at = created_at, finished_at = NULL"
        await connection.execute(text(again))
    await run_due(environment, [JOB_HANDLERS[JobKind.EPCIS_CAPTURE]])
    found = (await printer.http.get(location, headers=printer.headers)).json()
    assert (found["running"], found["success"], found["capturedCount"], found["errors"]) == (False, True, 3, [])
    assert await count_rows(environment.database) == (3, 3, 0)
