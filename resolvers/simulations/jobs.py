"""The job of a simulation: replays the sales of a period in pieces of some ECPs, beside each other (N7).

It writes only totals, so it may be stopped at any moment and tried again: what it reads is fixed by the moment of the
mutation. With pools, the lines of all pieces are decided beside each other too; then one call grants them what pools
leave, in the order in which sales were recorded.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from db.simulations.changes import add_pieces, add_simulated_ecps, finish_simulation
from db.simulations.reads import PIECES, SIMULATION_TO_REPLAY
from db.simulations.replay_reads import LINES_OF_ECPS
from domain.events import EventKind
from domain.jobs.facts import JobKind
from domain.simulations.explaining import ExampleLine, decode_examples
from domain.simulations.facts import MAX_LINES, MAX_ORDERED_LINES
from domain.simulations.failures import SimulationTooLarge
from domain.simulations.replay import explain, grant_all, prepare, replay
from domain.simulations.results import SimulationResult, merge_totals
from domain.simulations.tally import Totals, best_candidates, decode_totals
from resolvers.context import Operation
from resolvers.jobs.handlers import JobHandler
from resolvers.jobs.running import RunningJob
from resolvers.simulations.notify import append_simulation_event
from resolvers.simulations.reading import Reel, load_reel, read_piece

# Lines and ECPs of a piece, about.
PIECE_LINES: Final = 20_000
_PIECE_ECPS: Final = 2_000
# Pieces that are read or replayed at a time.
_AHEAD: Final = 4
# Seconds that the replay of a piece may take, and that of all pieces together.
_PIECE_TIME_S: Final = 300.0
_ORDERED_TIME_S: Final = 1_800.0


class SimulationWork(Struct, frozen=True):
    """The simulation to replay."""

    simulation_id: UUID


class Cut(Struct, frozen=True):
    """How the ECPs are cut into pieces: the first number of each; how many pieces are done, and how many lines are."""

    firsts: tuple[int, ...]
    lines: int
    done: int = 0

    def span(self, number: int) -> tuple[int, int | None]:
        """The first and the last ECP of a piece; the last piece has no end."""
        last = self.firsts[number + 1] - 1 if number + 1 < len(self.firsts) else None
        return self.firsts[number], last

    def lines_until(self, number: int) -> int:
        """About how many lines so many pieces have."""
        return self.lines * number // len(self.firsts)


async def simulate(job: RunningJob[SimulationWork]) -> None:
    """Replay a simulation and store its result. Raises SimulationTooLarge."""
    async with job.operation() as operation:
        (row,) = await operation.fetch(SIMULATION_TO_REPLAY, id=job.parameters.simulation_id)
        if row.result_json is not None:
            return
        reel = await load_reel(operation, row)
        cut = job.checkpoint or await cut_ecps(operation, reel)
    await job.report(cut.lines_until(cut.done), max(cut.lines, 1))
    await _replay_pieces(job, reel, cut)
    totals = await _load_totals(job, reel)
    await _finish(job, reel, totals, await _explain(job, reel, totals))


async def cut_ecps(operation: Operation, reel: Reel) -> Cut:
    """Cut the ECPs into pieces. Raises SimulationTooLarge."""
    firsts, lines, size, ecps = [0], 0, 0, 0
    for row in await operation.fetch(LINES_OF_ECPS, since=reel.since, until=reel.until):
        if size and (size + row.lines > PIECE_LINES or ecps >= _PIECE_ECPS):
            firsts.append(row.ecp)
            size = ecps = 0
        lines, size, ecps = lines + row.lines, size + row.lines, ecps + 1
    limit = MAX_ORDERED_LINES if reel.keeps_order else MAX_LINES
    if lines > limit:
        raise SimulationTooLarge(lines, limit, has_pools=reel.keeps_order)
    return Cut(tuple(firsts), lines)


async def _read(job: RunningJob[SimulationWork], reel: Reel, cut: Cut, number: int) -> bytes:
    async with job.operation() as operation:
        return await read_piece(operation, reel, *cut.span(number))


async def _replay_pieces(job: RunningJob[SimulationWork], reel: Reel, cut: Cut) -> None:
    """Replay the pieces beside each other, and keep what came of each with the checkpoint behind it."""
    async for number, totals in _totals_of_pieces(job, reel, cut):
        cut = msgspec.structs.replace(cut, done=number + 1)
        async with job.operation() as operation, operation.writing() as session:
            await add_pieces(session, reel.row.id, [(number, totals)])
            await job.save_checkpoint(session, cut, done=cut.lines_until(number + 1))
        await job.report(cut.lines_until(number + 1))


async def _totals_of_pieces(job: RunningJob[SimulationWork], reel: Reel, cut: Cut) -> AsyncIterator[tuple[int, bytes]]:
    """What came of the pieces that are not done, in their order; those that follow are computed meanwhile."""
    setup, turn = msgspec.msgpack.encode(reel.setup), asyncio.Lock()
    function = prepare if reel.keeps_order else replay

    async def run(number: int) -> bytes:
        async with turn:
            piece = await _read(job, reel, cut, number)
        totals: bytes = await job.run_in_process(function, setup, piece, time_limit=_PIECE_TIME_S)
        return totals

    running: deque[tuple[int, asyncio.Task[bytes]]] = deque()
    try:
        for number in range(cut.done, len(cut.firsts)):
            running.append((number, asyncio.create_task(run(number))))
            if len(running) == _AHEAD:
                first, task = running[0]
                yield first, await task
                running.popleft()
        while running:
            first, task = running[0]
            yield first, await task
            running.popleft()
    finally:
        for _, task in running:
            task.cancel()
        await asyncio.gather(*(task for _, task in running), return_exceptions=True)


async def _load_totals(job: RunningJob[SimulationWork], reel: Reel) -> list[Totals]:
    """The totals of all pieces; with pools, what they are granted."""
    async with job.operation() as operation:
        rows = await operation.fetch(PIECES, simulation_id=reel.row.id, after=-1)
    pieces = [row.totals for row in rows]
    if not reel.keeps_order:
        return list(map(decode_totals, pieces))
    setup = msgspec.msgpack.encode(reel.setup)
    return [decode_totals(await job.run_in_process(grant_all, setup, pieces, time_limit=_ORDERED_TIME_S))]


async def _explain(job: RunningJob[SimulationWork], reel: Reel, totals: list[Totals]) -> list[ExampleLine]:
    """The lines that change most, with the facts of both valuations."""
    candidates = best_candidates(totals)
    if not candidates:
        return []
    async with job.operation() as operation:
        pieces = [await read_piece(operation, reel, ecp, ecp) for ecp in sorted({one.ecp for one in candidates})]
    setup, asked = msgspec.msgpack.encode(reel.setup), msgspec.msgpack.encode(candidates)
    return decode_examples(await job.run_in_process(explain, setup, pieces, asked, time_limit=_PIECE_TIME_S))


async def _finish(
    job: RunningJob[SimulationWork], reel: Reel, totals: list[Totals], examples: list[ExampleLine]
) -> None:
    """Store the result, once."""
    async with job.operation() as operation, operation.writing() as session:
        calendar = await operation.calendar()
        result: SimulationResult = merge_totals(
            totals, examples, reel.setup.variants, reel.live_rules, calendar=calendar
        )
        await finish_simulation(session, reel.row.id, msgspec.to_builtins(result), operation.now)
        ecps = [(operation.new_id(), reel.row.id, *one) for part in totals for one in part.ecps]
        await add_simulated_ecps(session, ecps)
        kind, scheme_id = EventKind.SIMULATION_FINISHED, reel.row.scheme_id
        await append_simulation_event(operation, session, kind, reel.row.id, scheme_id)


JOBS: Final = (
    JobHandler(kind=JobKind.SIMULATION, parameters=SimulationWork, checkpoint=Cut, run=simulate, time_limit=7_200.0),
)
