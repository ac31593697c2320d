"""A provider for each test, and its keys as a server holds them."""

from collections.abc import Iterator

import pytest

from graphql_api.identity.provider import ProviderKeys
from tests.support.oidc_provider import OidcProvider, oidc_provider


class Clock:
    """Seconds that tests move."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """The present second."""
        return self.now


@pytest.fixture
def seconds() -> Clock:
    """The clock of the keys."""
    return Clock()


@pytest.fixture
def provider() -> Iterator[OidcProvider]:
    """A provider on this machine."""
    with oidc_provider() as served:
        yield served


@pytest.fixture
def keys(provider: OidcProvider, seconds: Clock) -> ProviderKeys:
    """Its keys, which nothing has fetched yet."""
    return ProviderKeys(provider.issuer, "RS256", local=True, timeout=2, clock=seconds)
