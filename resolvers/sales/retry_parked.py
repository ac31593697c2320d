"""Tries parked sales again: when an alias is added, and regularly, because the catalog or the ECPs may have changed."""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Final

import structlog

from db.sales.changes import mark_parked
from db.sales.retry_reads import PARKED_NAMING, PARKED_RESOLVED, RetryRow
from db.sales.rows import ParkedContentRow
from db.sessions import Writing
from domain.failures import Failure, UserErrorCode
from domain.sales.facts import SaleOutcome
from resolvers.context import Operation
from resolvers.sales.entries import enter_parked, read_content
from resolvers.sales.names import resolve_names
from resolvers.sales.recording import record_entries
from resolvers.tasks import TaskPolicy

# Parked sales of one transaction; the task tries the others.
RETRIED: Final = 100
_RECORDED: Final = frozenset({SaleOutcome.RECORDED, SaleOutcome.CORRECTED})
_UNEXPECTED: Final = (
    "The server failed to record this sale, and tries it again later. Send it again as it should be, or discard it."
)
_log = structlog.get_logger("tessera.events")
_DIGITS: Final = re.compile(r"[0-9]+")
_GTIN_LENGTHS: Final = (8, 12, 13)


async def retry_naming(operation: Operation, session: Writing, key: str) -> int:
    """Try the parked sales that name something by the key of an alias; return how many are recorded now."""
    # A parked sale has a GTIN as it was sent.
    digits = _DIGITS.fullmatch(key) is not None
    shorter = [key[-length:] for length in _GTIN_LENGTHS if digits and key[-length:].zfill(len(key)) == key]
    rows = await session.fetch(PARKED_NAMING, keys=list({key, *shorter}), limit=RETRIED)
    return await _retry(operation, session, rows)


async def retry_parked_sales(operation: Operation, _policy: TaskPolicy) -> None:
    """Try parked sales of which everything exists now."""
    async with operation.writing() as session:
        rows = await session.fetch(PARKED_RESOLVED, limit=RETRIED)
        await _retry(operation, session, sorted(rows, key=_key))


async def _retry(operation: Operation, session: Writing, rows: Sequence[RetryRow]) -> int:
    recorded = 0
    for source, group in groupby(rows, key=lambda row: row.source):
        recorded += await _retry_some(operation, session, source, [row.parked for row in group])
    return recorded


async def _retry_some(operation: Operation, session: Writing, source: str, parked: list[ParkedContentRow]) -> int:
    """Try parked sales of a source; those that fail together are tried by halves, and one that fails alone says why.

    It stays parked, and stops no other sale.
    """
    try:
        async with session.attempt():
            return await _record(operation, session, source, parked)
    except Exception as error:
        if session.is_disturbed(error):
            raise
        if len(parked) == 1:
            await _mark(operation, session, source, parked[0], error)
            return 0
    middle = len(parked) // 2
    first = await _retry_some(operation, session, source, parked[:middle])
    return first + await _retry_some(operation, session, source, parked[middle:])


async def _record(operation: Operation, session: Writing, source: str, parked: list[ParkedContentRow]) -> int:
    names = await resolve_names(session, map(read_content, parked))
    # A sale comes before the return that waits for it.
    entries = sorted(enter_parked(parked, names), key=lambda entry: entry.arriving.returns is not None)
    found = await record_entries(operation, session, source, entries)
    return sum(decision.outcome in _RECORDED for decision in found.decisions)


async def _mark(
    operation: Operation, session: Writing, source: str, parked: ParkedContentRow, error: Exception
) -> None:
    code, problem = UserErrorCode.ILLEGAL_STATE, _UNEXPECTED
    if isinstance(error, Failure):
        code, problem = error.code, error.message
    else:
        _log.error("parked sale not recorded", source=source, external_id=parked.external_id, exc_info=error)
    await mark_parked(session, source, parked.external_id, code=code.value, problem=problem, checked_at=operation.now)


def _key(row: RetryRow) -> tuple[str, str]:
    return row.source, row.external_id
