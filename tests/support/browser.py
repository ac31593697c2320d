"""A headless Chromium, and a server of pages on an origin of its own that scripts report to.

    async with page_server(script) as page:
        async with browsing(page.address):
            report = await page.report()

The browser resolves no name but those of this machine, so a page that needs the internet fails.
"""

import asyncio
import os
import shutil
import signal
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import orjson
import pytest

_PROGRAMS: Final = ("chromium", "chromium-browser", "chromium-headless-shell", "google-chrome")
_WORDS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--enable-logging=stderr",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
_WAIT_S: Final = 90.0


def browser() -> str:
    """The program of the browser; skips the test where there is none."""
    found = next((path for name in _PROGRAMS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no browser is installed: on Debian, `apt-get install chromium` brings one")
    return found


@asynccontextmanager
async def browsing(address: str) -> AsyncIterator[None]:
    """Open a page for the length of the block."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        running = await _started(profile, address, output=DEVNULL)
        try:
            yield
        finally:
            await _stop(running)


async def rendered(address: str) -> tuple[str, str]:
    """The document of a page after its scripts ran for some seconds, and what the browser logged."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        running = await _started(profile, "--dump-dom", "--virtual-time-budget=8000", address, output=PIPE)
        try:
            async with asyncio.timeout(_WAIT_S):
                document, log = await running.communicate()
        finally:
            await _stop(running)
    return document.decode(), log.decode(errors="replace")


async def _started(profile: str, *words: str, output: int) -> asyncio.subprocess.Process:
    """The running browser, in a session of its own: it starts processes of its own, which end with it."""
    return await asyncio.create_subprocess_exec(
        browser(),
        *_WORDS,
        f"--user-data-dir={profile}",
        *words,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )


async def _stop(running: asyncio.subprocess.Process) -> None:
    if running.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        await running.communicate()


class PageServer:
    """Serves one page with a script, and takes what the script posts to `/report`."""

    def __init__(self, script: str) -> None:
        page = f"<!doctype html><title>Portal</title><script type='module'>{script}</script>"
        self._page = page.encode()
        self._report: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.address = ""

    async def report(self) -> Any:
        """What the script reported."""
        async with asyncio.timeout(_WAIT_S):
            return await self._report

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, and close the connection."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lengths = [line[15:] for line in head.lower().split("\r\n") if line.startswith("content-length:")]
        body = await reader.readexactly(int(lengths[0])) if lengths else b""
        if head.startswith("POST /report "):
            self._report.set_result(orjson.loads(body))
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close\r\n"
            b"content-length: %d\r\n\r\n%s" % (len(self._page), self._page)
        )
        await writer.drain()
        writer.close()


@asynccontextmanager
async def page_server(script: str) -> AsyncIterator[PageServer]:
    """Serve a page on an origin of its own."""
    made = PageServer(script)
    server = await asyncio.start_server(made.answer, "127.0.0.1", 0)
    made.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with server:
        yield made
