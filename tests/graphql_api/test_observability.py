"""Metrics, logs, and health of a running server, and its answers under database overload."""

import asyncio
import json
import socket
from datetime import datetime
from time import monotonic
from typing import Any

import httpx
import pytest
import structlog
from sqlalchemy import func, select
from structlog.testing import capture_logs

from db.columns import scalar
from db.database import Database
from db.statement import Statement
from domain.requests import StatementTimeout
from graphql_api.app import build_app
from graphql_api.context import Environment
from graphql_api.observability.logs import configure_logs
from graphql_api.observability.metrics import OTHER, EventCounts, Finished, Metrics, Names, PlanCounts
from graphql_api.observability.tracing import make_tracer
from graphql_api.settings import Settings
from tests.support.application import application_url
from tests.support.client import Clients, document
from tests.support.factories.ecps import EcpFactory
from tests.support.sockets import following
from tests.support.world import World


def sample(text: str, series: str) -> float:
    """The value of one time series; 0 before it exists."""
    lines = [line for line in text.splitlines() if line.startswith(f"{series} ")]
    return float(lines[0].split()[-1]) if lines else 0.0


async def test_an_operation_is_counted_by_name_client_and_outcome(clients: Clients) -> None:
    series = 'tessera_operations_total{client="portal",operation="Viewer",outcome="ok"}'
    client = clients["APPROVER"]
    before = (await client.http.get("/metrics")).text
    client.headers["X-Client-Name"] = "portal"
    await client.run("Viewer")
    after = (await client.http.get("/metrics")).text
    assert sample(after, series) == sample(before, series) + 1
    count = 'tessera_operation_seconds_count{operation="Viewer"}'
    assert sample(after, count) == sample(before, count) + 1
    statements = 'tessera_operation_statements_sum{operation="Viewer"}'
    # Signing in reads the account, and nothing reads it again; an approver works for no vendor.
    assert sample(after, statements) == sample(before, statements) + 1


async def test_signing_in_reads_the_ecp_of_the_account(clients: Clients, ecps: EcpFactory) -> None:
    """R22: the first screen of an ECP begins without another statement for the ECP."""
    await ecps.verified()
    client = clients["ECP"]
    before = (await client.http.get("/metrics")).text
    answer = await client.send("query OwnCode { viewer { ecp { code } } }")
    after = (await client.http.get("/metrics")).text
    statements = 'tessera_operation_statements_sum{operation="OwnCode"}'
    assert sample(after, statements) == sample(before, statements) + 1
    assert answer.data["viewer"] == {"ecp": {"code": "ECP-2026-000001"}}


async def test_a_subscription_over_http_is_not_counted_as_a_request_that_failed(clients: Clients) -> None:
    client = clients["APPROVER"]
    before = (await client.http.get("/metrics")).text
    async with following(client, "subscription Queues { workQueuesChanged { count } }") as stream:
        await stream.next()
    after = (await client.http.get("/metrics")).text
    assert count_operations(after) == count_operations(before)


def count_operations(text: str) -> list[str]:
    return sorted(line for line in text.splitlines() if line.startswith("tessera_operations_total"))


async def test_known_documents_and_fallbacks_are_counted(clients: Clients) -> None:
    client = clients["APPROVER"]
    before = (await client.http.get("/metrics")).text
    for _ in range(3):
        await client.run("Viewer")
    await client.send("query Looking { __schema { queryType { name } } }")
    after = (await client.http.get("/metrics")).text
    hits = 'tessera_documents_total{result="hit"}'
    assert sample(after, hits) >= sample(before, hits) + 2
    fallback = 'tessera_fallbacks_total{operation="Looking",reason="introspection"}'
    assert sample(after, fallback) == sample(before, fallback) + 1


def test_names_of_clients_cannot_make_metrics_grow_without_bound() -> None:
    names = Names(limit=2)
    assert [names.limit(name) for name in ("a", "b", "c", "a")] == ["a", "b", OTHER, "a"]
    metrics = Metrics(
        lambda: PlanCounts(0, 0, {}),
        lambda: EventCounts(sessions=0, subscriptions=0, groups=0, executions=0, delivered=0, closed={}, leads=False),
    )
    for index in range(1_000):
        metrics.record(
            Finished(name=f"operation{index}", client=f"client{index}", outcome="ok", seconds=0.001, statements=1)
        )
    series = [line for line in metrics.text().splitlines() if line.startswith(b"tessera_operations_total")]
    assert len(series) == 301


async def test_a_request_id_is_kept_or_made(clients: Clients) -> None:
    client = clients["APPROVER"]
    client.headers["X-Request-ID"] = "from-the-proxy.7"
    kept = await client.http.post("/graphql", json={"query": "{ tiers { id } }"}, headers=client.headers)
    assert kept.headers["x-request-id"] == "from-the-proxy.7"
    client.headers["X-Request-ID"] = "no good\tat all"
    made = await client.http.post("/graphql", json={"query": "{ tiers { id } }"}, headers=client.headers)
    assert len(made.headers["x-request-id"]) == 32


async def test_every_operation_is_one_line_in_the_log(clients: Clients) -> None:
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        client = clients["APPROVER"]
        client.headers["X-Request-ID"] = "r-1"
        await client.run("Viewer")
    (line,) = [line for line in lines if line["event"] == "operation"]
    assert (line["operation"], line["outcome"], line["statements"], line["request_id"]) == ("Viewer", "ok", 1, "r-1")


def test_logs_are_json_in_production(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("warning", readable=False)
    try:
        structlog.get_logger("test").info("hidden")
        structlog.get_logger("test").warning("shown", amount=3)
    finally:
        structlog.reset_defaults()
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["amount"], line["level"]) == ("shown", 3, "warning")


async def test_health_never_touches_the_database_and_readiness_does(database_url: str, settings: Settings) -> None:
    database = await Database.connect(application_url(database_url), pool_size=1)
    app = build_app(settings, Environment(database=database))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        assert (await http.get("/readyz")).status_code == 200
        await database.close()
        assert (await http.get("/healthz")).text == "alive\n"
        rejected = await http.get("/readyz")
        assert (rejected.status_code, rejected.text) == (503, "the database does not answer\n")


async def test_a_pool_without_a_free_connection_answers_soon_and_clearly(
    database_url: str, settings: Settings, world: World, clients: Clients
) -> None:
    database = await Database.connect(application_url(database_url), pool_size=1)
    app = build_app(settings, Environment(database=database))
    reading = database.reading()
    await reading.fetch(Statement(select(func.now()), scalar(datetime)))
    headers = clients["APPROVER"].headers
    body = {"query": document("portal/Viewer")}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        started = monotonic()
        rejected = await http.post("/graphql", json=body, headers=headers)
        # It waits for a connection for a limited time, which may be longer on a busy machine.
        assert 1.5 < monotonic() - started < 20
        assert (rejected.status_code, rejected.headers["retry-after"]) == (503, "1")
        assert rejected.json() == {
            "errors": [
                {
                    "message": "The server is very busy. Try again in a few seconds.",
                    "extensions": {"code": "SERVICE_UNAVAILABLE", "retryable": True},
                }
            ]
        }
        await reading.close()
        assert (await http.post("/graphql", json=body, headers=headers)).status_code == 200
    await database.close()


async def test_a_statement_that_takes_too_long_is_ended(database_url: str) -> None:
    database = await Database.connect(application_url(database_url), pool_size=1, statement_timeout=0.2)
    sleeping: Statement[Any] = Statement(select(func.pg_sleep(5)), scalar(object))
    started = monotonic()
    reading = database.reading()
    with pytest.raises(StatementTimeout):
        await reading.fetch(sleeping)
    await reading.close()
    with pytest.raises(StatementTimeout):
        async with database.writing() as session:
            await session.fetch(sleeping)
    assert monotonic() - started < 9
    await database.close()


async def test_operations_share_a_pool_that_is_smaller_than_their_number(clients: Clients) -> None:
    answers = await asyncio.gather(*(clients["APPROVER"].run("Viewer") for _ in range(40)))
    assert all(answer["viewer"]["roles"] == ["APPROVER"] for answer in answers)


def test_tracing_is_off_without_an_endpoint() -> None:
    with make_tracer(None)("operation") as span:
        assert span is None


def test_spans_are_exported_to_the_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    with socket.socket() as collector:
        collector.bind(("127.0.0.1", 0))
        collector.listen()
        collector.settimeout(10)
        with make_tracer(f"http://127.0.0.1:{collector.getsockname()[1]}/v1/traces")("LandingPage"):
            pass
        connection, _ = collector.accept()
        with connection:
            received = connection.recv(1_000)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    assert received.startswith(b"POST /v1/traces HTTP/1.1\r\n")
