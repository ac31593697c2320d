"""An import while a worker runs it: its parameters, and where the next attempt continues."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.files.reads import FILES_BY_ID
from db.files.rows import StoredFileRow
from db.imports.changes import ReadSoFar
from db.imports.reads import IMPORTS_BY_ID
from db.imports.rows import ImportRow
from db.sessions import Writing
from domain.files.ranges import ByteRange
from domain.imports.facts import STREAMS, ImportPhase
from domain.imports.failures import FileDeleted
from domain.imports.progress import ImportProgress
from resolvers.jobs.running import RunningJob

# Bytes of a file whose sales are sorted together, which takes some seconds.
_PART_BYTES: Final = 128 * 2**20


class ImportParameters(Struct, frozen=True):
    """The import to run."""

    import_id: UUID


class Checkpoint(Struct, frozen=True):
    """Where the next attempt continues: the phase, the line of the file, or the steps that are done."""

    phase: ImportPhase = ImportPhase.READING
    read: ReadSoFar = ReadSoFar()
    resume_line: int = 0
    # Rows that were rejected while the file was read.
    rejected_rows: int = 0
    step: int = 0
    place: tuple[int, int] = (-1, 0)
    # Sales that were tried when an attempt began.
    tried: int = 0


class RunningImport:
    """An import, its file, and the attempt at its job."""

    def __init__(self, job: RunningJob[ImportParameters], row: ImportRow, file: StoredFileRow) -> None:
        self.job = job
        self.row = row
        self.file = file
        self.progress = ImportProgress(file.byte_size)
        self.checkpoint: Checkpoint = job.checkpoint or Checkpoint()

    @property
    def id(self) -> UUID:
        """The id of the import."""
        return self.row.id

    @property
    def parts(self) -> int:
        """How many parts the sales are sorted in; each belongs to a stream."""
        return STREAMS * (self.file.byte_size // (STREAMS * _PART_BYTES) + 1)

    async def pieces(self) -> AsyncIterator[bytes]:
        """Read the file from its beginning. Raises ContentMissing."""
        async with self.job.operation() as operation:
            async for piece in operation.files.read(self.file.sha256, ByteRange(0, self.file.byte_size)):
                yield piece

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Writing]:
        """Open a transaction that locks the job."""
        async with self.job.writing() as session:
            yield session

    @asynccontextmanager
    async def writing_long(self) -> AsyncIterator[Writing]:
        """Open a transaction with statements that take long: it locks the job only at its end."""
        async with self.job.long_operation() as operation, operation.writing() as session:
            yield session

    async def save(self, session: Writing, checkpoint: Checkpoint, *, done: int) -> None:
        """Store where the next attempt continues, with how much is done."""
        await self.job.save_checkpoint(session, checkpoint, done=done, total=self.progress.total)
        self.checkpoint = checkpoint

    async def report(self, done: int) -> None:
        """Show how much is done, to those who follow the import. Raises what the job stops with."""
        await self.job.report(done, self.progress.total)


async def open_import(job: RunningJob[ImportParameters]) -> RunningImport:
    """Load the import of a job. Raises FileDeleted."""
    async with job.operation() as operation:
        (row,) = await operation.fetch(IMPORTS_BY_ID, ids=[job.parameters.import_id])
        if row.file_id is None:
            raise FileDeleted
        (file,) = await operation.fetch(FILES_BY_ID, ids=[row.file_id])
    return RunningImport(job, row, file)
