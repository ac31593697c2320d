"""Begins imports of files on disk, runs workers, and waits for the end."""

import asyncio
import contextlib
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import uuid_utils.compat

from benchmarks.custody.place import SECRETS, Place, opened
from benchmarks.servers import ROOT, Launch
from db.files.rows import StoredFileRow
from domain.files.facts import UploadLimits
from domain.permissions import Role
from graphql_api.files.storage import open_storage
from resolvers.files.stored_contents import add_stored_file
from resolvers.imports.start_import import ImportOptions, start_import

WORKER: Final = (sys.executable, "-c", "from graphql_api.cli import main; main()", "worker")
_POLL_S: Final = 0.1
_PIECE: Final = 2**20


async def begin_import(place: Place, store: Path, path: Path, options: ImportOptions) -> UUID:
    """Put a file into the store, and begin its import."""
    async with opened(place) as environment:
        files = open_storage(str(store), store, UploadLimits())
        operation = replace(environment, files=files).operation(place.viewer(Role.INTEGRATION))
        digest, size = _read(path)
        await operation.files.add(path, digest)
        file = StoredFileRow(
            id=uuid_utils.compat.uuid7(),
            name=path.name,
            content_type="text/csv",
            byte_size=size,
            sha256=digest,
            created_at=operation.now,
            created_by=operation.viewer.account_id,
        )
        async with operation.writing() as session:
            await add_stored_file(operation, session, file, path)
            return await start_import(operation, session, file, options)


@contextlib.contextmanager
def working(  # noqa: PLR0913 - the parts of a command
    place: Place,
    store: Path,
    log: Path,
    *,
    command: tuple[str, ...] = WORKER,
    settings: Mapping[str, str] = {},
    launch: Launch = subprocess.Popen,
) -> Iterator[Any]:
    """A worker for the length of the block."""
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": os.environ.get("HOME", "/"),
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": place.url,
        "TESSERA_FILES": str(store),
        "TESSERA_LOG_LEVEL": "warning",
        **SECRETS,
        **settings,
    }
    with log.open("ab") as output:
        process = launch(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.asynccontextmanager
async def connected(place: Place) -> AsyncIterator[Any]:
    """A connection of the owner."""
    connection = await asyncpg.connect(place.owner_url)
    try:
        yield connection
    finally:
        await connection.close()


async def await_end(place: Place, import_id: UUID, seconds: float) -> None:
    """Wait until the job of an import has ended. Raises TimeoutError, and AssertionError if it failed."""
    async with asyncio.timeout(seconds), connected(place) as connection:
        while True:
            status, error = await connection.fetchrow(
                "SELECT job.status, job.error FROM job JOIN sales_import ON job_id = job.id WHERE sales_import.id = $1",
                import_id,
            )
            if status in {"FAILED", "CANCELED"}:
                raise AssertionError(error)
            if status == "SUCCEEDED":
                return
            await asyncio.sleep(_POLL_S)


def _read(path: Path) -> tuple[bytes, int]:
    hashed, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            hashed.update(piece)
            size += len(piece)
    return hashed.digest(), size
