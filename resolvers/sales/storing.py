"""Stores what was decided about sales: revisions with their lines, returns at the places of the sales, and keys."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from db.sales.changes import (
    NewKey,
    NewLine,
    NewReturn,
    NewRevision,
    add_revisions,
    release_keys,
    update_keys,
)
from db.sales.recording_reads import RETURN_KEYS_AT
from db.sessions import Writing
from domain.sales.content import Version
from domain.sales.decisions import Book, Decision, Revision
from domain.sales.states import KnownSale
from resolvers.sales.entries import Entry


class Recording(Struct, frozen=True):
    """When sales are recorded: with the posting in the ledger of the ECP, and now where none is."""

    now: datetime
    times: Mapping[int, datetime]

    def time_of(self, ecp: int) -> datetime:
        """When sales of an ECP are recorded."""
        return self.times.get(ecp, self.now)


async def store_sales(
    session: Writing, book: Book, entries: Sequence[Entry], decisions: Sequence[Decision], *, recorded: Recording
) -> None:
    """Store the revisions that were recorded, the returns, and the keys that name current revisions."""
    revisions: list[NewRevision] = []
    lines: list[NewLine] = []
    for entry, decision in zip(entries, decisions, strict=True):
        if decision.revision is not None:
            revisions.append(_build_revision(decision.revision, entry, recorded))
            lines += _build_lines(decision.revision.sale)
    returns = [
        row
        for number, before in book.before.items()
        if (after := book.by_number[number]).returned
        for row in await _build_returns(session, before, after, recorded)
    ]
    await add_revisions(session, revisions, lines, returns)
    first = {entry.arriving.external_id: entry for entry in reversed(entries) if entry.is_candidate}
    claims = {
        number: _build_claim(number, first[external_id])
        for external_id, number in book.claimed.items()
        if number in book.by_number
    }
    await update_keys(session, _changed_keys(book, claims))
    await release_keys(session, [number for number in book.claimed.values() if number not in book.by_number])


def _build_revision(revision: Revision, entry: Entry, recorded: Recording) -> NewRevision:
    after, before = revision.sale, revision.before
    return NewRevision(
        after.ecp,
        after.place.sold_at,
        sale=after.number,
        revision=after.revision,
        recorded_at=recorded.time_of(after.ecp),
        recorded_by=entry.account_id,
        previous_revision=None if before is None else before.revision,
        previous_ecp=None if before is None else before.ecp,
        previous_sold_at=None if before is None else before.place.sold_at,
    )


def _build_lines(sale: KnownSale) -> list[NewLine]:
    ecp, sold_at, number, revision = sale.ecp, sale.place.sold_at, sale.number, sale.revision
    return [
        NewLine(
            ecp,
            sold_at,
            sale=number,
            revision=revision,
            position=line.position,
            quantity=line.quantity,
            variant_id=line.variant_id,
            unit_price=line.unit_price,
            currency=line.currency,
        )
        for line in sale.lines
        if line.quantity > 0
    ]


async def _build_returns(
    session: Writing, before: KnownSale | None, after: KnownSale, recorded: Recording
) -> list[NewReturn]:
    """Build the rows of returns that are not stored at the place of the sale; it takes them along when it moves."""
    ecp, sold_at, number = after.ecp, after.place.sold_at, after.number
    if before is not None and (before.ecp, before.place) != (ecp, after.place):
        rows = await session.fetch(RETURN_KEYS_AT, ecp=ecp, sold_at=sold_at, sale=number)
        stored = {tuple(row) for row in rows}
    else:
        stored = {
            (one.returning_sale, one.returning_revision, one.line.position)
            for one in (() if before is None else before.returned)
        }
    return [
        NewReturn(
            ecp,
            sold_at,
            sale=number,
            returning_sale=one.returning_sale,
            returning_revision=one.returning_revision,
            position=one.line.position,
            variant_id=one.line.variant_id,
            quantity=-one.line.quantity,
            unit_price=one.line.unit_price,
            currency=one.line.currency,
            recorded_at=one.recorded_at or recorded.time_of(ecp),
        )
        for one in after.returned
        if (one.returning_sale, one.returning_revision, one.line.position) not in stored
    ]


def _build_claim(number: int, entry: Entry) -> NewKey | None:
    """Build the key as it was claimed."""
    sale = entry.arriving
    if sale.ecp is None or sale.sold_at is None or sale.version is None:
        return None
    version: Version = sale.version
    return NewKey(
        number,
        sale.ecp,
        sold_at=sale.sold_at,
        revision=version.revision or 1,
        digest=version.digest,
        updated_at=version.updated_at,
        returns=None,
    )


def _changed_keys(book: Book, claims: dict[int, NewKey | None]) -> list[NewKey]:
    found = []
    for number, before in book.before.items():
        after = _build_key(book.by_number[number])
        if after != (claims.get(number) if before is None else _build_key(before)):
            found.append(after)
    return found


def _build_key(sale: KnownSale) -> NewKey:
    return NewKey(
        sale.number,
        sale.ecp,
        sold_at=sale.place.sold_at,
        revision=sale.revision,
        digest=sale.digest,
        updated_at=sale.updated_at,
        returns=sale.returns,
    )
