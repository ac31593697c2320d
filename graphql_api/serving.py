"""Serving on a port until somebody says stop: the socket, the banner, the signals, and a clean end."""

import asyncio
import errno
import gc
import signal
import socket
from typing import Any, Final

import uvicorn
from rich.console import Console

from db.database import Database
from graphql_api.app import build_app, dev_tokens
from graphql_api.context import Environment
from graphql_api.observability.logs import configure_logs
from graphql_api.settings import Settings

GRACE_SECONDS: Final = 10


class PortUnavailable(Exception):
    """The address cannot be listened on; the message says what to do."""


def serve_until_stopped(settings: Settings, url: str) -> None:
    """Serve until Ctrl-C or SIGTERM, let running requests finish, and return. Raises PortUnavailable."""
    listener = _listen(settings)
    previous = signal.signal(signal.SIGTERM, _stop)
    configure_logs(settings.log_level, readable=settings.development)
    config = uvicorn.Config(
        "",
        timeout_graceful_shutdown=GRACE_SECONDS,
        log_level="warning",
        # Every operation has its own line in our log.
        access_log=False,
        server_header=False,
    )
    try:
        # uvicorn raises the signal that stopped it again when it has stopped; here that is not news any more.
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(_serve(settings, url, config, listener))
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, previous)
        listener.close()


async def dev_tokens_of(settings: Settings, url: str) -> dict[str, str]:
    """Development tokens by role, from a database that is not open yet."""
    database = await Database.connect(url, pool_size=1)
    try:
        return await dev_tokens(settings, database)
    finally:
        await database.close()


async def _serve(settings: Settings, url: str, config: uvicorn.Config, listener: socket.socket) -> None:
    read_url = settings.database_read_url
    database = await Database.connect(
        url,
        read_url=read_url.get_secret_value() if read_url else None,
        pool_size=settings.pool_size,
        statement_timeout=settings.statement_timeout,
    )
    config.app = build_app(settings, Environment(database=database))
    _quiet_collector()
    if settings.development:
        _print_banner(listener, await dev_tokens(settings, database))
    else:
        Console(stderr=True).print(f"Serving {_address(listener)}", highlight=False)
    await uvicorn.Server(config).serve(sockets=[listener])


def _quiet_collector() -> None:
    """Keep the garbage collector from walking what lives as long as the server, and let requests make more garbage.

    Requests make thousands of small objects that reference counting frees; measured, a quarter of the CPU of the
    landing page went into looking for circles among them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # With the protocol named, every event loop turns Nagle's algorithm off.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        place = f"{settings.host}:{settings.port}"
        if error.errno == errno.EADDRINUSE:
            message = f"Port {settings.port} is taken: choose another one, as in “make serve PORT={settings.port + 1}”."
        else:
            message = f"{place} cannot be listened on ({error.strerror}): choose another PORT or TESSERA_HOST."
        raise PortUnavailable(message) from error
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/graphql" if ":" in host else f"http://{host}:{port}/graphql"


def _print_banner(listener: socket.socket, tokens: dict[str, str]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"\nTessera serves [bold]{_address(listener)}[/bold]  (open it in a browser; Ctrl-C stops)\n")
    console.print("One token per role, to send as “Authorization: Bearer …”:\n")
    for role, token in tokens.items():
        console.print(f"[bold]{role}[/bold]\n{token}\n")


def _stop(_signal: int, _frame: Any) -> None:
    raise KeyboardInterrupt
