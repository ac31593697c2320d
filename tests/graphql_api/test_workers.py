"""One service of several processes on one port: real processes, that are killed and stopped as operators do it."""

import asyncio
import contextlib
import http.client
import json
import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from structlog.testing import capture_logs

from graphql_api.workers import LENIENCE_SECONDS, Workers, pause_after
from tests.support.databases import copied_url
from tests.support.demo_template import demo_template
from tests.support.lively import lively
from tests.support.service import (
    STOP_SECONDS,
    WAIT_TIMEOUT_S,
    Service,
    accepts,
    environment,
    eventually,
    run_failing_service,
    serving,
)

pytestmark = pytest.mark.long


@pytest.fixture
def production(tmp_path: Path, database_url: str) -> dict[str, str]:
    """The settings of a production server."""
    return production_settings(tmp_path, database_url)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Service]:
    """A service of two workers, for tests that only ask it; it ends cleanly."""
    settings = production_settings(tmp_path_factory.mktemp("service"), database_url)
    with serving(settings, "--workers", "2", anew=True) as started:
        yield started
        started.stop(started.process.terminate)


def production_settings(folder: Path, database_url: str) -> dict[str, str]:
    """A database, and a key to verify tokens with."""
    keys = folder / "keys.pem"
    public = Ed25519PrivateKey.generate().public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    keys.write_bytes(public.public_bytes(serialization.Encoding.PEM, form))
    return environment(folder, DATABASE_URL=database_url, TESSERA_JWT_KEYS=str(keys))


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells which process holds a connection")
def test_connections_are_answered_by_several_processes(service: Service) -> None:
    workers = service.workers()
    assert len(workers) == 2
    with contextlib.ExitStack() as opened:
        held: dict[int, int] = {}
        for count in range(1, 1000):
            connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=WAIT_TIMEOUT_S)
            opened.callback(connection.close)
            connection.request("GET", "/healthz")
            assert connection.getresponse().read() == b"alive\n"
            held = {pid: number for pid in workers if (number := held_connections(pid, service.port))}
            assert sum(held.values()) == count
            if len(held) > 1:
                break
    assert len(held) > 1


def test_every_worker_serves_the_metrics_of_all(service: Service) -> None:
    leader_gauges = re.compile(r'^tessera_event_leader\{worker="(\d)"\} (\d)\.0$', re.MULTILINE)
    eventually(lambda: len(leader_gauges.findall(service.get("/metrics"))) == 2)
    for _ in range(5):
        text = service.get("/metrics")
        leaders = dict(leader_gauges.findall(text))
        assert sorted(leaders) == ["1", "2"]
        assert "0" in leaders.values()
        assert text.count("# TYPE tessera_event_leader gauge") == 1


def test_a_worker_that_ends_is_replaced_and_the_service_answers_meanwhile(production: dict[str, str]) -> None:
    with serving(production, "--workers", "2") as service:
        before = service.workers()
        for sent, code in ((signal.SIGKILL, -9), (signal.SIGTERM, 0)):
            known = service.workers()
            os.kill(min(known & before), sent)
            eventually(lambda known=known: len(known - service.workers()) == 1)  # type: ignore[misc]
            assert {service.get() for _ in range(20)} == {"ready\n"}
            eventually(lambda known=known: len(service.workers() - known) == 1)  # type: ignore[misc]
            assert [record["exit_code"] for record in service.records("worker ended")][-1] == code
        assert len(service.workers()) == len(before) == 2
        # A worker that has just begun does not serve yet, but it stops.
        service.stop(service.process.terminate)


def test_ctrl_c_stops_all_when_running_requests_are_answered(production: dict[str, str]) -> None:
    body = b'{"query": "{ __typename }"}'
    with serving({**production, "TESSERA_WORKERS": "2"}) as service:
        assert len(service.workers()) == 2
        with socket.create_connection(("127.0.0.1", service.port), WAIT_TIMEOUT_S) as running:
            head = f"POST /graphql HTTP/1.1\r\nHost: here\r\nContent-Length: {len(body)}\r\n"
            running.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode() + body[:5])
            time.sleep(0.2)

            def interrupt() -> None:
                # As a terminal does it: every process of the group gets the signal, and an impatient one gets two.
                os.killpg(service.process.pid, signal.SIGINT)
                eventually(lambda: not accepts(service.port))
                os.killpg(service.process.pid, signal.SIGINT)
                running.sendall(body[5:])
                answer = b"".join(iter(partial(running.recv, 65536), b""))
                assert answer.startswith(b"HTTP/1.1 200 ")
                assert answer.endswith(b'{"data":{"__typename":"Query"}}')

            service.stop(interrupt)


def test_workers_end_with_a_parent_that_is_killed(production: dict[str, str]) -> None:
    with serving(production, "--workers", "2", anew=True) as service:
        service.process.kill()
        service.process.wait()
        eventually(lambda: service.group() == [], STOP_SECONDS)
        assert "Traceback" not in service.log.read_text()


async def test_the_banner_is_printed_once_and_its_tokens_are_good_for_every_worker(
    tmp_path: Path, server_url: str, worker_id: str
) -> None:
    template = await asyncio.to_thread(demo_template, server_url)
    async with copied_url(server_url, f"banner_{worker_id}_{os.getpid()}", template) as url:
        # The copied database names files that this server does not store, so it runs no jobs about them.
        settings = environment(tmp_path, DATABASE_URL=url, TESSERA_ENV="dev", TESSERA_WORKERS="2", TESSERA_JOBS="0")
        await asyncio.to_thread(check_banner, settings)


def check_banner(settings: dict[str, str]) -> None:
    """Start a service, and use what it prints."""
    with serving(settings) as service:
        printed = service.log.read_text()
        assert printed.count("Tessera serves") == 1
        tokens = dict(re.findall(r"^([A-Z_]+)\n(eyJ\S+)$", printed, re.MULTILINE))
        assert (len(tokens), printed.count("eyJ0eXAi") + printed.count("eyJhbGci")) == (9, 9)
        headers = {"Authorization": f"Bearer {tokens['APPROVER']}", "Content-Type": "application/json"}
        for _ in range(20):
            connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=WAIT_TIMEOUT_S)
            connection.request("POST", "/graphql", '{"query": "{ viewer { roles } }"}', headers)
            assert json.load(connection.getresponse()) == {"data": {"viewer": {"roles": ["APPROVER"]}}}
            connection.close()
        service.stop(service.process.terminate)


def sentence_of(said: str) -> str:
    """What a service said at its end, behind warnings that it owns its tables, and that nobody administers it."""
    *warnings, sentence = said.splitlines()
    events = [json.loads(warning)["event"] for warning in warnings]
    assert events in ([], ["database role may do too much", "no administrator"])
    return sentence


def test_a_common_startup_failure_is_reported_once(production: dict[str, str]) -> None:
    code, said = run_failing_service(
        {**production, "DATABASE_READ_URL": "postgresql://no@127.0.0.1:1/none"}, "--workers", "2"
    )
    assert code == 1
    assert re.fullmatch(
        r"The database does not answer: .*\. Check DATABASE_URL and DATABASE_READ_URL\.", sentence_of(said)
    )


def test_missing_keys_are_reported_in_one_sentence(production: dict[str, str]) -> None:
    del production["TESSERA_JWT_KEYS"]
    sentence = "set TESSERA_JWT_KEYS to a JWKS or PEM file, TESSERA_OIDC_ISSUER to the URL of an "
    sentence += "identity provider, or TESSERA_ENV=dev on your own machine."
    code, said = run_failing_service(production, "--workers", "2")
    assert (code, sentence_of(said)) == (1, f"Tokens cannot be verified: {sentence}")


def test_the_pause_grows_while_workers_die_at_their_start() -> None:
    assert [pause_after(deaths) for deaths in range(9)] == [0.5, 0.5, 1, 2, 4, 8, 16, 30, 30]
    assert pause_after(1_000_000) == 30


@pytest.mark.process
def test_a_worker_that_fails_to_restart_is_retried_and_a_hanging_one_is_killed(tmp_path: Path) -> None:
    seen: list[str] = []
    work = partial(lively, tmp_path / "lives", float(WAIT_TIMEOUT_S))
    workers = Workers(
        1, work, grace=0.1, started=partial(seen.append, "started"), stopping=partial(seen.append, "stopping")
    )

    async def run() -> None:
        running = asyncio.create_task(workers.run())
        while not (tmp_path / "lives").exists() or len((tmp_path / "lives").read_text()) < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)
        await running

    with capture_logs() as lines:
        asyncio.run(run())
    assert seen == ["started", "stopping"]
    assert lines == [
        {"event": "worker ended", "log_level": "warning", "worker": 1, "exit_code": 3, "next_start_seconds": 0.5},
        {"event": "worker rejected", "log_level": "error", "worker": 1, "reason": "The database sleeps."},
        {"event": "worker ended", "log_level": "warning", "worker": 1, "exit_code": 0, "next_start_seconds": 1.0},
        {"event": "worker killed", "log_level": "error", "worker": 1, "after_seconds": 0.1 + LENIENCE_SECONDS},
    ]


def held_connections(pid: int, port: int) -> int:
    """How many connections to a port a process holds."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    established = {f"socket:[{row[9]}]" for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "01"}
    files = Path(f"/proc/{pid}/fd").iterdir()
    return sum(1 for file in files if file.is_symlink() and os.path.realpath(file).rpartition("/")[2] in established)
