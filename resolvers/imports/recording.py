"""Records the sorted sales of an import: streams that share no ECPs record chunks, each in one transaction.

A transaction locks the row of its stream, records, and advances the stream. A kill loses or doubles nothing, because
the next attempt continues behind the last sale that is committed with its outcome.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from db.imports.changes import Tally, advance_stream, reject_rows, take_streams
from db.imports.reads import COUNTS_BY_ID, LOCK_STREAM, NEXT_SALES, PLACE_OF_STREAM
from db.imports.rows import ImportCountsRow, NewRejection
from db.sessions import TransactionConflict, Writing
from domain.imports.facts import ERRORS_LIMIT, STREAMS, ImportFormat
from domain.imports.failures import TooManyErrors
from domain.imports.reasons import state_rejection
from domain.permissions import Permission
from domain.points.failures import BalanceExceeded
from domain.sales.decisions import Decision
from domain.sales.facts import SaleOutcome
from resolvers.bugs import bug_sentence, log_bug
from resolvers.context import Operation
from resolvers.imports.content import StagedSale, read_content
from resolvers.imports.running import ImportParameters, RunningImport, open_import
from resolvers.jobs.running import JobStopped, RunningJob
from resolvers.retrying import retry_conflicts
from resolvers.sales.ingest import Ingested, ingest_sales
from resolvers.sales.isolation import is_of_sale

# Sales of one transaction.
CHUNK: Final = 500
# Sales that a stream has in memory.
_PAGE: Final = 4 * CHUNK
# Sales of a file from which on processes are worth their start.
LARGE: Final = 20_000
_REPORT_S: Final = 1.0
_COUNTERS: Final = {
    SaleOutcome.RECORDED: "recorded",
    SaleOutcome.CORRECTED: "corrected",
    SaleOutcome.DUPLICATE: "duplicates",
    SaleOutcome.CONFLICT: "conflicts",
    SaleOutcome.PARKED: "parked",
    SaleOutcome.REJECTED: "rejected",
}
_FAILED: Final = frozenset({SaleOutcome.REJECTED, SaleOutcome.CONFLICT})


class _Undone(Exception):
    """A dry run undoes what it recorded."""

    def __init__(self, recorded: Ingested) -> None:
        super().__init__()
        self.recorded = recorded


class _Place(Struct, frozen=True):
    """A sale with its place in the order of recording."""

    part: int
    position: int
    staged: StagedSale


class _Stream:
    """Records the parts of a stream one after the other."""

    def __init__(self, running: RunningImport, number: int) -> None:
        self._running = running
        self._number = number

    async def record(self) -> None:
        """Record what is left. Raises what the job stops with."""
        (place,) = await self._fetch_place()
        for part in range(place[0], self._running.parts, STREAMS):
            position = place[1] if part == place[0] else 0
            while sales := await self._next(part, position):
                for start in range(0, len(sales), CHUNK):
                    await self._record(sales[start : start + CHUNK])
                position = sales[-1].position

    async def _fetch_place(self) -> Sequence[tuple[int, int]]:
        async with self._running.job.operation() as operation:
            return await operation.fetch(PLACE_OF_STREAM, import_id=self._running.id, stream=self._number)

    async def _next(self, part: int, position: int) -> list[_Place]:
        async with self._running.job.operation() as operation:
            rows = await operation.fetch(
                NEXT_SALES, import_id=self._running.id, part=part, position=position, size=_PAGE
            )
        return [_Place(part, row.position, read_content(row.contents)) for row in rows]

    async def _record(self, sales: Sequence[_Place], *, again: bool = True) -> None:
        """Record a chunk; one that fails is tried by halves, and a sale that fails by itself is rejected.

        So a sale stops no other, whatever the error is. Errors of the job and of the database are raised. A sale is
        tried `again` first: an error that nobody expects may come from a connection that breaks.
        """
        try:
            await retry_conflicts(partial(self._record_once, sales))
        except Exception as failed:
            if isinstance(failed, JobStopped) or not is_of_sale(failed):
                raise
            if len(sales) > 1:
                middle = len(sales) // 2
                await self._record(sales[:middle])
                await self._record(sales[middle:])
            elif isinstance(failed, TransactionConflict):
                raise
            elif again and not isinstance(failed, BalanceExceeded):
                await self._record(sales, again=False)
            else:
                await self._reject(sales[0], failed)

    async def _record_once(self, sales: Sequence[_Place]) -> None:
        running = self._running
        async with running.job.operation(self._lock) as operation, operation.writing() as session:
            operation.require(Permission.SALE_IMPORT)
            recorded = await self._decide(operation, session, [one.staged for one in sales])
            tally = Tally(lines=sum(len(one.staged.lines) for one in sales), points=recorded.points)
            rejections = []
            for one, decision in zip(sales, recorded.decisions, strict=True):
                counter = _COUNTERS[decision.outcome]
                setattr(tally, counter, getattr(tally, counter) + 1)
                if decision.outcome in _FAILED:
                    rejections += _reject(one.staged, self._state(decision, one.staged))
            await reject_rows(session, running.id, rejections)
            place = (sales[-1].part, sales[-1].position)
            await advance_stream(session, running.id, self._number, place, tally)

    def _state(self, decision: Decision, staged: StagedSale) -> str:
        form = ImportFormat(self._running.row.format or ImportFormat.CSV)
        return state_rejection(decision.problems, form, staged.lines)

    async def _decide(self, operation: Operation, session: Writing, sales: Sequence[StagedSale]) -> Ingested:
        """Record sales as recordSales does; a dry run keeps nothing of it."""
        if not self._running.row.dry_run:
            return await record_staged(operation, session, self._running, sales)
        try:
            async with session.attempt():
                raise _Undone(await record_staged(operation, session, self._running, sales))  # noqa: TRY301 - it ends the savepoint
        except _Undone as undone:
            return undone.recorded

    async def _reject(self, one: _Place, failed: Exception) -> None:
        """Reject a sale that takes a balance too far, or that meets a bug of ours. Raises TooManyErrors."""
        tally = Tally(rejected=1, lines=len(one.staged.lines))
        if isinstance(failed, BalanceExceeded):
            await retry_conflicts(partial(self._reject_once, one, failed.message, tally=tally))
            return
        running = self._running
        where = {"source": running.row.source, "external_id": one.staged.sale.external_id}
        reference = log_bug(failed, sales_import=str(running.id), **where)
        async with running.job.operation() as operation:
            (counts,) = await operation.fetch(COUNTS_BY_ID, ids=[running.id])
        if counts.failed >= ERRORS_LIMIT:
            raise TooManyErrors(reference)
        tally.failed = 1
        await retry_conflicts(partial(self._reject_once, one, bug_sentence(reference), tally=tally))

    async def _reject_once(self, one: _Place, reason: str, *, tally: Tally) -> None:
        running = self._running
        async with running.job.operation(self._lock) as operation, operation.writing() as session:
            await reject_rows(session, running.id, _reject(one.staged, reason))
            await advance_stream(session, running.id, self._number, (one.part, one.position), tally)

    async def _lock(self, session: Writing) -> None:
        """Lock the stream until the transaction ends. Raises JobCanceled and JobLost."""
        job = self._running.job
        lease = job.attempt.lease
        if not await session.fetch(LOCK_STREAM, import_id=self._running.id, stream=self._number, lease=lease):
            await job.raise_stopped(session)


async def record_sorted(running: RunningImport) -> None:
    """Let the streams record what is left, at the same time; each in a process of its own if there is much."""
    is_large = running.checkpoint.read.sales_read >= LARGE
    await _begin(running)
    try:
        async with asyncio.TaskGroup() as group:
            reporting = group.create_task(_report(running))
            streams = [
                group.create_task(running.job.run_part(record_stream, number, apart=is_large))
                for number in range(STREAMS)
            ]
            await asyncio.wait(streams)
            reporting.cancel()
    except BaseExceptionGroup as failed:
        # The first failure ended the others.
        raise failed.exceptions[0] from None


async def record_stream(job: RunningJob[ImportParameters], number: int) -> None:
    """Record what is left of a stream. Raises what the job stops with."""
    await _Stream(await open_import(job), number).record()


async def _begin(running: RunningImport) -> None:
    """Take the streams. What the attempt before recorded ends a row of failed attempts, as a checkpoint does."""
    async with running.writing() as session:
        await take_streams(session, running.id, running.job.attempt.lease)
        (counts,) = await session.fetch(COUNTS_BY_ID, ids=[running.id])
        if counts.sales > running.checkpoint.tried:
            await running.save(session, replace(running.checkpoint, tried=counts.sales), done=_done(running, counts))


async def _report(running: RunningImport) -> None:
    """Show how far the streams are, until they have ended."""
    while True:
        await asyncio.sleep(_REPORT_S)
        async with running.job.operation() as operation:
            (counts,) = await operation.fetch(COUNTS_BY_ID, ids=[running.id])
        await running.report(_done(running, counts))


def _done(running: RunningImport, counts: ImportCountsRow) -> int:
    return running.progress.recording(counts.sales, running.checkpoint.read.sales_read)


async def record_staged(
    operation: Operation, session: Writing, running: RunningImport, sales: Sequence[StagedSale]
) -> Ingested:
    """Record sales of a file in the transaction. Raises InvalidInput for a source of other accounts."""
    row = running.row
    return await ingest_sales(operation, session, row.source, [one.sale for one in sales], may_park=row.park)


def _reject(staged: StagedSale, reason: str) -> list[NewRejection]:
    return [NewRejection(line, staged.sale.external_id, reason=reason) for line in staged.lines]
