"""Recording sales over HTTP: lines a second with few and many entries, beside the same rows copied by hand."""

import asyncio
import contextlib
import itertools
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import uvloop
from msgspec import Struct

from benchmarks.custody.cpu import backends_cpu_ms, cpu_ms, used_since
from benchmarks.custody.place import LOGS, SECRETS, Place, analyze, opened
from benchmarks.custody.report import Line, line_of
from benchmarks.ledger.client import Caller, body
from benchmarks.ledger.copied import copy_again
from benchmarks.ledger.place import CURRENCY, SKUS, Ecp, SchemeTerms, add_members, begun_scheme
from benchmarks.ledger.rules import ten_rules
from benchmarks.servers import Credentials, Server, Signer, our_command, running
from benchmarks.sql import fetch_value
from domain.permissions import Role
from graphql_api.context import utc_now

SALES_A_CALL: Final = 1_000
LINES_A_SALE: Final = 2
# Callers at once, with ECPs of their own: while one transaction waits for PostgreSQL, another one computes.
CALLERS: Final = 2
_GOALS: Final = {False: 12_000.0, True: 8_000.0}
_RATIO: Final = 0.2
_STORAGE_GOAL: Final = 800.0
_TABLES: Final = ("sale_key", "sale", "sale_line", "valuation", "points_entry", "points_account", "points_ledger")
_runs: Final = itertools.count(1)


class RecordingSize(Struct, frozen=True):
    """How many ECPs sell, and how many calls each caller makes in a round."""

    ecps: int = 2_000
    calls: int = 10
    rounds: int = 3


class Sales:
    """Sales of some ECPs, each later than the one before."""

    def __init__(self, ecps: Sequence[Ecp], source: str, *, began: datetime | None = None) -> None:
        self.source = source
        self._ecps = ecps
        self._numbers = itertools.count(1)
        self._dice = random.Random(source)  # noqa: S311 - the same sales in every run
        # Sales lie in the past, a tenth of a second apart.
        self._at = began or utc_now() - timedelta(days=10)

    def call(self, count: int = SALES_A_CALL) -> bytes:
        """The request that records so many sales of two lines."""
        given = {"source": self.source, "mode": "EACH_ON_ITS_OWN", "sales": [self._sale() for _ in range(count)]}
        return body("RecordSales", given)

    def _sale(self) -> dict[str, Any]:
        number = next(self._numbers)
        self._at += timedelta(milliseconds=100)
        skus = (SKUS[number % 2], SKUS[2 + number % 3])
        return {
            "externalId": f"{number:09}",
            "ecpCode": self._dice.choice(self._ecps).code,
            "soldAt": self._at.isoformat().replace("+00:00", "Z"),
            "lines": [
                {"sku": sku, "quantity": self._dice.randint(1, 4), "unitPrice": "12.50", "currency": CURRENCY}
                for sku in skus
            ],
        }


class Round(Struct, frozen=True):
    """One round: lines a second, microseconds of CPU for each line, and lines a second of the floor."""

    rate: float
    python: float
    postgres: float
    floor: float
    entries: float


def measure_recording(place: Place, size: RecordingSize) -> tuple[list[Line], dict[str, object]]:
    """Measure few entries and many, each in a scheme and with ECPs of its own."""
    lines: list[Line] = []
    details: dict[str, object] = {}
    for generous in (False, True):
        rounds, stored = _measure(place, size, generous=generous)
        name = "7 entries a line" if generous else "1.5 entries a line"
        details[name] = rounds
        lines += [
            line_of(
                f"record, {name}: lines a second", "", [one.rate for one in rounds], _GOALS[generous], at_least=True
            ),
            line_of(f"record, {name}: CPU of Python for a line", "µs", [one.python for one in rounds]),
            line_of(f"record, {name}: CPU of PostgreSQL for a line", "µs", [one.postgres for one in rounds]),
            line_of(f"record, {name}: entries a line", "", [one.entries for one in rounds]),
            line_of(f"floor, {name}: lines a second copied by hand", "", [one.floor for one in rounds]),
            line_of(
                f"record, {name}: of the floor", "x", [one.rate / one.floor for one in rounds], _RATIO, at_least=True
            ),
            line_of(f"storage for a line at {name}", "bytes", [stored], None if generous else _STORAGE_GOAL),
        ]
    return lines, details


def _measure(place: Place, size: RecordingSize, *, generous: bool) -> tuple[list[Round], float]:
    ecps = asyncio.run(prepare(place, size.ecps, generous=generous))
    with serving(place, "ledger recording") as (server, signer):
        token = signer.token(place.viewer(Role.INTEGRATION).account_id)
        half = len(ecps) // CALLERS
        sales = [Sales(ecps[number * half : (number + 1) * half], f"till {next(_runs)}") for number in range(CALLERS)]
        before = asyncio.run(sizes(place))
        warm = asyncio.run(_record(server, token, [[one.call()] * 1 for one in sales]))
        rounds = []
        recorded = warm
        for _ in range(size.rounds):
            calls = [[one.call() for _ in range(size.calls)] for one in sales]
            found, lines = _round(place, server, token, calls)
            rounds.append(found)
            recorded += lines
        after = asyncio.run(sizes(place))
    floors = asyncio.run(copy_again(place.owner_url, rounds=size.rounds))
    measured = [
        Round(rate=one.rate, python=one.python, postgres=one.postgres, floor=floor, entries=one.entries)
        for one, floor in zip(rounds, floors, strict=True)
    ]
    return measured, (after - before) / recorded


async def prepare(place: Place, number: int, *, generous: bool) -> list[Ecp]:
    """ECPs in a scheme with ten rules."""
    async with opened(place) as environment:
        rules = ten_rules(place.catalog, generous=generous)
        title = "Generous Scheme" if generous else "Modest Scheme"
        scheme_id = await begun_scheme(environment, place, SchemeTerms(title=title, rules=rules))
        ecps = await add_members(environment, place, [scheme_id], number)
    await analyze(place)
    return ecps


@contextlib.contextmanager
def serving(place: Place, name: str, *options: str, jobs: bool = True) -> Iterator[tuple[Server, Signer]]:
    """A server of the place, and what signs tokens for it; without `jobs`, only others run them."""
    with tempfile.TemporaryDirectory(prefix="tessera-ledger-") as folder:
        signer = Signer(Path(folder))
        credentials = Credentials(signer.keys, "")
        command = [*our_command("tessera"), *options]
        settings = {**SECRETS, "TESSERA_LOG_LEVEL": "warning"}
        if not jobs:
            settings["TESSERA_JOBS"] = "0"
        with running("tessera", command, place.url, credentials, LOGS / f"{name}.log", settings=settings) as server:
            yield server, signer


def _round(place: Place, server: Server, token: str, calls: Sequence[Sequence[bytes]]) -> tuple[Round, int]:
    python, postgres = cpu_ms(server.process.pid), backends_cpu_ms(place.postmaster)
    entries = asyncio.run(count_entries(place))
    began = time.perf_counter()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        lines: int = runner.run(_record(server, token, calls))
    seconds = time.perf_counter() - began
    found = Round(
        rate=lines / seconds,
        python=1000 * (cpu_ms(server.process.pid) - python) / lines,
        postgres=1000 * used_since(postgres, backends_cpu_ms(place.postmaster)) / lines,
        floor=0.0,
        entries=(asyncio.run(count_entries(place)) - entries) / lines,
    )
    return found, lines


async def _record(server: Server, token: str, calls: Sequence[Sequence[bytes]]) -> int:
    """Let each caller make its calls, and return how many lines were recorded."""
    return sum(await asyncio.gather(*(_call(server, token, some) for some in calls)))


async def _call(server: Server, token: str, calls: Sequence[bytes]) -> int:
    recorded = 0
    async with Caller(server.port) as caller:
        for content in calls:
            payload = (await caller.post(token, content))["recordSales"]
            assert not payload["errors"], payload["errors"]
            wrong = [result for result in payload["results"] if result["outcome"] != "RECORDED"]
            assert not wrong, wrong[:3]
            recorded += LINES_A_SALE * len(payload["results"])
    return recorded


async def sizes(place: Place) -> int:
    """Bytes of the tables of sales and of the ledger, with their indexes."""
    query = "SELECT sum(pg_total_relation_size(name::regclass))::bigint FROM unnest($1::text[]) AS name"
    found: int = await fetch_value(place.owner_url, query, list(_TABLES))
    return found


async def count_entries(place: Place) -> int:
    """The entries of all ledgers."""
    found: int = await fetch_value(place.owner_url, "SELECT count(*) FROM points_entry")
    return found
