"""Writes the file of rejected rows of an import: each with its line, its reason, and what the row said."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final, Protocol

from msgspec.structs import replace

from db.files.rows import StoredFileRow
from db.imports.changes import set_import
from db.imports.reads import REJECTED_ROWS, REJECTIONS
from domain.imports.facts import ImportPhase
from domain.imports.originals import Original, OriginalRows, rejected_header, rejected_rows
from resolvers.files.stored_contents import add_stored_file
from resolvers.imports.notify import announce_end
from resolvers.imports.running import RunningImport

_TYPE: Final = "text/csv"
# Rows of the file whose rejections are read together.
_ROWS: Final = 2_000


class _Writer(Protocol):
    def write(self, content: bytes, /) -> Any: ...
    def flush(self) -> Any: ...
    def tell(self) -> int: ...


async def finish_import(running: RunningImport) -> None:
    """Store the file of rejected rows, if there are any, and end the import."""
    async with running.job.operation() as operation:
        (rejected,) = await operation.fetch(REJECTED_ROWS, import_id=running.id)
    if not rejected:
        await _end(running, None)
        return
    with NamedTemporaryFile(prefix="rejected-", suffix=".csv") as written:
        digest = await _write(running, written)
        await _end(running, (Path(written.name), digest, written.tell()))


async def _end(running: RunningImport, content: tuple[Path, bytes, int] | None) -> None:
    async with running.job.operation() as operation:
        if content is not None:
            await operation.files.add(content[0], content[1])
        async with operation.writing() as session:
            file_id = None
            if content is not None:
                path, digest, size = content
                file_id = operation.new_id()
                file = StoredFileRow(
                    id=file_id,
                    name=f"rejected-{Path(running.file.name).stem}.csv",
                    content_type=_TYPE,
                    byte_size=size,
                    sha256=digest,
                    created_at=operation.now,
                    created_by=None,
                )
                await add_stored_file(operation, session, file, path)
            values = {"phase": ImportPhase.FINISHED, "finished_at": operation.now, "rejected_file_id": file_id}
            await set_import(session, running.id, **values)
            finished = replace(running.checkpoint, phase=ImportPhase.FINISHED)
            await running.save(session, finished, done=running.progress.total)
            await announce_end(operation, session, running)


async def _write(running: RunningImport, written: _Writer) -> bytes:
    """Read the file of the import once more and write its rejected rows. Returns the SHA-256."""
    hashed = hashlib.sha256()
    originals = OriginalRows()
    has_header = False

    async def add(rows: Sequence[Original]) -> None:
        nonlocal has_header
        text = ""
        if not has_header and originals.layout is not None:
            text, has_header = rejected_header(originals.layout), True
        for start in range(0, len(rows), _ROWS):
            page = rows[start : start + _ROWS]
            text += rejected_rows(page, await _rejections(running, page))
        hashed.update(text.encode())
        written.write(text.encode())

    seen = 0
    async for piece in running.pieces():
        await add(originals.read(piece))
        seen += len(piece)
        await running.report(running.progress.finishing(seen))
    await add(originals.finish())
    written.flush()
    return hashed.digest()


async def _rejections(running: RunningImport, rows: Sequence[Original]) -> dict[int, tuple[str | None, str]]:
    async with running.job.operation() as operation:
        found = await operation.fetch(REJECTIONS, import_id=running.id, after=rows[0][0] - 1, until=rows[-1][0])
    return {row.line: (row.external_id, row.reason) for row in found}
