"""The home of an ECP: its balance and the last 20 entries, with 10,000 entries in the ledger and with 10,000,000."""

import asyncio
import contextlib
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import asyncpg
import orjson
import uvloop
from msgspec import Struct

from benchmarks.custody.cpu import backends_cpu_ms, cpu_ms, used_since
from benchmarks.custody.place import LOGS, SECRETS, Place, analyze, opened
from benchmarks.custody.report import Line, line_of
from benchmarks.ledger.client import Caller, document
from benchmarks.ledger.place import Ecp, SchemeTerms, add_members, begun_scheme
from benchmarks.servers import Credentials, Server, Signer, our_command, running

_ECPS: Final = 100
_FIRST: Final = 10_000
_GROWTH_GOAL: Final = 1.3
_RATIO_GOAL: Final = 0.85
_WARM: Final = 100
_LEDGERS: Final = """
INSERT INTO points_ledger (ecp, seq, recorded_at) SELECT number, 0, now() FROM ecp WHERE id = ANY($1)
"""
_ACCOUNTS: Final = """
INSERT INTO points_account (ecp, scheme) SELECT ecp.number, scheme.number FROM ecp, scheme
WHERE ecp.id = ANY($1) AND scheme.id = $2
"""
# Ten points each, in the order in which a ledger grows: every ECP in turn.
_ENTRIES: Final = """
INSERT INTO points_entry
    (ecp, seq, scheme, points, balance_after, effective_at, recorded_at, kind, debit, credit, position, version, rule,
        sale)
SELECT ledger.ecp, made.seq, scheme.number, 10, 10 * made.seq, moment.at, moment.at, 1, 2, 1, 0, 1, 0,
    1000000 + made.seq
FROM generate_series($1::bigint, $2::bigint) AS made (seq)
CROSS JOIN points_ledger AS ledger
CROSS JOIN (SELECT number FROM scheme WHERE id = $3) AS scheme
CROSS JOIN LATERAL (SELECT now() - interval '50 days' + made.seq * interval '1 second' AS at) AS moment
"""
_TOTALS: Final = (
    "UPDATE points_ledger SET seq = $1, recorded_at = now()",
    "UPDATE points_account SET available = 10 * $1, lines = $1",
)


class HomeSize(Struct, frozen=True):
    """How many entries there are at last, and how many requests a round has."""

    entries: int = 10_000_000
    requests: int = 1_500
    rounds: int = 3


class Round(Struct, frozen=True):
    """Microseconds of one request: on the clock in the middle, and CPU of the server and of PostgreSQL."""

    p50: float
    cpu: float


def measure_home(place: Place, size: HomeSize) -> tuple[list[Line], dict[str, object]]:
    """Measure with few entries and with many, in turns with the server by hand."""
    scheme_id, ecps = asyncio.run(_prepare(place))
    found: dict[tuple[str, int], list[Round]] = {}
    with _servers(place) as (servers, signer):
        tokens = [signer.token(ecp.account_id) for ecp in ecps]
        _check_same(servers, tokens[0])
        stored = 0
        for entries in (_FIRST, size.entries):
            asyncio.run(_grow(place, scheme_id, stored // _ECPS, entries // _ECPS))
            stored = entries
            for name, server in servers.items():
                _round(place, server, tokens, _WARM)
                found[name, entries] = []
            for _ in range(size.rounds):
                for name, server in servers.items():
                    found[name, entries].append(_round(place, server, tokens, size.requests))
    return _lines(found, size), {f"{name}, {entries}": rounds for (name, entries), rounds in found.items()}


def _lines(found: dict[tuple[str, int], list[Round]], size: HomeSize) -> list[Line]:
    few, many = found["tessera", _FIRST], found["tessera", size.entries]
    hand = found["by hand", size.entries]
    least = statistics.median(one.p50 for one in few)
    return [
        line_of(f"home at {_FIRST:,} entries", "µs", [one.p50 for one in few]),
        line_of(f"home at {size.entries:,} entries", "µs", [one.p50 for one in many]),
        line_of("home: growth", "x", [one.p50 / least for one in many], _GROWTH_GOAL),
        line_of(f"home by hand at {size.entries:,} entries", "µs", [one.p50 for one in hand]),
        line_of(
            "home: of by hand",
            "x",
            [by.p50 / one.p50 for one, by in zip(many, hand, strict=True)],
            _RATIO_GOAL,
            at_least=True,
        ),
        line_of(
            "home: of by hand, by CPU",
            "x",
            [by.cpu / one.cpu for one, by in zip(many, hand, strict=True)],
        ),
    ]


@contextlib.contextmanager
def _servers(place: Place) -> Iterator[tuple[dict[str, Server], Signer]]:
    with tempfile.TemporaryDirectory(prefix="tessera-ledger-") as folder, contextlib.ExitStack() as stack:
        signer = Signer(Path(folder))
        credentials = Credentials(signer.keys, "")
        settings = {**SECRETS, "TESSERA_LOG_LEVEL": "warning"}
        yield (
            {
                name: stack.enter_context(
                    running(name, command, place.url, credentials, LOGS / f"ledger home {name}.log", settings=settings)
                )
                for name, command in {
                    "tessera": our_command("tessera"),
                    "by hand": our_command("ledger.by_hand"),
                }.items()
            },
            signer,
        )


async def _prepare(place: Place) -> tuple[Any, list[Ecp]]:
    async with opened(place) as environment:
        scheme_id = await begun_scheme(environment, place, SchemeTerms(title="Home Scheme"))
        ecps = await add_members(environment, place, [scheme_id], _ECPS)
    connection = await asyncpg.connect(place.owner_url)
    try:
        await connection.execute(_LEDGERS, [ecp.id for ecp in ecps])
        await connection.execute(_ACCOUNTS, [ecp.id for ecp in ecps], scheme_id)
    finally:
        await connection.close()
    return scheme_id, ecps


async def _grow(place: Place, scheme_id: Any, stored: int, wanted: int) -> None:
    """Add entries to every ledger, and make balances agree."""
    connection = await asyncpg.connect(place.owner_url)
    try:
        for first in range(stored + 1, wanted + 1, 10_000):
            await connection.execute(_ENTRIES, first, min(first + 9_999, wanted), scheme_id)
        for statement in _TOTALS:
            await connection.execute(statement, wanted)
    finally:
        await connection.close()
    await analyze(place)


def _check_same(servers: dict[str, Server], token: str) -> None:
    """Both servers must answer the same, or the comparison is worth nothing."""
    answers = [asyncio.run(_ask(server, [token], 1))[1] for server in servers.values()]
    assert answers[0] == answers[1], answers


def _round(place: Place, server: Server, tokens: Sequence[str], requests: int) -> Round:
    chance = random.Random(requests)  # noqa: S311 - the same ECPs in every round
    python, postgres = cpu_ms(server.process.pid), backends_cpu_ms(place.postmaster)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        times, _ = runner.run(_ask(server, chance.choices(tokens, k=requests), requests))
    cpu = cpu_ms(server.process.pid) - python + used_since(postgres, backends_cpu_ms(place.postmaster))
    return Round(p50=1e6 * statistics.median(times), cpu=1000 * cpu / requests)


async def _ask(server: Server, tokens: Sequence[str], requests: int) -> tuple[list[float], Any]:
    content = orjson.dumps({"query": document("Home"), "operationName": "Home"})
    times: list[float] = []
    answer: Any = None
    async with Caller(server.port) as caller:
        for number in range(requests):
            began = time.perf_counter()
            answer = await caller.post(tokens[number % len(tokens)], content)
            times.append(time.perf_counter() - began)
    return times, answer
