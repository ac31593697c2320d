"""A scheme that pays for coupons."""

import pytest

from tests.support.client import Clients
from tests.support.clock import TestClock
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.redemptions import RedemptionScene, open_scene


@pytest.fixture
async def scene(
    clients: Clients, clock: TestClock, consignments: ConsignmentFactory, enrollments: EnrollmentFactory
) -> RedemptionScene:
    """A scheme in its second week: coupons in every condition, and the world's ECP enrolled."""
    return await open_scene(clients, clock, consignments, enrollments)
