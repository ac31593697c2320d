"""Simulations of a million lines: of an approved scheme beside its ledger, and of a draft with a budget.

Lines a second are those of the whole job, from its start to its result. Where other programs use the machine, the CPU
seconds of the worker, its processes, and PostgreSQL say more: on two cores the job takes half of them at best. The
floor only reads lines, piece by piece, and does nothing with them.
"""

import asyncio
import resource
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import asyncpg
from msgspec import Struct

from benchmarks.custody.cpu import backends_cpu_ms, used_since
from benchmarks.custody.place import Place, analyze, opened
from benchmarks.custody.report import Line, line_of
from benchmarks.ledger.place import BEGAN, SchemeTerms, add_members, begun_scheme
from benchmarks.ledger.rules import ten_rules
from db.simulations.reads import SIMULATION_TO_REPLAY
from domain.permissions import Role
from domain.points.clause_bits import pack_holds
from domain.points.valuation_facts import FORM, ValuationFacts, encode_facts
from graphql_api.context import Environment, utc_now
from graphql_api.jobs.policy import WorkerPolicy
from graphql_api.jobs.worker import JobWorker
from resolvers.jobs.handlers import handlers_by_kind
from resolvers.simulations.jobs import JOBS, cut_ecps
from resolvers.simulations.reading import load_reel, read_piece
from resolvers.simulations.simulate_scheme import SimulateScheme, simulate_scheme

_GOAL: Final = 30_000
_PIECES_READ: Final = 10
_LINES_OF_ECP: Final = 100
_LINES_OF_SALE: Final = 2
# The sales of an ECP, of two lines each, in the order in which they were recorded; those of all ECPs are mixed.
_SALES: Final = """
CREATE TEMPORARY TABLE made AS
SELECT row_number() OVER (ORDER BY made.number, ecp.number) AS sale, ecp.number AS ecp,
    now() - interval '50 days' + made.number * interval '1 hour' + ecp.number * interval '1 millisecond' AS at
FROM (SELECT number FROM ecp ORDER BY number) AS ecp CROSS JOIN generate_series(1, $1::int) AS made (number)
"""
_KEYS: Final = """
INSERT INTO sale_key (source, external_id, number, ecp, sold_at, revision, digest)
SELECT 'till', lpad(sale::text, 10, '0'), sale, ecp, at, 1, '' FROM made
"""
_REVISIONS: Final = """
INSERT INTO sale (ecp, sold_at, sale, revision, recorded_at, recorded_by)
SELECT ecp, at, sale, 1, at + interval '1 minute', $1 FROM made
"""
_LINES: Final = """
INSERT INTO sale_line (ecp, sold_at, sale, revision, position, quantity, variant_id, unit_price, currency)
SELECT ecp, at, sale, 1, line.position, 1 + sale % 7, ($1::uuid[])[1 + (sale + line.position) % 5], 25, 'USD'
FROM made CROSS JOIN generate_series(0, 1) AS line (position)
"""
_VALUATIONS: Final = """
INSERT INTO valuation (ecp, scheme, sold_at, sale, position, version, revision, entries, base, bonus, seq, recorded_at,
    facts)
SELECT ecp, (SELECT number FROM scheme WHERE id = $1), at, sale, line.position, 1, 1, 2, 10 * (1 + sale % 7), 5, 1,
    at + interval '1 minute', $2
FROM made CROSS JOIN generate_series(0, 1) AS line (position)
"""


class SimulationSize(Struct, frozen=True):
    """How many lines there are."""

    lines: int = 1_000_000
    rounds: int = 1
    processes: int = 2
    # Bytes that a process may use: those of the default settings.
    memory: int = 1024**3


class Round(Struct, frozen=True):
    """Seconds of a simulation on the clock, and of the CPU of Python and of PostgreSQL; lines a second of the floor."""

    seconds: float
    python: float
    postgres: float
    floor: float


def measure_simulation(place: Place, size: SimulationSize) -> tuple[list[Line], dict[str, object]]:
    """Simulate the lines, with the ledger and with a budget."""
    return asyncio.run(_measure(place, size))


async def _measure(place: Place, size: SimulationSize) -> tuple[list[Line], dict[str, object]]:
    async with opened(place, pool_size=8) as environment:
        schemes = await fill_schemes(environment, place, size.lines)
        await analyze(place)
        found = {
            name: [await _simulate(environment, place, scheme_id, size) for _ in range(size.rounds)]
            for name, scheme_id in schemes.items()
        }
    lines: list[Line] = []
    for name, rounds in found.items():
        rates = [size.lines / one.seconds for one in rounds]
        used = [2 * size.lines / (one.python + one.postgres) for one in rounds]
        lines += [
            line_of(f"simulation {name}", "lines/s", rates, _GOAL, at_least=True),
            line_of(f"simulation {name}: by CPU, on two cores", "lines/s", used),
            line_of(f"simulation {name}: CPU of Python", "µs a line", _micro(size, [one.python for one in rounds])),
            line_of(
                f"simulation {name}: CPU of PostgreSQL", "µs a line", _micro(size, [one.postgres for one in rounds])
            ),
            line_of(f"floor {name}: lines read", "lines/s", [one.floor for one in rounds]),
        ]
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    lines.append(line_of("simulation: most memory of a process", "MB", [most]))
    return lines, dict(found)


def _micro(size: SimulationSize, seconds: Sequence[float]) -> list[float]:
    """Microseconds for a line."""
    return [1e6 * one / size.lines for one in seconds]


async def fill_schemes(environment: Environment, place: Place, lines: int) -> dict[str, UUID]:
    """Store so many lines, and two schemes: one with a ledger, and one whose budget they use up."""
    rules = ten_rules(place.catalog, generous=False)
    live = await begun_scheme(environment, place, SchemeTerms(title="Live", rules=rules))
    pooled = await begun_scheme(environment, place, SchemeTerms(title="Budgeted", rules=rules, budget=12 * lines))
    await add_members(environment, place, [live, pooled], lines // _LINES_OF_ECP)
    await _fill(place, live)
    return {"with its ledger": live, "with a budget": pooled}


async def _fill(place: Place, live: UUID) -> None:
    facts = ValuationFacts(
        form=FORM, quantity=2, holds=pack_holds((True,) * 20), volumes=(4, 100), paid=(0, 5), mask=3, value=500_000
    )
    connection = await asyncpg.connect(place.owner_url)
    try:
        # What refers to what is known to be right, and checking it takes most of the time.
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(_SALES, _LINES_OF_ECP // _LINES_OF_SALE)
        await connection.execute(_KEYS)
        await connection.execute(_REVISIONS, place.viewer(Role.INTEGRATION).account_id)
        await connection.execute(_LINES, list(place.catalog.variant_ids))
        await connection.execute(_VALUATIONS, live, encode_facts(facts))
    finally:
        await connection.close()


async def _simulate(environment: Environment, place: Place, scheme_id: UUID, size: SimulationSize) -> Round:
    operation = environment.operation(place.viewer(Role.PROGRAM_MANAGER))
    last = utc_now().date()
    simulation_id = await simulate_scheme(operation, SimulateScheme(scheme_id, last - timedelta(days=BEGAN), last))
    await operation.close()
    floor = await _read_only(environment, place, simulation_id)
    policy = WorkerPolicy(slots=1, per_account=1, processes=size.processes, process_memory=size.memory)
    worker = JobWorker(environment, handlers_by_kind(JOBS), policy)
    database, python = backends_cpu_ms(place.postmaster), _python_cpu()
    began = time.perf_counter()
    await worker.take()
    while worker.running:  # noqa: ASYNC110 - a worker has no event for its idleness
        await asyncio.sleep(0.05)
    seconds = time.perf_counter() - began
    postgres = used_since(database, backends_cpu_ms(place.postmaster)) / 1000
    await worker.stop()
    return Round(seconds, _python_cpu() - python, postgres, floor=floor)


async def _read_only(environment: Environment, place: Place, simulation_id: UUID) -> float:
    """How many lines a second are read, one piece after another; some pieces are enough."""
    operation = environment.operation(place.viewer(Role.PROGRAM_MANAGER))
    (row,) = await operation.fetch(SIMULATION_TO_REPLAY, id=simulation_id)
    reel = await load_reel(operation, row)
    cut = await cut_ecps(operation, reel)
    began = time.perf_counter()
    pieces = min(len(cut.firsts), _PIECES_READ)
    for number in range(pieces):
        await read_piece(operation, reel, *cut.span(number))
    await operation.close()
    return cut.lines_until(pieces) / (time.perf_counter() - began)


def _python_cpu() -> float:
    """CPU seconds of this process and of its processes that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
