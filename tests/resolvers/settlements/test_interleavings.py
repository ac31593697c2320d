"""Settlements beside everything else that moves points, stopped at any moment: nothing is lost or doubled (R22)."""

import asyncio
import random
from typing import Any
from uuid import UUID

import pytest

from db.database import Database
from domain.settlements.facts import PayoutOutcome
from resolvers.settlements import jobs
from tests.support.adjustments import adjusted
from tests.support.clock import TestClock
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.jobs import query
from tests.support.ledger_desk import LedgerDesk, Line
from tests.support.ledger_verification import find_faults
from tests.support.settlement_chaos import (
    BALANCES,
    EXPIRED,
    NAMES,
    POINTS,
    SOLD_AT,
    WRONG_SUMS,
    Chaos,
    Stopped,
    stop_sometimes,
    with_coupons,
)
from tests.support.settlements import (
    TERMS,
    approved,
    paid,
    paying,
    proposed,
    run_settlements,
    scheme_with_points,
)


@pytest.mark.parametrize("seed", [0, 1, 2, 7])
async def test_nothing_is_lost_or_doubled_whatever_happens_beside_a_settlement(
    factory: SchemeFactory,
    consignments: ConsignmentFactory,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    """R22: the sum rule holds after each step, and the verification of the ledger finds nothing."""
    payees = await scheme_with_points(factory, POINTS, terms=(*TERMS, ("points_expire_after_days", 1)))
    await with_coupons(factory, consignments, payees.scheme_id)
    stop_sometimes(monkeypatch, random.Random(seed))  # noqa: S311 - the same chances every time
    chaos = Chaos(factory, payees, seed)
    made: list[str] = []
    for number in range(40):
        made.append(await chaos.step())
        assert await query(factory.environment, WRONG_SUMS) == [0], made
        if number % 10 == 9:
            assert await find_faults(database) == [], made
    assert len({name for name in made if not name.endswith("denied")}) > 6, made
    (expired,) = await query(factory.environment, EXPIRED)
    assert expired > 0, made
    assert await query(factory.environment, "SELECT count(*) > 0 FROM redemption") == [True], made


async def test_a_posting_that_is_stopped_at_any_piece_ends_as_an_undisturbed_one(
    factory: SchemeFactory, database: Database, monkeypatch: pytest.MonkeyPatch, clock: TestClock
) -> None:
    """R22: each piece is posted with its checkpoint, or not at all."""
    payees = await scheme_with_points(factory, POINTS)
    settlement_id = await proposed(factory, payees.scheme_id)
    await approved(factory, settlement_id)
    post_piece, stops = jobs.post_piece, iter((True, True, False, True, False, False))

    async def post_or_stop(*given: Any) -> None:
        await post_piece(*given)
        if next(stops, False):
            raise Stopped

    monkeypatch.setattr(jobs, "PIECE", 2)
    monkeypatch.setattr(jobs, "post_piece", post_or_stop)
    attempts = 0
    while await run_settlements(factory):
        attempts += 1
        clock.advance(minutes=30)
    assert attempts == 4
    assert await query(factory.environment, "SELECT status FROM settlement") == ["PAYING"]
    entries = "SELECT count(*), sum(points) FROM points_entry WHERE kind = 5"
    assert await query(factory.environment, entries) == [(4, 1_050)]
    found = [row[1:] for row in await query(factory.environment, BALANCES)]
    assert found == [(0, 400, 0), (0, 300, 0), (0, 200, 0), (99, 0, 0), (0, 150, 0)]
    assert await find_faults(database) == []


async def test_postings_beside_the_job_lose_nothing(
    factory: SchemeFactory, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R22: late sales and adjustments of the same ECPs, at once: what was frozen is settled, and the rest stays."""
    payees = await scheme_with_points(factory, POINTS)
    settlement_id = await proposed(factory, payees.scheme_id)
    await approved(factory, settlement_id)
    monkeypatch.setattr(jobs, "PIECE", 1)
    desk = LedgerDesk(factory.environment, factory.world)

    async def post_beside() -> None:
        for number, ecp_id in enumerate([*payees.ecps.values()] * 2):
            await desk.sell(ecp_id, f"s-{number}", SOLD_AT, Line("AMB-1L", 3))
            await adjusted(factory, ecp_id, payees.scheme_id, -5)

    await asyncio.gather(run_settlements(factory), post_beside())
    # Two sales of 30 points and two adjustments of -5 beside what is settled.
    found = [row[1:] for row in await query(factory.environment, BALANCES)]
    assert found == [(50, 400, 0), (50, 300, 0), (50, 200, 0), (149, 0, 0), (50, 150, 0)]
    assert await find_faults(database) == []


async def test_a_return_before_the_posting_makes_the_balance_negative(
    factory: SchemeFactory, database: Database
) -> None:
    """R22: what was frozen is settled, and the next settlement carries the negative balance over."""
    payees = await scheme_with_points(factory, {"Binod Thapa": 400})
    await approved(factory, await proposed(factory, payees.scheme_id))
    await adjusted(factory, payees.ecps["Binod Thapa"], payees.scheme_id, -150)
    await run_settlements(factory)
    assert [row[1:] for row in await query(factory.environment, BALANCES)] == [(-150, 400, 0)]
    await proposed(factory, payees.scheme_id)
    lines = "SELECT points, carried_over, carry_reason FROM settlement_line ORDER BY known_at"
    assert await query(factory.environment, lines) == [(400, 0, None), (0, -150, "NEGATIVE")]
    assert await find_faults(database) == []


async def test_nothing_is_paid_to_ecps_that_are_no_longer_active(factory: SchemeFactory, database: Database) -> None:
    """R22, R18: an ECP that is suspended or erased between the proposal and the posting is carried over."""
    payees = await scheme_with_points(factory, {"Binod Thapa": 400, "Chitra Das": 300, "Dev Rao": 200})
    made = EnrollmentFactory(factory)
    settlement_id = await proposed(factory, payees.scheme_id)
    await made.suspend(payees.ecps["Binod Thapa"])
    await made.erase(payees.ecps["Chitra Das"])
    await approved(factory, settlement_id)
    await run_settlements(factory)
    lines = "SELECT points, carried_over, carry_reason FROM settlement_line ORDER BY ecp"
    assert await query(factory.environment, lines) == [(0, 400, "SUSPENDED"), (0, 300, "CLOSED"), (200, 0, None)]
    totals = "SELECT status, payable_lines, points, carried_over, amount::text FROM settlement"
    assert await query(factory.environment, totals) == [("PAYING", 1, 200, 700, "50.00")]
    assert [row[1:] for row in await query(factory.environment, BALANCES)] == [(400, 0, 0), (0, 0, 0), (0, 200, 0)]
    assert await find_faults(database) == []


async def test_a_settlement_without_payable_lines_is_settled_when_it_is_approved(
    factory: SchemeFactory, database: Database
) -> None:
    """R22: nothing is to be posted or paid; also when the last payable line is carried over."""
    payees = await scheme_with_points(factory, {"Binod Thapa": 50})
    await approved(factory, await proposed(factory, payees.scheme_id))
    assert await run_settlements(factory) == 0
    await adjusted(factory, payees.ecps["Binod Thapa"], payees.scheme_id, 100)
    second = await proposed(factory, payees.scheme_id)
    await EnrollmentFactory(factory).suspend(payees.ecps["Binod Thapa"])
    await approved(factory, second)
    await run_settlements(factory)
    statuses = "SELECT status, payable_lines FROM settlement ORDER BY number"
    assert await query(factory.environment, statuses) == [("SETTLED", 0), ("SETTLED", 0)]
    assert await find_faults(database) == []


async def test_payouts_at_the_same_time_are_recorded_once(factory: SchemeFactory, database: Database) -> None:
    """R22: of five equal reports at once, one is recorded for each line."""
    payees = await scheme_with_points(factory, POINTS)
    settlement_id = await paying(factory, payees.scheme_id)
    outcomes = dict.fromkeys((payees.ecps["Binod Thapa"], payees.ecps["Dev Rao"]), PayoutOutcome.FAILED)
    reports = await asyncio.gather(*(paid(factory, settlement_id, outcomes) for _ in range(5)))
    results = sorted(result.result.value for report in reports for result in report.results)
    assert results == ["DUPLICATE"] * 8 + ["RECORDED"] * 2
    assert await query(factory.environment, "SELECT failed_lines, failed_points FROM settlement") == [(2, 600)]
    assert await find_faults(database) == []


async def test_returns_at_the_same_time_are_recorded_once(factory: SchemeFactory, database: Database) -> None:
    """R22: of five equal reports that money came back, one is recorded for each line."""
    payees = await scheme_with_points(factory, POINTS)
    settlement_id = await paying(factory, payees.scheme_id)
    ecps = [payees.ecps["Binod Thapa"], payees.ecps["Dev Rao"]]
    await paid(factory, settlement_id, dict.fromkeys(ecps, PayoutOutcome.PAID))
    outcomes = dict.fromkeys(ecps, PayoutOutcome.RETURNED)
    reports = await asyncio.gather(*(paid(factory, settlement_id, outcomes) for _ in range(5)))
    results = sorted(result.result.value for report in reports for result in report.results)
    assert results == ["DUPLICATE"] * 8 + ["RECORDED"] * 2
    counts = "SELECT paid_lines, paid_points, returned_lines, returned_points FROM settlement"
    assert await query(factory.environment, counts) == [(0, 0, 2, 600)]
    found = [row[1:] for row in await query(factory.environment, BALANCES)]
    assert found == [(400, 0, 0), (0, 300, 0), (200, 0, 0), (99, 0, 0), (0, 150, 0)]
    assert await find_faults(database) == []


async def test_payouts_beside_sales_lose_nothing(factory: SchemeFactory, database: Database) -> None:
    """R22: late sales of the ECPs that are paid, at the same time."""
    payees = await scheme_with_points(factory, POINTS)
    settlement_id = await paying(factory, payees.scheme_id)
    desk = LedgerDesk(factory.environment, factory.world)
    paid_ids = [payees.ecps[name] for name in NAMES[:3]]

    async def sell(number: int, ecp_id: UUID) -> None:
        await desk.sell(ecp_id, f"s-{number}", SOLD_AT, Line("AMB-1L", 3))

    async def pay(ecp_id: UUID, outcome: PayoutOutcome) -> None:
        await paid(factory, settlement_id, {ecp_id: outcome})

    outcomes = (PayoutOutcome.PAID, PayoutOutcome.FAILED, PayoutOutcome.PAID)
    reports = [pay(ecp_id, outcome) for ecp_id, outcome in zip(paid_ids, outcomes, strict=True)]
    await asyncio.gather(*reports, *(sell(number, ecp_id) for number, ecp_id in enumerate(paid_ids * 2)))
    found = [row[1:] for row in await query(factory.environment, BALANCES)]
    assert found == [(60, 0, 400), (360, 0, 0), (60, 0, 200), (99, 0, 0), (0, 150, 0)]
    assert await find_faults(database) == []
