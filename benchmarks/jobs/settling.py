"""The settlement of a scheme in which many ECPs have points: frozen, approved, and posted, beside the same by hand."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

import asyncpg
from msgspec import Struct

from benchmarks.custody.cpu import Meter
from benchmarks.custody.place import Place, analyze, opened
from benchmarks.custody.report import Line, line_of
from benchmarks.ledger.place import CURRENCY, SchemeTerms, add_members, begun_scheme
from domain.files.facts import UploadLimits
from domain.money import Money
from domain.permissions import Role
from domain.settlements.facts import PayoutOutcome
from domain.settlements.payouts import ReportedPayout
from graphql_api.context import Environment, utc_now
from graphql_api.files.storage import open_storage
from graphql_api.jobs.policy import WorkerPolicy
from graphql_api.jobs.worker import JobWorker
from resolvers.jobs.handlers import handlers_by_kind
from resolvers.settlements.decide_settlement import ApproveSettlement, approve_settlement
from resolvers.settlements.jobs import JOBS
from resolvers.settlements.record_payouts import RecordPayouts, record_payouts
from resolvers.settlements.settle_scheme import SettleScheme, settle_scheme

_GOAL_S: Final = 20.0
# When the scheme has ended, and its coupons may no longer be redeemed.
_LATER: Final = timedelta(days=400)
_POINTS: Final = 250
_REPORT: Final = 1_000
_REPORTS: Final = 10
# One in a hundred has too few points for a payout.
_FEW: Final = 100
_POLICY: Final = WorkerPolicy(slots=1, per_account=1)
_LEDGERS: Final = (
    "INSERT INTO points_ledger (ecp, seq, recorded_at) SELECT number, 1, now() FROM ecp WHERE id = ANY($1)"
)
_ACCOUNTS: Final = """
INSERT INTO points_account (ecp, scheme, available, lines)
SELECT ecp.number, scheme.number, CASE WHEN ecp.number % $3 = 0 THEN 1 ELSE $4 END, 1 FROM ecp, scheme
WHERE ecp.id = ANY($1) AND scheme.id = $2
"""
_ENTRIES: Final = """
INSERT INTO points_entry (ecp, seq, scheme, points, balance_after, effective_at, recorded_at, kind, debit, credit,
    position, version, rule, sale)
SELECT ecp, 1, scheme, available, available, now() - interval '50 days', now(), 1, 2, 1, 0, 1, 0, ecp
FROM points_account WHERE scheme = (SELECT number FROM scheme WHERE id = $1)
"""
# What any program must do: add a line for every account, then an entry for every payable line, and move the points.
_BY_HAND: Final = (
    "CREATE TABLE by_hand_line (LIKE settlement_line INCLUDING ALL)",
    """
    INSERT INTO by_hand_line (id, settlement_id, ecp, points, carried_over, carry_reason, amount, status, known_seq,
        known_at)
    SELECT gen_random_uuid(), gen_random_uuid(), account.ecp, available, 0, NULL, available * 0.25, 'PENDING', seq,
        now()
    FROM points_account AS account JOIN points_ledger AS ledger ON ledger.ecp = account.ecp
    WHERE account.scheme = (SELECT number FROM scheme WHERE id = $1) AND available > 1
    """,
    """
    INSERT INTO points_entry (ecp, seq, scheme, points, balance_after, effective_at, recorded_at, kind, debit, credit,
        settlement_line_id)
    SELECT line.ecp, 1000000, (SELECT number FROM scheme WHERE id = $1), line.points, 0, now(), now(), 5, 1, 3, line.id
    FROM by_hand_line AS line
    """,
    """
    UPDATE points_account AS account SET available = available - line.points, settling = settling + line.points
    FROM by_hand_line AS line
    WHERE account.ecp = line.ecp AND account.scheme = (SELECT number FROM scheme WHERE id = $1)
    """,
    "UPDATE points_ledger AS ledger SET recorded_at = now() FROM by_hand_line AS line WHERE ledger.ecp = line.ecp",
)
_keys: Final = count(1)


class SettlingSize(Struct, frozen=True):
    """How many ECPs have points, and how many schemes are settled."""

    ecps: int = 100_000
    rounds: int = 3


class Round(Struct, frozen=True):
    """Seconds of one settlement: frozen, approved and posted, CPU of both, by hand, and milliseconds of a report."""

    frozen: float
    posted: float
    python: float
    postgres: float
    by_hand: float
    report_ms: float

    @property
    def seconds(self) -> float:
        """Everything between the two decisions of people."""
        return self.frozen + self.posted


def measure_settling(place: Place, size: SettlingSize) -> tuple[list[Line], dict[str, object]]:
    """Settle one scheme after the other."""
    rounds = asyncio.run(_measure(place, size))
    return list(_lines(rounds, size)), {"settlements": rounds}


def _lines(rounds: Sequence[Round], size: SettlingSize) -> Iterator[Line]:
    what = f"settle {size.ecps:,} ECPs"
    yield line_of(f"{what}: frozen, approved, and posted", "s", [one.seconds for one in rounds], _GOAL_S)
    yield line_of(f"{what}: frozen", "s", [one.frozen for one in rounds])
    yield line_of(f"{what}: approved and posted", "s", [one.posted for one in rounds])
    yield line_of(f"{what}: CPU of Python", "s", [one.python for one in rounds])
    yield line_of(f"{what}: CPU of PostgreSQL", "s", [one.postgres for one in rounds])
    yield line_of(f"floor: the same rows of {size.ecps:,} ECPs by hand", "s", [one.by_hand for one in rounds])
    yield line_of(f"{what}: times the floor", "x", [one.seconds / one.by_hand for one in rounds])
    yield line_of(f"report {_REPORT:,} payouts", "ms", [one.report_ms for one in rounds])


async def _measure(place: Place, size: SettlingSize) -> list[Round]:
    async with opened(place, pool_size=6) as environment:
        schemes = [await _scheme(environment, place, number) for number in range(size.rounds)]
        found = []
        for scheme_id in schemes:
            await fill_accounts(environment, place, scheme_id, size.ecps)
            by_hand = await _by_hand(place, scheme_id)
            with TemporaryDirectory() as folder:
                store = open_storage(str(folder), Path(folder), UploadLimits())
                with_files = replace(environment, files=store)
                found.append(await _settle(with_files, place, scheme_id, by_hand))
    return found


async def _scheme(environment: Environment, place: Place, number: int) -> UUID:
    terms = SchemeTerms(
        title=f"Settled Scheme {number}", point_value=Money(Decimal("0.25"), CURRENCY), minimum_payout=_FEW
    )
    return await begun_scheme(environment, place, terms)


async def fill_accounts(environment: Environment, place: Place, scheme_id: UUID, ecps: int) -> None:
    """Give points to new ECPs."""
    members = []
    for first in range(0, ecps, 10_000):
        members += await add_members(environment, place, [scheme_id], min(10_000, ecps - first))
    ids = [ecp.id for ecp in members]
    connection = await asyncpg.connect(place.owner_url)
    try:
        await connection.execute(_LEDGERS, ids)
        await connection.execute(_ACCOUNTS, ids, scheme_id, _FEW, _POINTS)
        await connection.execute(_ENTRIES, scheme_id)
    finally:
        await connection.close()
    await analyze(place)


async def _by_hand(place: Place, scheme_id: UUID) -> float:
    """Seconds that the same rows take in one transaction of one connection, which is undone."""
    connection = await asyncpg.connect(place.owner_url)
    try:
        transaction = connection.transaction()
        await transaction.start()
        began = time.perf_counter()
        for statement in _BY_HAND:
            await connection.execute(statement, *([scheme_id] if "$1" in statement else []))
        seconds = time.perf_counter() - began
        await transaction.rollback()
    finally:
        await connection.close()
    # What was undone is gone, as if it had never been written.
    await analyze(place)
    return seconds


async def _settle(environment: Environment, place: Place, scheme_id: UUID, by_hand: float) -> Round:
    at = utc_now() + _LATER
    began = time.monotonic()
    later = replace(environment, clock=lambda: at + timedelta(seconds=time.monotonic() - began))
    maker, approver = place.viewer(Role.PROGRAM_MANAGER), place.viewer(Role.APPROVER)
    with Meter(place.postmaster) as frozen:
        command = SettleScheme(scheme_id, acknowledge_open=True, idempotency_key=f"settle {next(_keys)}")
        settlement_id = await settle_scheme(later.operation(maker), command)
        await _run(later)
    with Meter(place.postmaster) as posted:
        await approve_settlement(later.operation(approver), ApproveSettlement(settlement_id, f"{next(_keys)}"))
        await _run(later)
    spent = (frozen.spent, posted.spent)
    return Round(
        frozen=frozen.spent.wall / 1000,
        posted=posted.spent.wall / 1000,
        python=sum(one.python for one in spent) / 1000,
        postgres=sum(one.postgres for one in spent) / 1000,
        by_hand=by_hand,
        report_ms=await _report(later, place, settlement_id),
    )


async def _run(environment: Environment) -> None:
    """Run the job as a worker does."""
    worker = JobWorker(environment, handlers_by_kind(JOBS), _POLICY)
    assert await worker.take() == 1
    while worker.running:  # noqa: ASYNC110 - as a server waits for nothing
        await asyncio.sleep(0.01)
    await worker.stop()


async def _report(environment: Environment, place: Place, settlement_id: UUID) -> float:
    """Milliseconds that a report of many payouts takes; the job has posted all points."""
    connection = await asyncpg.connect(place.owner_url)
    try:
        status = await connection.fetchval("SELECT status FROM settlement WHERE id = $1", settlement_id)
        assert status == "PAYING", status
        rows: list[Any] = await connection.fetch(
            "SELECT id FROM settlement_line WHERE settlement_id = $1 AND status = 'PENDING' ORDER BY ecp LIMIT $2",
            settlement_id,
            _REPORT * _REPORTS,
        )
    finally:
        await connection.close()
    viewer = place.viewer(Role.INTEGRATION)
    began = time.perf_counter()
    reports = [rows[first : first + _REPORT] for first in range(0, len(rows), _REPORT)]
    for number, some in enumerate(reports):
        payouts = [ReportedPayout(row["id"], PayoutOutcome.PAID, f"PAY-{row['id']}") for row in some]
        command = RecordPayouts(settlement_id, payouts, f"report {settlement_id} {number}")
        await record_payouts(environment.operation(viewer), command)
    return 1000 * (time.perf_counter() - began) / len(reports)
