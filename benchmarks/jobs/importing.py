"""The import of a file by one worker: lines a second, memory, and how fast coupons are redeemed beside it."""

import asyncio
import contextlib
import itertools
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

import uvloop
from msgspec import Struct

from benchmarks.custody.cpu import backends_cpu_ms, cpu_ms, used_since
from benchmarks.custody.place import LOGS, Place
from benchmarks.custody.report import Line, line_of
from benchmarks.imports.files import Exports
from benchmarks.imports.running import await_end, begin_import, working
from benchmarks.ledger.copied import copy_again
from benchmarks.ledger.recording import count_entries, prepare, serving
from benchmarks.ledger.redeeming import drive, prepare_coupons
from benchmarks.servers import Server
from resolvers.imports.start_import import ImportOptions

_LINES_A_SALE: Final = 2
_GOALS: Final = {False: 15_000.0, True: 11_000.0}
# Sales of a first file, with which a worker loads what it needs.
_WARM: Final = 100
# How much more memory a file takes that is four times as large.
_GROWTH: Final = 4
_GROWTH_GOAL: Final = 1.2
_P99_GOAL: Final = 300.0
_LONGEST_S: Final = 3_600.0
_WATCH_S: Final = 0.2
_APPS: Final = 8
_runs: Final = itertools.count(1)


class ImportSize(Struct, frozen=True):
    """How many ECPs sell, and how many sales of two lines a file has."""

    ecps: int = 2_000
    sales: int = 75_000
    coupons: int = 60_000
    rounds: int = 3


class Round(Struct, frozen=True):
    """One import: lines a second, microseconds of CPU for a line, entries for a line, and megabytes at most."""

    rate: float
    python: float
    postgres: float
    entries: float
    memory: float
    floor: float = 0.0


def measure_importing(place: Place, size: ImportSize) -> tuple[list[Line], dict[str, object]]:
    """Import with few entries a line and with many, then a larger file, and then beside redemptions."""
    lines: list[Line] = []
    details: dict[str, object] = {}
    exports: list[Exports] = []
    for generous in (False, True):
        ecps = asyncio.run(prepare(place, size.ecps, generous=generous))
        # As many sales as the rounds, the larger file, and that beside redemptions have.
        files = size.rounds + _GROWTH + 1
        exports.append(Exports(ecps, files * (size.sales + _WARM)))
        rounds = [_import(place, exports[-1], size.sales) for _ in range(size.rounds)]
        floors = asyncio.run(copy_again(place.owner_url, rounds=size.rounds))
        name = "7 entries a line" if generous else "1.5 entries a line"
        details[name] = rounds
        lines += _lines(name, rounds, floors, _GOALS[generous])
        if not generous:
            larger = _import(place, exports[-1], _GROWTH * size.sales)
            details["larger file"] = larger
            lines += _memory(rounds, larger, size)
    lines += _beside(place, exports[0], size)
    return lines, details


def _lines(name: str, rounds: Sequence[Round], floors: Sequence[float], goal: float) -> Iterator[Line]:
    yield line_of(f"import, {name}: lines a second", "", [one.rate for one in rounds], goal, at_least=True)
    yield line_of(f"import, {name}: CPU of Python for a line", "µs", [one.python for one in rounds])
    yield line_of(f"import, {name}: CPU of PostgreSQL for a line", "µs", [one.postgres for one in rounds])
    by_cpu = [2e6 / (one.python + one.postgres) for one in rounds]
    yield line_of(f"import, {name}: lines a second by CPU, on two cores", "", by_cpu)
    yield line_of(f"import, {name}: entries a line", "", [one.entries for one in rounds])
    yield line_of(f"floor, {name}: lines a second copied by hand", "", floors)
    parts = [one.rate / floor for one, floor in zip(rounds, floors, strict=True)]
    yield line_of(f"import, {name}: of the floor", "x", parts)


def _memory(rounds: Sequence[Round], larger: Round, size: ImportSize) -> Iterator[Line]:
    small = max(one.memory for one in rounds)
    yield line_of(f"import of {_LINES_A_SALE * size.sales:,} lines: memory of the worker", "MB", [small])
    count = _GROWTH * _LINES_A_SALE * size.sales
    yield line_of(f"import of {count:,} lines: memory of the worker", "MB", [larger.memory])
    yield line_of("import: growth of the memory", "x", [larger.memory / small], _GROWTH_GOAL)


def _import(place: Place, exports: Exports, sales: int) -> Round:
    """Import one file to its end, with a worker of its own that has started and has imported a few sales."""
    run = next(_runs)
    with tempfile.TemporaryDirectory(prefix="tessera-import-") as folder:
        path, store = Path(folder) / "sales.csv", Path(folder) / "store"
        exports.write(path, sales)
        warm = path.with_name("warm.csv")
        exports.write(warm, _WARM)
        with working(place, store, LOGS / "jobs import.log") as worker, _watched(worker.pid) as watched:
            _run(place, store, warm, f"warm {run}")
            before = asyncio.run(count_entries(place))
            watched.look()
            python, postgres = watched.cpu_ms, backends_cpu_ms(place.postmaster)
            began = time.perf_counter()
            _run(place, store, path, f"till {run}")
            seconds = time.perf_counter() - began
            used = used_since(postgres, backends_cpu_ms(place.postmaster))
    lines = _LINES_A_SALE * sales
    return Round(
        rate=lines / seconds,
        python=1000 * (watched.cpu_ms - python) / lines,
        postgres=1000 * used / lines,
        entries=(asyncio.run(count_entries(place)) - before) / lines,
        memory=watched.most_mb,
    )


def _run(place: Place, store: Path, path: Path, source: str) -> None:
    """Begin an import, and wait for its end."""
    import_id = asyncio.run(begin_import(place, store, path, ImportOptions(source)))
    asyncio.run(await_end(place, import_id, _LONGEST_S))


class _Watched:
    """What a worker and its processes have used: CPU, and the most memory that is theirs alone at a moment."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._cpu: dict[int, float] = {}
        self.most_mb = 0.0

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of all processes, also of those that have ended."""
        return sum(self._cpu.values())

    def look(self) -> None:
        """Look at all of them now."""
        pids = [self._pid, *_children(self._pid)]
        self._cpu |= {pid: used for pid in pids if (used := cpu_ms(pid))}
        self.most_mb = max(self.most_mb, sum(map(_private_mb, pids)))


@contextlib.contextmanager
def _watched(pid: int) -> Iterator[_Watched]:
    """Watch a process for the length of the block."""
    watched, stop = _Watched(pid), threading.Event()

    def watch() -> None:
        while not stop.wait(_WATCH_S):
            watched.look()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield watched
    finally:
        watched.look()
        stop.set()
        thread.join()


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    except OSError:
        return []


def _private_mb(pid: int) -> float:
    """Memory that a process shares with no other one."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    except OSError:
        return 0.0
    kilobytes = [int(line.split()[1]) for line in text.splitlines() if line.startswith("Private_")]
    return sum(kilobytes) / 1024


def _beside(place: Place, exports: Exports, size: ImportSize) -> Iterator[Line]:
    """Redeem coupons while a file is imported."""
    members, codes = asyncio.run(prepare_coupons(place, size.ecps, size.coupons))
    with tempfile.TemporaryDirectory(prefix="tessera-import-") as folder:
        path, store = Path(folder) / "sales.csv", Path(folder) / "store"
        exports.write(path, size.sales)
        with (
            serving(place, "jobs redeeming", jobs=False) as (server, signer),
            working(place, store, LOGS / "jobs import.log"),
        ):
            tokens = [signer.token(ecp.account_id) for ecp in members]
            import_id = asyncio.run(begin_import(place, store, path, ImportOptions("beside")))
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                times, failures = runner.run(_until_end(place, server, tokens, codes, import_id))
    times.sort()
    what = f"redeem beside an import, {_APPS} clients"
    yield line_of(f"{what}: 50th percentile", "ms", [1000 * times[len(times) // 2]])
    yield line_of(f"{what}: 99th percentile", "ms", [1000 * times[len(times) * 99 // 100]], _P99_GOAL)
    yield Line(what=f"{what}: failures", value=len(failures), unit="", goal=0)


async def _until_end(
    place: Place, server: Server, tokens: Sequence[str], codes: Sequence[str], import_id: UUID
) -> tuple[list[float], list[str]]:
    """Redeem until the import has ended."""
    importing = asyncio.create_task(await_end(place, import_id, _LONGEST_S))
    found = await drive(server, tokens, iter(codes), clients=_APPS, is_over=importing.done)
    await importing
    return found
