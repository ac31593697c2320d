"""Tries parked sales again: when an alias is added, and regularly, because the catalog or the ECPs may have changed."""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from db.sales.retry_reads import PARKED_NAMING, PARKED_RESOLVED, RetryRow
from db.sessions import Writing
from domain.sales.facts import SaleOutcome
from resolvers.context import Operation
from resolvers.sales.entries import enter_parked, read_content
from resolvers.sales.names import resolve_names
from resolvers.sales.recording import record_entries
from resolvers.tasks import TaskPolicy

# Parked sales of one transaction; the task tries the others.
RETRIED: Final = 100
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
        parked = [row.parked for row in group]
        names = await resolve_names(session, map(read_content, parked))
        # A sale comes before the return that waits for it.
        entries = sorted(enter_parked(parked, names), key=lambda entry: entry.arriving.returns is not None)
        found = await record_entries(operation, session, source, entries)
        recorded += sum(
            decision.outcome in {SaleOutcome.RECORDED, SaleOutcome.CORRECTED} for decision in found.decisions
        )
    return recorded


def _key(row: RetryRow) -> tuple[str, str]:
    return row.source, row.external_id
