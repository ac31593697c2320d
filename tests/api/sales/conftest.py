"""A till that reports sales of the world's ECP."""

import pytest

from domain.permissions import Role
from tests.support.client import Clients
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.sales import Till


@pytest.fixture
def till(clients: Clients) -> Till:
    """The till of the connected system."""
    return Till(clients[Role.INTEGRATION])


@pytest.fixture(autouse=True)
async def known(enrollments: EnrollmentFactory) -> None:
    """The world's ECP, ECP-2026-000001."""
    await enrollments.ecps.verified()
