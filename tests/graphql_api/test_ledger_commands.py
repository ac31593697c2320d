"""`tessera ledger verify` finds nothing in a healthy ledger, and each kind of planted fault (R22)."""

import pytest

from tests.support.client import Clients
from tests.support.clock import TestClock
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.ledger_verification import VerifiedLedger, healthy_ledger, verify
from tests.support.unchanged import nothing_changes


@pytest.fixture
async def ledger(
    clients: Clients, clock: TestClock, consignments: ConsignmentFactory, enrollments: EnrollmentFactory
) -> VerifiedLedger:
    """A healthy ledger."""
    return await healthy_ledger(clients, clock, consignments, enrollments)


async def test_a_healthy_ledger_is_verified_without_changing_it(ledger: VerifiedLedger, database_url: str) -> None:
    """R22: with late, corrected, moved, and returned sales, and adjustments of every status."""
    async with nothing_changes(database_url):
        result = await verify(database_url)
    assert result.stdout == ""
    assert result.exit_code == 0, result.exception
    assert result.stderr.splitlines()[-1] == "Verified the ledgers of up to 2 ECPs: everything agrees."
