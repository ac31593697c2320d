"""A till that reports sales of the world's ECP."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import asyncpg
import pytest

from domain.permissions import Role
from tests.support.client import Clients
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.sales import NOW, Till

# Sales of the tests are within the days of the scheme.
RUNNING = (date(2026, 3, 1), date(2026, 4, 30), date(2026, 3, 11), date(2026, 7, 31))


@pytest.fixture
def till(clients: Clients) -> Till:
    """The till of the connected system."""
    return Till(clients[Role.INTEGRATION])


@pytest.fixture(autouse=True)
async def scheme(enrollments: EnrollmentFactory, clock: TestClock) -> Any:
    """A running scheme in which the world's ECP, ECP-2026-000001, is enrolled: AMB-1L earns 10 points, AMB-4L 20."""
    ecp_id = await enrollments.ecps.verified()
    scheme_id = await enrollments.open_scheme(dates=RUNNING)
    await enrollments.enrolled(scheme_id, ecp_id)
    clock.now = NOW
    return scheme_id


@pytest.fixture
async def stored(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the database of the server."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()
