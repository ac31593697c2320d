"""Writes the file of the payable lines of a settlement when its points are posted, piece by piece (R22)."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from db.files.rows import StoredFileRow
from db.sessions import Writing
from db.settlements.reads import NEXT_PAYABLE_LINES
from db.settlements.rows import SettlementStandingRow
from domain.settlements.payable_file import HEADER, file_name, payable_rows
from resolvers.context import Operation
from resolvers.files.stored_contents import add_stored_file
from resolvers.jobs.running import RunningJob

_TYPE: Final = "text/csv"


class WrittenFile(Struct, frozen=True):
    """The file on disk, complete and not stored yet."""

    path: Path
    name: str
    sha256: bytes
    byte_size: int

    async def store(self, operation: Operation, session: Writing) -> UUID:
        """Store the file, and return its id."""
        file = StoredFileRow(
            id=operation.new_id(),
            name=self.name,
            content_type=_TYPE,
            byte_size=self.byte_size,
            sha256=self.sha256,
            created_at=operation.now,
            created_by=None,
        )
        await add_stored_file(operation, session, file, self.path)
        return file.id


@asynccontextmanager
async def written_file(
    job: RunningJob[Any], standing: SettlementStandingRow, piece: int
) -> AsyncIterator[WrittenFile | None]:
    """Write the lines that are to be paid, and give the file within the block; None if there are none."""
    hashed, after, size = hashlib.sha256(), 0, 0
    with NamedTemporaryFile(prefix="payable-", suffix=".csv") as file:
        text = HEADER
        while rows := await _next_rows(job, standing, after, piece):
            content = (text + payable_rows(rows, standing.currency)).encode()
            hashed.update(content)
            size += file.write(content)
            after, text = rows[-1].ecp, ""
        file.flush()
        name = file_name(standing.scheme_code, standing.number)
        yield WrittenFile(Path(file.name), name, hashed.digest(), byte_size=size) if size else None


async def _next_rows(job: RunningJob[Any], standing: SettlementStandingRow, after: int, limit: int) -> Any:
    async with job.operation() as operation:
        return await operation.fetch(NEXT_PAYABLE_LINES, settlement_id=standing.id, after=after, limit=limit)
