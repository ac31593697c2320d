"""Brings the staged sales of an import into the order in which they are recorded: by ECP, and then by time.

Sales whose rows contradict each other, or of which a row was rejected, are rejected on the way.
"""

from typing import Final

from msgspec.structs import replace

from db.imports.changes import ReadSoFar, reject_rows, save_read, set_import
from db.imports.reads import FAULTY_ROWS, REJECTED_SALES
from db.imports.rows import FaultyRow, NewRejection
from db.imports.sorting import mark_different, mark_incomplete, sort_part
from db.sessions import Writing
from db.timeouts import ALLOW_TEN_MINUTES
from domain.imports.facts import ImportFormat, ImportPhase
from domain.imports.failures import SortingTooLong
from domain.imports.rows import DIFFERENT, INCOMPLETE, TOO_MANY_LINES
from domain.requests import StatementTimeout
from resolvers.imports.content import read_content
from resolvers.imports.running import RunningImport

_PAGE: Final = 1_000


async def sort_sales(running: RunningImport) -> None:
    """Run the steps that are left, each in a transaction of its own. Raises SortingTooLong."""
    parts = running.parts
    steps = 2 * parts + 2
    # A step for each part, one for the rows that were rejected, one for what was found, and a step for each part.
    while (step := running.checkpoint.step) < steps:
        if step == parts + 1:
            while await _reject_page(running):
                pass
        done = running.progress.sorting(step + 1, steps)
        try:
            async with running.writing_long() as session:
                await _run_step(session, running, step)
                await running.save(session, replace(running.checkpoint, step=step + 1), done=done)
        except StatementTimeout:
            raise SortingTooLong(running.file.name) from None
        await running.report(done)
    async with running.writing() as session:
        await set_import(session, running.id, phase=ImportPhase.RECORDING)
        read = await _count_rejected(session, running)
        await save_read(session, running.id, read)
        counted = replace(running.checkpoint, phase=ImportPhase.RECORDING, read=read)
        await running.save(session, counted, done=running.progress.sorting(1, 1))


async def _count_rejected(session: Writing, running: RunningImport) -> ReadSoFar:
    """Count each rejected sale once; until now, those that were found at different times are counted several times."""
    is_lines = int(running.row.format == ImportFormat.NDJSON)
    (rejected,) = await session.fetch(REJECTED_SALES, import_id=running.id, is_lines=is_lines)
    return replace(running.checkpoint.read, rejected=rejected)


async def _run_step(session: Writing, running: RunningImport, step: int) -> None:
    parts = running.parts
    await session.fetch(ALLOW_TEN_MINUTES)
    if step < parts:
        await mark_different(session, running.id, (step, parts), (DIFFERENT, TOO_MANY_LINES))
    elif step == parts:
        await mark_incomplete(session, running.id, INCOMPLETE)
    elif step > parts + 1:
        await sort_part(session, running.id, step - parts - 2)


async def _reject_page(running: RunningImport) -> bool:
    """Reject some of the rows that were marked. Returns whether there were any."""
    before = running.checkpoint
    part, line = before.place
    async with running.writing() as session:
        rows = await session.fetch(FAULTY_ROWS, import_id=running.id, part=part, line=line, size=_PAGE)
        if not rows:
            return False
        rejections = [one for row in rows for one in _reject(row)]
        await reject_rows(session, running.id, rejections, while_reading=True)
        read = replace(before.read, rejected=before.read.rejected + len({one.external_id for one in rejections}))
        await save_read(session, running.id, read)
        place = (rows[-1].part, rows[-1].line)
        await running.save(
            session,
            replace(before, read=read, place=place),
            done=running.progress.sorting(running.parts + 1, 2 * running.parts + 2),
        )
    return True


def _reject(row: FaultyRow) -> list[NewRejection]:
    staged = read_content([row.content])
    return [NewRejection(line, staged.sale.external_id, reason=row.fault) for line in staged.lines]
