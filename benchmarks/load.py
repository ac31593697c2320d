"""Load: a number of connections that each send the same request again as soon as it is answered.

`wrk` where it is installed, since it takes little of the CPU that the servers need; else raw asyncio protocols.
"""

import asyncio
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from typing import Any, Final

import httptools
import uvloop
from msgspec import Struct

from benchmarks.servers import Server

_SCRIPT: Final = """
wrk.method = "POST"
wrk.body = [=====[{body}]=====]
{headers}
done = function(summary, latency, requests)
  local e = summary.errors
  local failed = e.connect + e.read + e.write + e.status + e.timeout
  io.write(string.format(
    'RESULT {{"requests": %d, "microseconds": %d, "failed": %d, "p50": %d, "p99": %d}}\\n',
    summary.requests, summary.duration, failed, latency:percentile(50), latency:percentile(99)))
end
"""


class LoadFailed(Exception):
    """Some requests failed; the message gives their number."""


class Measured(Struct, frozen=True):
    """The results of one period of load; `cpu_ms` is the CPU of the server's process for each request, if known."""

    rps: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float | None = None


def generator_name() -> str:
    """Return the name of the load generator."""
    return "wrk" if shutil.which("wrk") else "asyncio"


def measure(server: Server, body: bytes, *, seconds: float, connections: int) -> Measured:
    """Load a server. Raises LoadFailed when an answer is missing or has an error status."""
    run = _wrk if shutil.which("wrk") else _asyncio
    before = server.cpu_seconds()
    result = run(server, body, seconds, connections)
    after = server.cpu_seconds()
    if result["failed"] or not result["requests"]:
        raise LoadFailed(f"{server.name}: {result['failed']} of {result['requests']} requests failed")
    return Measured(
        rps=result["requests"] * 1e6 / result["microseconds"],
        p50_ms=result["p50"] / 1e3,
        p99_ms=result["p99"] / 1e3,
        cpu_ms=None if before is None or after is None else (after - before) * 1e3 / result["requests"],
    )


def _wrk(server: Server, body: bytes, seconds: float, connections: int) -> dict[str, Any]:
    headers = "\n".join(f'wrk.headers["{name}"] = "{value}"' for name, value in server.headers.items())
    with tempfile.NamedTemporaryFile("w", suffix=".lua", encoding="utf-8") as script:
        script.write(_SCRIPT.format(body=body.decode(), headers=headers))
        script.flush()
        words = ["wrk", "-t1", f"-c{connections}", f"-d{max(round(seconds), 1)}s", "--timeout", "30s"]
        words += ["-s", script.name, f"http://127.0.0.1:{server.port}/graphql"]
        found = subprocess.run(words, check=True, capture_output=True, text=True, timeout=seconds + 60)  # noqa: S603 - wrk
    line = next(line for line in found.stdout.splitlines() if line.startswith("RESULT "))
    result: dict[str, Any] = json.loads(line.removeprefix("RESULT "))
    return result


def _asyncio(server: Server, body: bytes, seconds: float, connections: int) -> dict[str, Any]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_drive(server, body, seconds, connections))


async def _drive(server: Server, body: bytes, seconds: float, connections: int) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    request = _request(server, body)
    deadline = time.perf_counter() + seconds
    clients = [_Client(request, deadline, loop.create_future) for _ in range(connections)]
    started = time.perf_counter()
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", server.port)  # type: ignore[misc]
    await asyncio.wait([client.finished for client in clients], timeout=seconds + 30)
    elapsed = time.perf_counter() - started
    times = sorted(taken for client in clients for taken in client.times)
    failed = sum(client.failed for client in clients) + sum(not client.finished.done() for client in clients)
    if len(times) < 2:  # noqa: PLR2004 - no quantiles
        return {"requests": len(times), "failed": failed or 1}
    cuts = statistics.quantiles(times, n=100)
    return {
        "requests": len(times),
        "microseconds": elapsed * 1e6,
        "failed": failed,
        "p50": cuts[49] * 1e6,
        "p99": cuts[98] * 1e6,
    }


def _request(server: Server, body: bytes) -> bytes:
    headers = {"Host": f"127.0.0.1:{server.port}", **server.headers, "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /graphql HTTP/1.1\r\n{lines}\r\n".encode() + body


class _Client(asyncio.Protocol):
    """One connection; `times` are seconds from a request to the end of its answer."""

    def __init__(self, request: bytes, deadline: float, future: Callable[[], "asyncio.Future[None]"]) -> None:
        self.finished = future()
        self.times: list[float] = []
        self.failed = 0
        self._request = request
        self._deadline = deadline
        self._sent = 0.0
        self._transport: Any = None
        self._parser: Any = None

    def connection_made(self, transport: Any) -> None:
        """Send the first request."""
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        """Look for the end of the answer."""
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """Record the duration, and send the request again while there is time."""
        now = time.perf_counter()
        self.times.append(now - self._sent)
        self.failed += self._parser.get_status_code() != 200  # noqa: PLR2004 - OK
        if now < self._deadline:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Finish; a connection lost early is a failure."""
        self.failed += exc is not None or time.perf_counter() < self._deadline
        if not self.finished.done():
            self.finished.set_result(None)

    def _send(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._sent = time.perf_counter()
        self._transport.write(self._request)
