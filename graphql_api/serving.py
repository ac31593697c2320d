"""Serves on a port until it is stopped: the socket, the banner, one process or several, and a clean end."""

import asyncio
import errno
import functools
import gc
import math
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Final

import structlog
import uvicorn
from rich.console import Console
from starlette.applications import Starlette

from graphql_api.app import build_app
from graphql_api.auth import Authenticator
from graphql_api.context import Environment
from graphql_api.files.storage import StorageUnavailable
from graphql_api.identity.keys import KeysUnavailable
from graphql_api.observability.fleet import Fleet
from graphql_api.observability.logs import configure_logs
from graphql_api.observability.tracing import TracingUnavailable
from graphql_api.opening import DatabaseUnreachable, dev_tokens_of, open_database, warn_operator
from graphql_api.secrets import load_coupon_keys, load_link_signer
from graphql_api.settings import Settings
from graphql_api.workers import Report, Workers, stop_with_parent

# How long a stop may take after the signal, in seconds, and how much of that draining open streams may take.
GRACE_SECONDS: Final = 10
DRAIN_TIMEOUT_S: Final = 5
# A peer that reads nothing for so many seconds is gone; the data that waits for it is dropped.
UNREAD_SECONDS: Final = 30

_log = structlog.get_logger("tessera.serving")


class PortUnavailable(Exception):
    """The server cannot listen on the address; the message says what to do."""


class StreamingServer(uvicorn.Server):
    """Lets the application drain its open streams before uvicorn closes them.

    It awaits `app.state.drain`, an async function without arguments, if the application has one. It calls
    `started_serving` when it accepts connections.
    """

    def __init__(self, config: uvicorn.Config, started_serving: Callable[[], None] | None = None) -> None:
        super().__init__(config)
        self._started_serving = started_serving

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to accept connections."""
        await super().startup(sockets)
        if self._started_serving is not None:
            self._started_serving()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no more connections, drain open streams, and let requests finish in the time that is left."""
        began = monotonic()
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        await self._drain_app()
        if (limit := self.config.timeout_graceful_shutdown) is not None:
            self.config.timeout_graceful_shutdown = max(1, limit - math.floor(monotonic() - began))
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        """Stop. Unlike uvicorn, ignore further signals, and do not raise them again at the end."""
        self.should_exit = True

    async def _drain_app(self) -> None:
        drain = getattr(getattr(self.config.app, "state", None), "drain", None)
        if drain is None:
            return
        try:
            async with asyncio.timeout(DRAIN_TIMEOUT_S):
                await drain()
        except TimeoutError:
            _log.warning("drain took too long", seconds=DRAIN_TIMEOUT_S)
        except Exception as error:  # noqa: BLE001 - a drain that fails must not keep the server from stopping
            _log.error("drain failed", exc_info=error)


def server_config(app: Starlette) -> uvicorn.Config:
    """Return the uvicorn configuration of an application; the server gets its sockets separately."""
    return uvicorn.Config(
        app,
        ws="websockets-sansio",
        ws_max_size=256 * 1024,
        # A compressor takes more memory than everything else that an idle connection needs.
        ws_per_message_deflate=False,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        timeout_graceful_shutdown=GRACE_SECONDS,
        log_level="warning",
        # Every operation has its own line in our log.
        access_log=False,
        server_header=False,
    )


def listen(settings: Settings) -> socket.socket:
    """Open the socket on which all processes accept connections. Raises PortUnavailable."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Event loops turn Nagle's algorithm off only when the protocol is named.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if (unread := getattr(socket, "TCP_USER_TIMEOUT", None)) is not None:
        # Connections inherit it; only Linux has it.
        listener.setsockopt(socket.IPPROTO_TCP, unread, UNREAD_SECONDS * 1000)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        place = f"{settings.host}:{settings.port}"
        if error.errno == errno.EADDRINUSE:
            message = f"Port {settings.port} is taken: choose another one, as in “make serve PORT={settings.port + 1}”."
        else:
            message = f"The server cannot listen on {place} ({error.strerror}). Choose another PORT or TESSERA_HOST."
        raise PortUnavailable(message) from error
    return listener


def serve_until_stopped(settings: Settings, url: str) -> None:
    """Serve until Ctrl-C or SIGTERM, let running requests finish, and return.

    Raises PortUnavailable, DatabaseUnreachable, KeysUnavailable, StorageUnavailable, and TracingUnavailable; with
    several processes, WorkerRejected in place of the last four.
    """
    listener = listen(settings)
    previous = signal.signal(signal.SIGTERM, _interrupt)
    configure_logs(settings.log_level, readable=settings.development)
    try:
        if not settings.development:
            asyncio.run(warn_operator(settings, url))
        announce = _announcement(settings, url, listener)
        if settings.workers == 1:
            with loop_runner() as runner:
                runner.run(_serve(settings, url, listener, announce))
        else:
            # Make the development keys once, before workers start together; wrong settings are reported once, too.
            Authenticator(settings)
            load_coupon_keys(settings)
            load_link_signer(settings)
            with tempfile.TemporaryDirectory(prefix="tessera-") as folder:
                work = functools.partial(_work, settings, url, listener, Path(folder))
                workers = Workers(
                    settings.workers, work, grace=GRACE_SECONDS, started=announce, stopping=listener.close
                )
                asyncio.run(workers.run())
    except KeyboardInterrupt:
        # Before there was a request to finish.
        pass
    finally:
        signal.signal(signal.SIGTERM, previous)
        listener.close()


def loop_runner() -> asyncio.Runner:
    """Return a runner of the event loop that uvicorn prefers."""
    return asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory())


def _work(  # noqa: PLR0913, PLR0917 - the arguments of a worker
    settings: Settings, url: str, listener: socket.socket, folder: Path, number: int, report: Report
) -> None:
    """Run one worker until it is stopped; report when it works, or why it never will."""

    async def serve() -> None:
        stop_with_parent()
        await _serve(settings, url, listener, report.working, Fleet(folder, number))

    configure_logs(settings.log_level, readable=settings.development)
    try:
        with loop_runner() as runner:
            runner.run(serve())
    except (DatabaseUnreachable, KeysUnavailable, StorageUnavailable, TracingUnavailable) as error:
        report.reject(str(error))
        sys.exit(1)


async def _serve(
    settings: Settings,
    url: str,
    listener: socket.socket,
    started_serving: Callable[[], None],
    fleet: Fleet | None = None,
) -> None:
    database = await open_database(settings, url)
    app = build_app(settings, Environment(database=database), fleet)
    quiet_collector()
    await StreamingServer(server_config(app), started_serving).serve(sockets=[listener])


def quiet_collector() -> None:
    """Keep the garbage collector from scanning long-lived objects, and let it run less often.

    Requests make thousands of small objects that reference counting frees. By measurement, a quarter of the CPU of the
    landing page went into the search for cycles among them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/graphql" if ":" in host else f"http://{host}:{port}/graphql"


def _announcement(settings: Settings, url: str, listener: socket.socket) -> Callable[[], None]:
    """Return a function that announces the address; it is prepared now, so that it cannot fail later."""
    address = _address(listener)
    if settings.development:
        return functools.partial(_print_banner, address, asyncio.run(dev_tokens_of(settings, url)))
    return lambda: Console(stderr=True).print(f"Serving {address}", highlight=False)


def _print_banner(address: str, tokens: dict[str, str]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"\nTessera serves [bold]{address}[/bold]  (open it in a browser; Ctrl-C stops)\n")
    console.print("One token per role, to send as “Authorization: Bearer …”:\n")
    for role, token in tokens.items():
        console.print(f"[bold]{role}[/bold]\n{token}\n")


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
