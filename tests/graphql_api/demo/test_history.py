"""The history of the demo data: a year of sales and redemptions, always the same, each stored once (R20, R22)."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import pytest
from msgspec.structs import replace

from db.demo.reads import MovedCouponsRow
from domain.channels import EarningChannel
from domain.jobs.facts import JobStatus
from domain.points.ledger import PointsEntryKind
from domain.spans import Span, Spans
from graphql_api.demo.clock import DemoClock
from graphql_api.demo.ecps.ecp_plan import plan_ecps
from graphql_api.demo.enrollments.enrollment_plan import plan_enrollments
from graphql_api.demo.history.coupons import CommissionedCoupons
from graphql_api.demo.history.redemption_plan import CouponStock, PlannedRedemption, plan_redemptions
from graphql_api.demo.history.sale_plan import SOURCE, PlannedSale, plan_sales
from graphql_api.demo.history.size import FULL_HISTORY
from graphql_api.demo.schemes.all_schemes import SCHEMES
from tests.graphql_api.demo.conftest import Demo
from tests.support.demo_template import CALENDAR, NOW, SHORT_HISTORY

pytestmark = pytest.mark.long

STOCKS: Final = {plan.title: CouponStock(100_000, 300) for plan in SCHEMES if EarningChannel.COUPON in plan.channels}


@pytest.fixture(scope="module")
def sales() -> tuple[PlannedSale, ...]:
    """All planned sales."""
    return plan_sales(plan_ecps(), FULL_HISTORY.sales)


def test_a_year_has_50_000_sales_with_returns_and_corrections(sales: tuple[PlannedSale, ...]) -> None:
    assert len({sale.external_id for sale in sales}) == FULL_HISTORY.sales
    kinds = Counter("return" if sale.returns else "correction" if sale.revision > 1 else "sale" for sale in sales)
    assert kinds == {"sale": 48_500, "return": 1_500, "correction": 2_500}
    assert (min(sale.day for sale in sales), max(sale.day for sale in sales)) == (1, 362)
    assert sales == plan_sales(plan_ecps(), FULL_HISTORY.sales)


def test_sales_are_reported_in_time_and_returns_after_what_they_return(sales: tuple[PlannedSale, ...]) -> None:
    reported: dict[str, PlannedSale] = {}
    for sale in sales:
        assert 0 <= sale.day - sale.reported <= 39
        if sale.returns is not None:
            sold = reported[sale.returns]
            (back,) = sale.lines
            assert sum(line.quantity for line in sold.lines if line.sku == back.sku) >= -back.quantity > 0
            assert (sale.day, sale.second) <= (sold.day, 24 * 3600)
        elif sale.revision > 1:
            assert replace(sale, revision=1, lines=(), reported=0) == replace(
                reported[sale.external_id], lines=(), reported=0
            )
        reported[sale.external_id] = sale


def test_20_000_coupons_are_redeemed_by_enrolled_ecps_while_schemes_run() -> None:
    ecps = plan_ecps()
    enrollments = plan_enrollments(ecps, SCHEMES)
    planned = plan_redemptions(SCHEMES, enrollments, STOCKS, FULL_HISTORY.redemptions)
    assert len(planned) == FULL_HISTORY.redemptions
    days = {plan.title: plan.days for plan in SCHEMES}
    members = {(found.scheme, found.ecp) for found in enrollments}
    for found in planned:
        assert -days[found.scheme].ends <= found.day <= -days[found.scheme].starts
        assert (found.scheme, found.ecp) in members
        assert found.reported in {found.day, found.day - 1}


def test_no_coupon_is_redeemed_twice_or_before_it_is_commissioned() -> None:
    clock = DemoClock(NOW, CALENDAR)
    first, later = NOW - timedelta(days=20), NOW - timedelta(days=10)
    rows = [_moved(first, "{[0,50)}"), _moved(later, "{[100,140)}")]
    coupons = CommissionedCoupons({"A scheme": rows}, Spans.of([Span(10, 19)]), ())
    assert coupons.stocks(clock) == {"A scheme": CouponStock(80, 20)}
    planned = _planned(100)
    moments = [first + timedelta(hours=hours) for hours in range(-1, 99)]
    early = list(coupons.serials(zip(moments, planned, strict=True)))
    assert early[0] is early[1] is None
    assert set(early[2:42]) == {*range(10), *range(20, 50)}
    assert early[42:] == [None] * 58


def _moved(at: datetime, text: str) -> MovedCouponsRow:
    return MovedCouponsRow(title="A scheme", scheme_id=UUID(int=1), at=at, text=text)


def _planned(count: int) -> list[PlannedRedemption]:
    (ecp, *_) = plan_ecps()
    return [PlannedRedemption("A scheme", ecp, day=1, second=0, reported=1)] * count


def test_the_job_stored_every_sale_and_redemption_through_the_ledger(demo: Demo) -> None:
    (job,) = (row for row in demo.tables["job"] if row["kind"] == "DEMO_HISTORY")
    assert (job["status"], job["done"] == job["total"], job["failures"]) == (JobStatus.SUCCEEDED, True, 0)
    assert Counter(row["source"] for row in demo.tables["sale_key"])[SOURCE] == SHORT_HISTORY.sales
    assert len(demo.tables["redemption"]) == SHORT_HISTORY.redemptions
    assert {row["revision"] for row in demo.tables["sale_key"]} == {1, 2}
    assert any(row["returns"] is not None for row in demo.tables["sale_key"])
    entries = demo.tables["points_entry"]
    kinds = Counter(PointsEntryKind(row["kind"]) for row in entries)
    assert kinds[PointsEntryKind.BASE] >= SHORT_HISTORY.redemptions
    assert kinds[PointsEntryKind.BONUS] > 0
    moved = {PointsEntryKind.SETTLEMENT, PointsEntryKind.EXPIRY}
    kept = [row for row in entries if row["kind"] not in moved]
    accounts = ("available", "settling", "paid", "expired")
    assert sum(row[account] for row in demo.tables["points_account"] for account in accounts) == sum(
        -row["points"] if row["kind"] == PointsEntryKind.REVERSAL else row["points"] for row in kept
    )
    # They were recorded when they happened, not when the job ran.
    ages = [(NOW - row["recorded_at"]).days for row in entries]
    assert max(ages) > 90
    assert all(row["effective_at"] <= row["recorded_at"] for row in entries)


def test_managers_find_parked_sales_aliases_and_adjustments_of_every_status(demo: Demo) -> None:
    assert sorted(row["external_id"] for row in demo.tables["parked_sale"]) == ["UNKNOWN-1", "UNKNOWN-2", "UNKNOWN-3"]
    assert sorted(row["alias"] for row in demo.tables["sale_alias"]) == ["9521234000013", "Dealer 1001"]
    made = demo.tables["adjustment"]
    assert Counter(row["status"] for row in made) == {"APPROVED": 2, "PENDING": 2, "REJECTED": 1, "WITHDRAWN": 1}
    posted = [row for row in demo.tables["points_entry"] if row["kind"] == PointsEntryKind.ADJUSTMENT]
    assert sorted(row["points"] for row in posted) == [250, 2_000]
