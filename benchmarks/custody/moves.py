"""Server time of movements on a line of 2,000,000 serials with 1,000 batches and 10,000 fragments, and of recalls."""

import asyncio
import random
import statistics
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct

from benchmarks.custody.acting import Actors
from benchmarks.custody.cpu import Meter, Spent
from benchmarks.custody.place import Place, analyze, opened
from benchmarks.custody.report import Line
from benchmarks.custody.schemes import approved_scheme
from domain.spans import Span

# Fragments are 50 serials of every 200, so that 150 serials between two of them are free to move.
_SLOT: Final = 200
_FRAGMENT: Final = 50
_OF_BATCH: Final = 10
# Scattered serials are taken from the end of the slots; quantities take the lowest ones, at their beginning.
_LAST_FREE: Final = _SLOT - 1
_PIECES: Final = (1, 100, 300, 1_000, 10_000)
_QUANTITIES: Final = (10, 100_000)
_GOALS: Final = {1: 10.0, 100: 10.0, 300: 10.0, 1_000: None, 10_000: 100.0}
_WARM_ROUNDS: Final = 8
_RECALLED: Final = 20_000
_HOLDERS: Final = 50
_RECALL_GOAL: Final = 100.0


class Size(Struct, frozen=True):
    """How much is built and measured."""

    serials: int = 2_000_000
    batches: int = 1_000
    rounds: int = 7


class _Line(Struct, frozen=True):
    """A fragmented line: its consignment, its chain, and how many slots it has."""

    consignment_id: UUID
    chain: Sequence[UUID]
    slots: int


def measure_moves(place: Place, size: Size) -> tuple[list[Line], dict[str, object]]:
    """Build the line and move serials of it; then recall coupons of another consignment."""
    return asyncio.run(_measure(place, size))


async def _measure(place: Place, size: Size) -> tuple[list[Line], dict[str, object]]:
    async with opened(place) as environment:
        actors = Actors(environment, place)
        total = size.serials + _RECALLED * size.rounds
        scheme_id = await approved_scheme(environment, place, "One Long Line", (total,))
        await actors.generate(scheme_id)
        line = await _fragmented(actors, scheme_id, size)
        await analyze(place)
        rounds: dict[str, list[Spent]] = {}
        await _warm(actors, line)
        for _ in range(size.rounds):
            for pieces in _PIECES:
                if pieces <= line.slots:
                    await _move_pieces(actors, line, pieces, rounds)
            for quantity in _QUANTITIES:
                if quantity <= size.serials // 2:
                    await _move_quantity(actors, line, quantity, rounds)
        await _recall(actors, scheme_id, size, rounds)
    return _lines(rounds), dict(rounds)


async def _fragmented(actors: Actors, scheme_id: UUID, size: Size) -> _Line:
    """A line of which every batch has taken ten fragments, at random places."""
    chain = actors.place.catalog.chain()
    consignment_id = await actors.create(scheme_id, chain, size.serials)
    await actors.produce(consignment_id, chain[0], size.serials)
    starts = list(range(0, size.serials, size.serials // (size.batches * _OF_BATCH)))[: size.batches * _OF_BATCH]
    random.Random(1).shuffle(starts)  # noqa: S311 - the same places in every run
    for number in range(size.batches):
        some = sorted(starts[number * _OF_BATCH : (number + 1) * _OF_BATCH])
        await actors.dispatch(consignment_id, chain[0], serials=[Span(start, start + _FRAGMENT - 1) for start in some])
    return _Line(consignment_id, chain, size.serials // _SLOT)


async def _warm(actors: Actors, line: _Line) -> None:
    """Move something often: statements are planned several times before PostgreSQL keeps a plan."""
    for number in range(_WARM_ROUNDS):
        await _move_pieces(actors, line, min(300, line.slots) if number == 0 else 1, {})


async def _move_pieces(actors: Actors, line: _Line, pieces: int, rounds: dict[str, list[Spent]]) -> None:
    """Move single serials from all over the line."""
    step = line.slots // pieces
    serials = [Span(at, at) for at in (index * step * _SLOT + _LAST_FREE for index in range(pieces))]
    words = f"{pieces:,} {'piece' if pieces == 1 else 'pieces'}"
    await _move(
        actors,
        line,
        (words, pieces, lambda: actors.dispatch(line.consignment_id, line.chain[0], None, serials)),
        rounds,
    )


async def _move_quantity(actors: Actors, line: _Line, quantity: int, rounds: dict[str, list[Spent]]) -> None:
    words = f"the lowest {quantity:,}"
    await _move(
        actors, line, (words, quantity, lambda: actors.dispatch(line.consignment_id, line.chain[0], quantity)), rounds
    )


async def _move(
    actors: Actors,
    line: _Line,
    work: tuple[str, int, Callable[[], Awaitable[UUID]]],
    rounds: dict[str, list[Spent]],
) -> None:
    """Dispatch and receive, and take both back, which leaves the line as it was."""
    words, quantity, dispatch = work
    sender, receiver = line.chain[:2]
    batch = await _timed(actors, f"dispatch {words}", dispatch, rounds)
    await _timed(actors, f"receive {words}", lambda: actors.receive(batch, receiver, quantity), rounds)
    await _timed(actors, f"void the receipt of {words}", lambda: actors.void_receipt(batch, receiver), rounds)
    await _timed(actors, f"void the dispatch of {words}", lambda: actors.void_dispatch(batch, sender), rounds)


async def _recall(actors: Actors, scheme_id: UUID, size: Size, rounds: dict[str, list[Spent]]) -> None:
    """Recall 20,000 coupons that 50 batches hold, ten ranges each."""
    place, chain = actors.place, actors.place.catalog.chain(1)
    total = _RECALLED * size.rounds
    consignment_id = await actors.create(scheme_id, chain, total)
    await actors.produce(consignment_id, chain[0], total)
    first, width = size.serials, _RECALLED // _HOLDERS // _OF_BATCH
    for number in range(size.rounds):
        begin = first + number * _RECALLED
        for holder in range(_HOLDERS):
            starts = (begin + (piece * _HOLDERS + holder) * width for piece in range(_OF_BATCH))
            serials = [Span(start, start + width - 1) for start in starts]
            await actors.dispatch(consignment_id, chain[0], serials=serials)
    await analyze(place)
    for number in range(size.rounds):
        begin = first + number * _RECALLED
        what = f"recall {_RECALLED:,} coupons of {_HOLDERS} holders"
        serials = [Span(begin, begin + _RECALLED - 1)]
        await _timed(actors, what, lambda serials=serials: actors.void_coupons(scheme_id, serials), rounds)  # type: ignore[misc]


async def _timed(
    actors: Actors, what: str, work: Callable[[], Awaitable[UUID]], rounds: dict[str, list[Spent]]
) -> UUID:
    with Meter(actors.place.postmaster) as meter:
        found = await work()
    rounds.setdefault(what, []).append(meter.spent)
    return found


def _lines(rounds: dict[str, list[Spent]]) -> list[Line]:
    """Server time, the CPU of Python and PostgreSQL; the wall clock too, which the disk and others disturb."""
    lines = []
    for what, found in rounds.items():
        server = [spent.server for spent in found]
        lines.append(
            Line(
                what=f"{what}: server time",
                value=statistics.median(server),
                unit="ms",
                least=min(server),
                most=max(server),
                goal=_goal(what),
            )
        )
        parts = {"Python": [spent.python for spent in found], "PostgreSQL": [spent.postgres for spent in found]}
        for name, values in parts.items():
            lines.append(Line(what=f"{what}: of it {name}", value=statistics.median(values), unit="ms"))
        lines.append(Line(what=f"{what}: elapsed", value=statistics.median(spent.wall for spent in found), unit="ms"))
    return lines


def _goal(what: str) -> float | None:
    if what.startswith("recall"):
        return _RECALL_GOAL
    pieces = next((count for count in _PIECES if f" {count:,} piece" in what), None)
    return 10.0 if pieces is None else _GOALS[pieces]
