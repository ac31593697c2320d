"""A CPU profile of one operation: the application in this process, called repeatedly and sampled by a timer.

    .venv/bin/python -m benchmarks.profile [landing_50|scheme_detail|small] [--server tessera|floor] [--seconds 10]

The timer counts CPU of this process only, so it leaves out waiting for PostgreSQL, and a sample costs next to
nothing, so the shares are those of a server (cProfile would overrate code that calls many small functions).
Time inside of C, like asyncpg's or orjson's, counts for the Python function that calls it. The HTTP server itself
is not part of it.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final, Self

import uvloop
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from benchmarks.database import busiest_account, prepared_database, richest_scheme
from benchmarks.floor import build_floor, open_pool
from benchmarks.operations import OPERATIONS, variables_of
from benchmarks.servers import ROOT, Credentials, make_credentials
from db.database import Database
from graphql_api.app import build_app
from graphql_api.context import Environment
from graphql_api.observability.logs import configure_logs
from graphql_api.settings import Settings

_INTERVAL: Final = 0.001
_WARM: Final = 50
_AROUND: Final = 0.88


class Sampler:
    """Counts, at every tick of CPU time, the function that runs and each of its callers."""

    def __init__(self) -> None:
        self.ticks = 0
        self.own: Counter[CodeType] = Counter()
        self.whole: Counter[CodeType] = Counter()

    def __enter__(self) -> Self:
        signal.signal(signal.SIGPROF, self._tick)
        signal.setitimer(signal.ITIMER_PROF, _INTERVAL, _INTERVAL)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _tick(self, _signal: int, frame: FrameType | None) -> None:
        if frame is None:
            return
        self.ticks += 1
        self.own[frame.f_code] += 1
        callers = set()
        while frame is not None:
            callers.add(frame.f_code)
            frame = frame.f_back
        self.whole.update(callers)


def main() -> None:
    """Profile one operation and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile", description=__doc__.partition("\n")[0])
    parser.add_argument("operation", nargs="?", default="landing_50", choices=[known.key for known in OPERATIONS])
    parser.add_argument("--server", default="tessera", choices=["tessera", "floor"])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--top", type=int, default=30)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, prepared_database() as url:
        account_id, code = asyncio.run(busiest_account(url)), asyncio.run(richest_scheme(url))
        credentials = make_credentials(Path(folder), account_id)
        operation = next(known for known in OPERATIONS if known.key == chosen.operation)
        body = operation.body(variables_of(operation, code, account_id))
        # Logs are written as in production, but discarded.
        discarded = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until the process ends
        with contextlib.redirect_stderr(discarded), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            configure_logs("info", readable=False)
            sampler, asked, cpu = runner.run(_profile(chosen.server, url, credentials, body, chosen.seconds))
    _print(sampler, cpu / asked, chosen.top, f"{chosen.operation} on {chosen.server}, {asked:,} requests")


async def _profile(
    server: str, url: str, credentials: Credentials, body: bytes, seconds: float
) -> tuple[Sampler, int, float]:
    """Return the samples, the number of requests, and their CPU in seconds."""
    if server == "floor":
        app: Any = build_floor(await open_pool(url), credentials.keys)
    else:
        settings = Settings(env="production", database_url=SecretStr(url), jwt_keys=credentials.keys)
        app = build_app(settings, Environment(database=await Database.connect(url)))
    ask = _asking(app, body, credentials.token)
    for _ in range(_WARM):
        await ask()
    asked, before, deadline = 0, time.process_time(), time.monotonic() + seconds
    with Sampler() as sampler:
        while time.monotonic() < deadline:
            await ask()
            asked += 1
    return sampler, asked, time.process_time() - before


def _asking(app: Any, body: bytes, token: str) -> Callable[[], Any]:
    """Build a function that sends the application one request, as an HTTP server does."""
    headers = {"host": "localhost", "content-type": "application/json", "authorization": f"Bearer {token}"}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        assert message.get("status", 200) == 200, message  # noqa: PLR2004 - OK

    async def ask() -> None:
        await app(dict(scope), receive, send)

    return ask


def _print(sampler: Sampler, seconds: float, top: int, title: str) -> None:
    console = Console(width=140, highlight=False)
    console.print(f"{title}: {seconds * 1e6:,.0f} µs of CPU each, {sampler.ticks:,} samples")
    for name, counts in (("itself", sampler.own), ("with what it calls", sampler.whole)):
        table = Table(title=f"µs a request, {name}", title_justify="left")
        table.add_column("µs", justify="right")
        table.add_column("%", justify="right")
        table.add_column("function")
        # Callers of nearly all samples are omitted: they only lead to the profiled code.
        shown = [(code, count) for code, count in counts.most_common() if count < sampler.ticks * _AROUND]
        for code, count in shown[:top]:
            share = count / sampler.ticks
            table.add_row(f"{share * seconds * 1e6:,.0f}", f"{share * 100:.1f}", _place(code))
        console.print(table)


def _place(code: CodeType) -> str:
    path = code.co_filename
    for folder in (f"{ROOT}/", *(f"{entry}/" for entry in sys.path if entry.endswith("site-packages"))):
        path = path.removeprefix(folder)
    return f"{path}:{code.co_firstlineno} {code.co_qualname}"


if __name__ == "__main__":
    main()
