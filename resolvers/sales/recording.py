"""Records sales in one transaction: claims and locks their keys, decides about each, posts points, and stores them."""

from collections.abc import Sequence
from typing import Final

from db.sessions import Writing
from domain.sales.changes import list_changes
from domain.sales.decisions import Book, Decision
from domain.sales.facts import SaleOutcome
from resolvers.context import Operation
from resolvers.points.posting.post import post_points
from resolvers.sales.earnings import list_earned
from resolvers.sales.entries import Entry, Recorded, enter_parked, read_content
from resolvers.sales.locking import lock_parked, open_book
from resolvers.sales.names import resolve_names
from resolvers.sales.parking import store_parked
from resolvers.sales.sources import own_source
from resolvers.sales.storing import Recording, store_sales

_FAILED: Final = frozenset({SaleOutcome.REJECTED, SaleOutcome.CONFLICT})


class NothingRecorded(Exception):
    """A sale was rejected, and so the transaction records none."""

    def __init__(self, decisions: list[Decision]) -> None:
        super().__init__()
        self.decisions = decisions


async def record_entries(  # noqa: PLR0913 - the source, whether it is new, and the mode
    operation: Operation,
    session: Writing,
    source: str,
    entries: Sequence[Entry],
    *,
    is_new_source: bool = False,
    all_or_nothing: bool = False,
) -> Recorded:
    """Decide about the entries in order, and store those that are recorded or parked.

    Parked returns of sales that are recorded are recorded as well. Raises NothingRecorded in the mode
    `all_or_nothing`, and InvalidInput if another account was faster to use a new source.
    """
    parked = await lock_parked(session, source, entries)
    sent = {entry.arriving.external_id for entry in entries}
    waiting = [row for row in parked if row.external_id not in sent]
    known_names = await resolve_names(session, map(read_content, waiting)) if waiting else None
    every = [*entries, *(enter_parked(waiting, known_names) if known_names is not None else ())]
    book = await open_book(session, source, every, parked)
    decisions = _decide(book, every)
    given = decisions[: len(entries)]
    if all_or_nothing:
        _require_all(given)
    changes = list_changes(book)
    posting = await post_points(operation, session, changes) if changes else None
    recorded = Recording(operation.now, {} if posting is None else posting.times)
    await store_sales(session, book, every, decisions, recorded=recorded)
    given = await store_parked(operation, session, book, (every, decisions, parked), count=len(entries))
    if all_or_nothing:
        # The limit of parked sales rejects as well.
        _require_all(given)
    if is_new_source and any(decision.outcome not in _FAILED for decision in given):
        await own_source(operation, session, source)
    earned = (
        {}
        if posting is None
        else await list_earned(session, book, zip(every, decisions, strict=True), (changes, posting))
    )
    return Recorded(given, points=sum(one.points for one in earned.values()), earned=earned)


def _require_all(decisions: list[Decision]) -> None:
    if any(decision.outcome in _FAILED for decision in decisions):
        raise NothingRecorded(decisions)


def _decide(book: Book, entries: Sequence[Entry]) -> list[Decision]:
    """Decide about all entries, and once more about returns whose sale came after them."""
    decisions = [book.decide(entry.arriving, is_retried=entry.since is not None) for entry in entries]
    for index, (entry, decision) in enumerate(zip(entries, decisions, strict=True)):
        waits = decision.outcome is SaleOutcome.PARKED and entry.arriving.returns in book.known
        if waits and not entry.arriving.unknown:
            decisions[index] = book.decide(entry.arriving, is_retried=True)
            if decisions[index].outcome is SaleOutcome.REJECTED and entry.since is None:
                book.parked.pop(entry.arriving.external_id, None)
    return decisions
