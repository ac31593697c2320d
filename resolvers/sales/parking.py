"""Parks sales that name what does not exist yet, and deletes parked sales that are recorded."""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from db.outbox.changes import NewEvent, append_events
from db.sales.changes import NewParked, delete_parked, park_sales
from db.sales.recording_reads import COUNT_PARKED
from db.sales.rows import ParkedContentRow
from db.sessions import Writing
from domain.events import EventKind
from domain.failures import Problem, UserErrorCode
from domain.sales.aliases import code_key
from domain.sales.decisions import Book, Decision
from domain.sales.facts import PARKED_LIMIT, SaleOutcome
from domain.text import drop_repeats
from resolvers.context import Operation
from resolvers.sales.entries import Entry

_ENCODER: Final = msgspec.msgpack.Encoder()
# Of a parked sale; it may have hundreds of lines.
_STATED: Final = 5
_Decided = tuple[Sequence[Entry], Sequence[Decision], Sequence[ParkedContentRow]]


async def store_parked(
    operation: Operation, session: Writing, book: Book, decided: _Decided, *, count: int
) -> list[Decision]:
    """Park what was decided to be parked, and delete what was parked and is not any longer.

    Return the decisions about the first `count` entries, which are rejected where the source has too many parked sales.
    """
    entries, decisions, known = decided
    stored = {row.external_id for row in known}
    given = list(decisions[:count])
    parked = {
        entry.arriving.external_id: index
        for index, (entry, decision) in enumerate(zip(entries, decisions, strict=True))
        if decision.outcome is SaleOutcome.PARKED and entry.arriving.external_id in book.parked
    }
    added = [external_id for external_id in parked if external_id not in stored]
    if added:
        (total,) = await session.fetch(COUNT_PARKED, source=book.source)
        for external_id in added[max(PARKED_LIMIT - total, 0) :]:
            index = parked.pop(external_id)
            if index < count:
                given[index] = Decision(SaleOutcome.REJECTED, (_too_many(),))
    rows = [_build_parked(operation, book, entries[index], decisions[index]) for index in parked.values()]
    rows += [
        replace(_build_parked(operation, book, entry, decision), since=entry.since)
        for entry, decision in zip(entries, decisions, strict=True)
        if entry.since is not None and decision.problems
    ]
    await park_sales(session, rows)
    removed = sorted(stored - book.parked.keys())
    await delete_parked(session, book.source, removed)
    events = []
    if parked:
        events.append(NewEvent(EventKind.SALES_PARKED, entries[next(iter(parked.values()))].account_id))
    if removed:
        events.append(NewEvent(EventKind.PARKED_SALES_RECORDED, entries[-1].account_id))
    await append_events(session, events, operation.now)
    return given


def _build_parked(operation: Operation, book: Book, entry: Entry, decision: Decision) -> NewParked:
    arriving, sale = entry.arriving, entry.sale
    version = arriving.version
    assert version is not None  # noqa: S101 - what is parked has a version
    first = decision.problems[0]
    return NewParked(
        id=operation.new_id(),
        source=book.source,
        external_id=arriving.external_id,
        revision=version.revision,
        updated_at=version.updated_at,
        digest=version.digest,
        content=_ENCODER.encode(sale),
        ecp_key=entry.ecp_key,
        sku_keys=sorted({code_key(line.sku) for line in sale.lines}),
        returns_external_id=sale.returns_external_id,
        code=first.code.value,
        problem=_state(decision.problems),
        since=operation.now,
        checked_at=operation.now,
        account_id=entry.account_id,
    )


def _state(problems: Sequence[Problem]) -> str:
    """Write the first problems as sentences, and how many there are beside them."""
    sentences = drop_repeats(problem.message for problem in problems)
    more = len(sentences) - _STATED
    return " ".join(
        [*sentences[:_STATED], *([f"There are {more} more problems."] if more > 1 else sentences[_STATED:])]
    )


def _too_many() -> Problem:
    message = (
        f"The source has {PARKED_LIMIT:,} parked sales, which is the limit. Add aliases for what they name, or discard "
        "some."
    )
    return Problem(UserErrorCode.LIMIT_EXCEEDED, message, ("externalId",))
