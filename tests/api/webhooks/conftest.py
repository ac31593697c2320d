"""Fixtures for webhooks: a receiver, an administrator, and a dispatcher that polls often."""

from collections.abc import AsyncIterator

import pytest

from graphql_api.webhooks import dispatcher
from tests.support.client import Clients
from tests.support.webhook_receiver import Receiver, WebhookAdmin, receiving


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher, "POLL_INTERVAL_S", 0.02)
    monkeypatch.setattr(dispatcher, "FAILURE_PAUSE_S", 0.02)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A server that accepts every delivery."""
    async with receiving() as found:
        yield found


@pytest.fixture
def hooks(clients: Clients) -> WebhookAdmin:
    """The administrator who manages endpoints."""
    return WebhookAdmin(clients)
