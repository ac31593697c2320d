"""What reported sales earn, and what returns and corrections take back (R20, R21)."""

from datetime import UTC, date, datetime

import pytest

from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.sales import Till, line, returning, sale
from domain.permissions import Role

RUNNING = (date(2026, 3, 1), date(2026, 4, 30), date(2026, 3, 10), date(2026, 7, 31))


@pytest.fixture
async def running(enrollments: EnrollmentFactory, clock: TestClock) -> None:
    """A running scheme in which the world's ECP is enrolled."""
    (ecp_id,) = enrollments.schemes.world.ecps.values()
    await enrollments.enrolled(await enrollments.open_scheme(dates=RUNNING), ecp_id)


@pytest.mark.usefixtures("running")
async def test_dbg(till: Till, clock: TestClock) -> None:
    print(await till.report(sale(soldAt="2026-03-10T09:00:00Z")))
    clock.now = datetime(2026, 3, 12, tzinfo=UTC)
    print(await till.report(sale("s-2", soldAt="2026-03-11T09:00:00Z")))
    assert 0
