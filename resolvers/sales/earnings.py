"""What recorded sales earned, and why a sale or some of its lines earn nothing, for the system that reported them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from db.sales.recording_reads import SCHEME_TITLES
from db.sessions import Writing
from domain.points.lines import SaleChange
from domain.sales.decisions import Book, Decision
from domain.text import drop_repeats, join_words, quote
from resolvers.points.posting.posted import PostedLine, PostedSale, Posting
from resolvers.sales.entries import Earned, Entry

_WAITS: Final = "The points of this sale are still being computed: later sales of the ECP are valued again with it."
_RETURNED: Final = "This sale earns no points: all of its units came back."
_UNEARNED: Final = "no scheme that the ECP takes part in includes {it}."
# What is left of limits and of the budget is not for everybody to know.
_NOTHING: Final = "the schemes give nothing for {it}, or their limits leave nothing."


async def list_earned(
    session: Writing,
    book: Book,
    decided: Iterable[tuple[Entry, Decision]],
    posted: tuple[Sequence[SaleChange], Posting],
) -> dict[int, Earned]:
    """List what each sale of the report earned, by its number.

    What a return takes off a sale belongs to the return, unless the report changes the sale too. Of several returns of
    a sale, it belongs to the first one.
    """
    changes, posting = posted
    points: dict[int, int] = defaultdict(int)
    for number in {change.number for change in changes}:
        points[book.causes.get(number) or number] += posting.sales[number].points
    names = {
        decision.revision.sale.number: entry.sale.ecp_code
        for entry, decision in decided
        if decision.revision is not None
    }
    found = {(change.number, change.ecp_id): change for change in changes}
    titles = await _load_titles(session, posting.sales.values())
    earned = {}
    for number in {*points, *names}:
        sale = book.by_number[number]
        change = found.get((number, sale.ecp_id))
        ecp = names.get(number, "")
        reasons = () if change is None else _list_reasons(change, posting.sales[number], ecp, titles)
        earned[number] = Earned(points.get(number, 0), reasons)
    return earned


async def _load_titles(session: Writing, sales: Iterable[PostedSale]) -> dict[UUID, str]:
    ids = {line.scheme_id for sale in sales for line in sale.lines if line.obstacles}
    return {row.id: quote(row.title) for row in await session.fetch(SCHEME_TITLES, ids=sorted(ids))} if ids else {}


def _list_reasons(change: SaleChange, posted: PostedSale, ecp: str, titles: Mapping[UUID, str]) -> tuple[str, ...]:
    """List why a sale, or lines of it, earn nothing; lines of which everything came back need no reason."""
    if posted.waits:
        return (_WAITS,)
    counted = [line.position for line in change.lines if line.quantity]
    if not counted:
        return (_RETURNED,)
    earning = {line.position for line in posted.lines if line.base or line.bonus}
    if earning.issuperset(counted):
        return ()
    by_position: dict[int, list[PostedLine]] = {position: [] for position in counted}
    for line in posted.lines:
        if line.position in by_position:
            by_position[line.position].append(line)
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for position, lines in by_position.items():
        if position not in earning:
            groups[_reasons_of(lines, quote(ecp), titles)].append(position)
    return drop_repeats(
        sentence
        for reasons, positions in groups.items()
        for sentence in _write(reasons, [] if len(positions) == len(counted) else positions)
    )


def _reasons_of(lines: Sequence[PostedLine], ecp: str, titles: Mapping[UUID, str]) -> tuple[str, ...]:
    if not lines:
        return (_UNEARNED,)
    return drop_repeats(
        obstacle.describe(ecp, titles.get(line.scheme_id, "the scheme"))
        for line in lines
        for obstacle in line.obstacles
    ) or (_NOTHING,)


def _write(reasons: tuple[str, ...], positions: Sequence[int]) -> Iterable[str]:
    """Write reasons for all of a sale, without positions, or for some of its lines, which people count from 1."""
    if reasons[0] not in {_UNEARNED, _NOTHING} and not positions:
        return reasons
    subject, pronoun = ("This sale earns", "it") if not positions else _subject(positions)
    return [f"{subject} no points: {' '.join(reasons).replace('{it}', pronoun)}"]


def _subject(positions: Sequence[int]) -> tuple[str, str]:
    numbers = [str(position + 1) for position in positions]
    if len(numbers) == 1:
        return f"Line {numbers[0]} earns", "it"
    return f"Lines {join_words(numbers, 'and')} earn", "them"
