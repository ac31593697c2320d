"""Claims the keys of new sales, locks those of known ones, and loads what is known about them.

The order of locks: parked sales, new keys, known keys, each sorted; then the ledgers.
"""

from collections.abc import Iterable, Sequence

from db.sales.recording_reads import (
    CLAIM_KEYS,
    LOCK_PARKED,
    LOCK_SALES,
    LockedSaleRow,
)
from db.sales.rows import ParkedContentRow
from db.sessions import TransactionConflict, Writing
from domain.points.lines import SalePlace
from domain.sales.content import Comparison, Version, compare_versions
from domain.sales.decisions import Book
from domain.sales.states import KnownSale
from resolvers.sales.details import load_details
from resolvers.sales.entries import Entry


async def lock_parked(session: Writing, source: str, entries: Sequence[Entry]) -> list[ParkedContentRow]:
    """Lock the parked sales that the entries send again, and those that wait for one of the entries."""
    ids = _external_ids(entries)
    return await session.fetch(LOCK_PARKED, source=source, external_ids=ids) if ids else []


async def open_book(
    session: Writing, source: str, entries: Sequence[Entry], parked: Sequence[ParkedContentRow]
) -> Book:
    """Claim and lock the keys of the entries, and load what their decisions need."""
    claimed = await _claim_keys(session, source, entries)
    returned = {entry.arriving.returns for entry in entries if entry.arriving.returns is not None}
    wanted = sorted(set(_external_ids(entries)).union(returned) - claimed.keys())
    rows = await session.fetch(LOCK_SALES, source=source, external_ids=wanted) if wanted else []
    numbers = {row.number for row in rows}
    if any(row.returns is not None and row.external_id in wanted and row.returns not in numbers for row in rows):
        # Another transaction let it return another sale between the two steps of the statement.
        raise TransactionConflict
    known = {row.external_id: _build_known(source, row) for row in rows}
    await _load_details(session, known, entries)
    versions = {row.external_id: Version(row.digest, row.revision, row.updated_at) for row in parked}
    return Book(source, claimed=claimed, known=known, parked=versions)


def _external_ids(entries: Iterable[Entry]) -> list[str]:
    return sorted({entry.arriving.external_id for entry in entries if entry.arriving.version is not None})


async def _claim_keys(session: Writing, source: str, entries: Sequence[Entry]) -> dict[str, int]:
    """Claim the keys of sales that may be new, each for the first entry with its id."""
    first = {entry.arriving.external_id: entry.arriving for entry in reversed(entries) if entry.is_candidate}
    if not first:
        return {}
    ordered = [first[external_id] for external_id in sorted(first)]
    rows = await session.fetch(
        CLAIM_KEYS,
        source=source,
        external_ids=[sale.external_id for sale in ordered],
        ecps=[sale.ecp for sale in ordered],
        sold_at=[sale.sold_at for sale in ordered],
        revisions=[(sale.version and sale.version.revision) or 1 for sale in ordered],
        digests=[sale.version and sale.version.digest for sale in ordered],
        updated_at=[sale.version and sale.version.updated_at for sale in ordered],
    )
    return dict(rows)


def _build_known(source: str, row: LockedSaleRow) -> KnownSale:
    return KnownSale(
        number=row.number,
        place=SalePlace(row.sold_at, source, row.external_id),
        ecp_id=row.ecp_id,
        ecp=row.ecp,
        revision=row.revision,
        digest=row.digest,
        updated_at=row.updated_at,
        returns=row.returns,
    )


async def _load_details(session: Writing, known: dict[str, KnownSale], entries: Sequence[Entry]) -> None:
    """Load the lines and returns of the sales that may change; a sale that is sent again needs none."""
    changing: set[int] = set()
    for entry in entries:
        arriving = entry.arriving
        sale = known.get(arriving.external_id)
        if arriving.version is None:
            continue
        if sale is not None and compare_versions(arriving.version, sale.version) is Comparison.NEWER:
            changing.update({sale.number, sale.returns or sale.number})
        if arriving.returns is not None and (target := known.get(arriving.returns)) is not None:
            changing.add(target.number)
    if not changing:
        return
    lines, returned = await load_details(session, changing)
    for sale in known.values():
        sale.lines = lines.get(sale.number, ())
        sale.returned = returned.get(sale.number, ())
