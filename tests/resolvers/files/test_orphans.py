"""Files that nobody uses are deleted, and no file that is used or about to be (R16)."""

import asyncio
import dataclasses
import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from db.advisory_locks import AdvisoryLock
from db.database import Database
from db.files.reads import FILES_BY_ID, LOCK_CONTENT, UPLOAD_BY_ID
from db.files.rows import StoredFileRow, UploadRow
from domain.files.facts import UploadLimits, UploadPurpose
from domain.files.names import content_key
from domain.permissions import Role
from graphql_api.context import Environment
from graphql_api.files.storage import FileStorage, open_storage
from resolvers.context import Operation
from resolvers.files.create_upload import CreateUpload, create_upload
from resolvers.files.finish_upload import ReceivedContent, UploadFinished, finish_upload
from resolvers.files.stored_contents import open_file, store_bytes
from resolvers.files.take_upload import take_upload
from resolvers.files.tasks import JOBS, delete_orphans, queue_deletion
from resolvers.tasks import TaskPolicy
from tests.support.clock import TestClock
from tests.support.files import rows_left
from tests.support.jobs import run_due
from tests.support.world import World

CONTENT = b"a logo"
DIGEST = hashlib.sha256(CONTENT).digest()
POLICY = TaskPolicy(event_retention=timedelta(days=1), revision_interval=1)
_WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid::bigint = :contents"
OLD = datetime(2020, 1, 1, tzinfo=UTC)


class Files:
    """Uploads of an administrator in a store of the test's own."""

    def __init__(self, environment: Environment, world: World, folder: Path) -> None:
        self.folder = folder
        self.storage: FileStorage = open_storage(str(folder), folder, UploadLimits())
        self._environment = environment
        self._world = world

    def operation(self) -> Operation:
        """A new operation of the administrator."""
        operation = self._environment.operation(self._world.viewer(Role.ADMIN), fresh=True)
        operation.files = self.storage
        return operation

    async def begin(self, sent: bytes = CONTENT) -> UploadRow:
        """An upload with some bytes on disk."""
        operation = self.operation()
        command = CreateUpload(
            file_name="logo.png", content_type="image/png", byte_size=len(CONTENT), purpose=UploadPurpose.LOGO
        )
        begun = await create_upload(operation, command)
        (row,) = await operation.fetch(UPLOAD_BY_ID, id=begun.id)
        await operation.close()
        with self.storage.spool.open(row.id) as spooled:
            spooled.append(sent)
        return row

    async def finish(self, row: UploadRow) -> StoredFileRow:
        """The file of an upload."""
        operation = self.operation()
        try:
            with self.storage.spool.open(row.id) as spooled:
                return await finish_upload(operation, row, ReceivedContent(spooled.path, DIGEST))
        finally:
            await operation.close()

    async def use(self, row: UploadRow) -> None:
        """Use an upload."""
        operation = self.operation()
        async with operation.writing() as session:
            await take_upload(operation, session, row.id, UploadPurpose.LOGO, ("input",))
        await operation.close()

    async def delete_orphans(self) -> None:
        """Do what the job does."""
        operation = self.operation()
        await delete_orphans(operation)
        await operation.close()

    async def run_job(self) -> int:
        """Let the leading process queue the job twice, and a worker run it; return how many jobs there were."""
        operation = self.operation()
        await queue_deletion(operation, POLICY)
        await queue_deletion(operation, POLICY)
        await operation.close()
        return await run_due(dataclasses.replace(self._environment, files=self.storage), JOBS)

    def age(self) -> None:
        """Let the content be old."""
        os.utime(self.path, (OLD.timestamp(), OLD.timestamp()))

    @property
    def path(self) -> Path:
        """Where the content lies."""
        return self.folder / content_key(DIGEST)

    def parts(self) -> list[UUID]:
        """The uploads with parts on disk."""
        return list(self.storage.spool.ids())


@pytest.fixture
def files(environment: Environment, world: World, tmp_path: Path) -> Files:
    """Uploads in a store of the test's own."""
    return Files(environment, world, tmp_path)


async def test_a_job_deletes_orphans_one_at_a_time(files: Files, database: Database, clock: TestClock) -> None:
    """N9: a job that takes long is not queued again."""
    await files.begin(CONTENT[:3])
    clock.advance(days=1)
    assert await files.run_job() == 1
    assert (files.parts(), await rows_left(database)) == ([], (0, 0))


async def test_an_upload_that_nobody_finished_is_deleted(files: Files, database: Database, clock: TestClock) -> None:
    row = await files.begin(CONTENT[:3])
    clock.advance(hours=23)
    await files.delete_orphans()
    assert (files.parts(), await rows_left(database)) == ([row.id], (1, 0))
    clock.advance(hours=1)
    await files.delete_orphans()
    assert (files.parts(), await rows_left(database)) == ([], (0, 0))


async def test_a_file_that_nobody_used_is_deleted_with_its_content(
    files: Files, database: Database, clock: TestClock
) -> None:
    await files.finish(await files.begin())
    files.age()
    clock.advance(hours=23)
    await files.delete_orphans()
    assert await rows_left(database) == (1, 1)
    assert files.path.read_bytes() == CONTENT
    clock.advance(hours=1)
    await files.delete_orphans()
    assert await rows_left(database) == (0, 0)
    assert not files.path.exists()


async def test_a_file_that_is_used_stays(files: Files, database: Database, clock: TestClock) -> None:
    row = await files.begin()
    await files.finish(row)
    await files.use(row)
    files.age()
    clock.advance(days=400)
    await files.delete_orphans()
    assert (await rows_left(database), files.path.read_bytes()) == ((1, 1), CONTENT)
    assert files.parts() == []


async def test_a_content_stays_as_long_as_one_file_has_it(files: Files, database: Database, clock: TestClock) -> None:
    """The content of two uploads is stored once."""
    used, unused = await files.begin(), await files.begin()
    for row in (used, unused):
        await files.finish(row)
    await files.use(used)
    files.age()
    clock.advance(days=2)
    await files.delete_orphans()
    assert (await rows_left(database), files.path.read_bytes()) == ((1, 1), CONTENT)


async def test_parts_without_an_upload_are_deleted(files: Files) -> None:
    with files.storage.spool.open(uuid4()) as spooled:
        spooled.append(b"x")
    (files.folder / "uploads" / "notes.txt").write_bytes(b"not ours")
    await files.delete_orphans()
    assert files.parts() == []
    assert (files.folder / "uploads" / "notes.txt").exists()


async def test_parts_that_a_request_is_adding_to_stay(files: Files) -> None:
    """Its request looks for the upload again behind the lock."""
    key = uuid4()
    with files.storage.spool.open(key):
        await files.delete_orphans()
        assert files.parts() == [key]


async def test_a_new_content_without_a_file_is_left_for_a_day(files: Files, clock: TestClock) -> None:
    """Its transaction may be about to commit."""
    await files.storage.add(CONTENT, DIGEST)
    clock.now = datetime.now(UTC) + timedelta(hours=23)
    await files.delete_orphans()
    assert files.path.exists()
    clock.advance(hours=2)
    await files.delete_orphans()
    assert not files.path.exists()


async def test_a_content_that_is_deleted_at_the_last_moment_is_stored_again(files: Files, database: Database) -> None:
    """R16: the deletion comes between storing the content and the transaction that names it."""
    row = await files.begin()
    storage = files.storage

    async def add_and_lose(source: Any, sha256: bytes) -> None:
        await FileStorage.add(storage, source, sha256)
        await storage.delete(sha256)
        storage.add = lambda *given: FileStorage.add(storage, *given)  # type: ignore[method-assign]

    storage.add = add_and_lose  # type: ignore[method-assign]
    await files.finish(row)
    assert (await rows_left(database), files.path.read_bytes()) == ((1, 1), CONTENT)


async def test_a_deletion_waits_for_a_transaction_that_names_the_content(
    files: Files, database: Database, clock: TestClock
) -> None:
    """R16: it decided to delete before the file was there, and it looks again behind the lock."""
    await files.storage.add(CONTENT, DIGEST)
    files.age()
    holder = files.operation()
    async with holder.writing() as session:
        await session.fetch(LOCK_CONTENT, sha256=DIGEST)
        deleting = asyncio.create_task(files.delete_orphans())
        while not await _waits(database):
            assert not deleting.done()
        assert files.path.exists()
        await store_bytes(holder, session, CONTENT, name="logo.png", content_type="image/png")
        # Storing it again made it new; only the row keeps it.
        files.age()
    await deleting
    await holder.close()
    assert (await rows_left(database), files.path.read_bytes()) == ((0, 1), CONTENT)
    del clock


async def _waits(database: Database) -> bool:
    """Whether a transaction waits for the lock of a content."""
    async with database.engine.connect() as connection:
        found = await connection.execute(text(_WAITING), {"contents": AdvisoryLock.CONTENT_OF_FILES})
        return bool(found.scalar_one())


async def test_uploads_and_deletions_at_once_lose_nothing(files: Files, clock: TestClock) -> None:
    """R16: each file that exists afterwards has its content."""
    rows = [await files.begin() for _ in range(12)]
    clock.advance(days=0)

    async def delete(times: int) -> None:
        for _ in range(times):
            if files.path.exists():
                _quietly(files.age)
            await files.delete_orphans()

    deleting = [asyncio.create_task(delete(6)) for _ in range(2)]
    made = await asyncio.gather(*(files.finish(row) for row in rows))
    await asyncio.gather(*deleting)
    assert len(made) == len(rows)
    operation = files.operation()
    kept = await operation.fetch(FILES_BY_ID, ids=[row.id for row in rows])
    assert len(kept) == len(rows)
    async with open_file(operation, kept[0]) as path:
        assert path.read_bytes() == CONTENT
    await operation.close()


def _quietly(act: Callable[[], None]) -> None:
    try:
        act()
    except FileNotFoundError:
        return


async def test_an_upload_is_finished_once_even_by_two_machines(files: Files, database: Database) -> None:
    """Each of them has all parts, in a folder of its own."""
    row = await files.begin()
    await files.finish(row)
    with pytest.raises(UploadFinished):
        await files.finish(row)
    assert await rows_left(database) == (1, 1)


async def test_a_file_of_the_server_is_stored_and_opened(files: Files, database: Database) -> None:
    operation = files.operation()
    async with operation.writing() as session:
        made = await store_bytes(operation, session, b"a preview", name="preview.png", content_type="image/png")
    assert await operation.fetch(FILES_BY_ID, ids=[made.id]) == [replace(made)]
    assert (made.created_by, made.byte_size, made.sha256) == (None, 9, hashlib.sha256(b"a preview").digest())
    async with open_file(operation, made) as path:
        assert path.read_bytes() == b"a preview"
    await operation.close()
    assert await rows_left(database) == (0, 1)
