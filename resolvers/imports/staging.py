"""Reads the file of an import and stages its sales, with a checkpoint every few thousand lines."""

import asyncio
from typing import Final
from zlib import crc32

from db.imports.changes import ReadSoFar, add_rows, reject_rows, save_read, set_import, set_layout
from db.imports.rows import NewImportRow, NewRejection
from domain.imports.facts import REJECTED_LIMIT, ImportPhase
from domain.imports.failures import FileFault, FileRejected
from domain.imports.reader import SaleReader
from domain.imports.rows import ReadSale, RejectedRow
from domain.sales.arrivals import find_ecp_key
from resolvers.imports.cleanup import forget_all
from resolvers.imports.content import write_content
from resolvers.imports.running import Checkpoint, RunningImport

# Sales of one transaction, or a few more.
_SALES: Final = 10_000
# Bytes that are read before other work of the process has its turn: some thousand lines at most.
_SLICE_BYTES: Final = 8_192


async def stage_file(running: RunningImport) -> None:
    """Read the file to its end. Raises FileRejected, of which the import keeps the sentence."""
    staging = _Staging(running)
    try:
        async for piece in running.pieces():
            await staging.add(piece)
        await staging.finish()
    except FileRejected as rejected:
        async with running.job.operation() as operation, operation.writing() as session:
            values = {"phase": ImportPhase.FINISHED, "finished_at": operation.now, "error": rejected.message}
            await set_import(session, running.id, **values)
        await forget_all(running)
        raise


class _Staging:
    def __init__(self, running: RunningImport) -> None:
        self._running = running
        self._reader = SaleReader(running.checkpoint.resume_line)
        self._read = running.checkpoint.read
        self._rejected = running.checkpoint.rejected_rows
        self._seen = 0
        self._found: list[ReadSale | RejectedRow] = []
        self._last_rejected: str | None = None

    async def add(self, piece: bytes) -> None:
        for start in range(0, len(piece), _SLICE_BYTES):
            part = piece[start : start + _SLICE_BYTES]
            self._seen += len(part)
            self._found += self._reader.read(part)
            if len(self._found) >= _SALES:
                await self._save(ImportPhase.READING)
            await asyncio.sleep(0)
        await self._running.report(self._running.progress.reading(max(self._seen, self._read.bytes_read)))

    async def finish(self) -> None:
        self._found += self._reader.finish()
        await self._save(ImportPhase.SORTING)

    async def _save(self, phase: ImportPhase) -> None:
        running, found = self._running, self._found
        rows = build_rows(running, [one for one in found if isinstance(one, ReadSale)])
        rejected = [one for one in found if isinstance(one, RejectedRow)]
        self._rejected += len(rejected)
        if self._rejected > REJECTED_LIMIT:
            raise FileRejected(FileFault.TOO_MANY_REJECTED, f"{self._reader.lines:,}")
        self._read = ReadSoFar(
            bytes_read=max(self._seen, self._read.bytes_read),
            lines_read=max(self._reader.lines, self._read.lines_read),
            sales_read=self._read.sales_read + len(rows),
            rejected=self._read.rejected + self._count(rejected),
        )
        checkpoint = Checkpoint(
            phase=phase, read=self._read, resume_line=self._reader.resume_line, rejected_rows=self._rejected
        )
        async with running.writing() as session:
            await add_rows(session, rows)
            rejections = [NewRejection(one.line, one.external_id, reason=one.reason) for one in rejected]
            await reject_rows(session, running.id, rejections, while_reading=True)
            await save_read(session, running.id, self._read)
            if running.row.format is None and self._reader.layout is not None:
                await set_layout(session, running.id, self._reader.layout)
            if phase is ImportPhase.SORTING:
                await set_import(session, running.id, phase=phase, is_cut=self._reader.ends_open)
            await running.save(session, checkpoint, done=running.progress.reading(self._read.bytes_read))
        self._found = []

    def _count(self, rejected: list[RejectedRow]) -> int:
        """Count the rejected sales; a row of which no sale is known counts by itself."""
        count = 0
        for one in rejected:
            if one.external_id is None or one.external_id != self._last_rejected:
                count += 1
            self._last_rejected = one.external_id
        return count


def build_rows(running: RunningImport, sales: list[ReadSale]) -> list[NewImportRow]:
    """Build the rows of sales that were read; each ECP belongs to one part."""
    keys: dict[str, str] = {}
    rows = []
    for one in sales:
        sale = one.sale
        key = find_ecp_key(keys, sale.ecp_code)
        rows.append(
            NewImportRow(
                running.id,
                crc32(key.encode()) % running.parts,
                line=one.lines[0],
                external_id=sale.external_id,
                revision=sale.revision,
                updated_at=sale.updated_at,  # type: ignore[arg-type] # a good sale has no malformed times
                occurrence=one.occurrence,
                ecp_key=key,
                sold_at=sale.sold_at,  # type: ignore[arg-type] # as above
                returns=sale.returns_external_id,
                line_count=len(sale.lines),
                content=write_content(one.lines, sale),
            )
        )
    return rows
