"""A desk that imports files, and a running scheme."""

from datetime import date
from typing import Any

import pytest

from graphql_api.context import Environment
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.imports import ImportDesk
from tests.support.sales import NOW
from tests.support.world import World

RUNNING = (date(2026, 3, 1), date(2026, 4, 30), date(2026, 3, 11), date(2026, 7, 31))


@pytest.fixture
def desk(environment: Environment, world: World) -> ImportDesk:
    """Imports files of the connected system."""
    return ImportDesk(environment, world)


@pytest.fixture(autouse=True)
async def scheme(enrollments: EnrollmentFactory, clock: TestClock) -> Any:
    """A running scheme in which the world's ECP, ECP-2026-000001, is enrolled: AMB-1L earns 10 points, AMB-4L 20."""
    ecp_id = await enrollments.ecps.verified()
    scheme_id = await enrollments.open_scheme(dates=RUNNING)
    await enrollments.enrolled(scheme_id, ecp_id)
    clock.now = NOW
    return scheme_id
