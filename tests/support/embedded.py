"""Processes that hold an embedded PostgreSQL, and questions to it."""

import asyncio
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
from sqlalchemy import make_url

from db.embedded.server import EmbeddedPostgres
from migrations import run as migrations

ROOT = Path(__file__).parents[2]
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "16MB"}
# A system Python, which other users can run, then finds what this one has installed.
ENVIRONMENT = {"PYTHONPATH": sysconfig.get_path("purelib"), "PYTHONDONTWRITEBYTECODE": "1"}


def ask(dsn: str, statement: str) -> object:
    """Run one statement and return its first value."""

    async def _ask() -> object:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(_ask())


def holder(directory: Path, *, user: int | None = None, python: str = sys.executable) -> subprocess.Popen[str]:
    """Start a process that holds the database, prints its DSN, and leaves when its input ends."""
    script = (
        "import sys; from pathlib import Path; from db.embedded.server import EmbeddedPostgres\n"
        f"with EmbeddedPostgres(Path({str(directory)!r}), {CARELESS!r}).hold() as dsn:\n"
        "    print(dsn, flush=True); sys.stdin.read()\n"
    )
    return subprocess.Popen(
        [python, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=ENVIRONMENT,
        user=user,
        group=user,
        extra_groups=[] if user else None,
    )


def make_migrated(server: EmbeddedPostgres) -> None:
    """Make the database `migrated` on a server, to be copied: migrating takes seconds."""
    owner = make_url(server.start()).set(database="migrated").render_as_string(hide_password=False)
    ask(server.start(), "CREATE DATABASE migrated")
    migrations.upgrade(owner, application=make_url(server.for_application(owner)).username)


def leave(process: subprocess.Popen[str]) -> None:
    """Stop a holder."""
    process.communicate(timeout=30)
    assert process.returncode == 0


def postmaster_id(database: EmbeddedPostgres) -> int:
    """Read the process id of the server that a test has started."""
    return int((database.directory / "data" / "postmaster.pid").read_text().split()[0])


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait briefly for another process."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
