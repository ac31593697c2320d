"""A server that accepts tokens of an identity provider."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from graphql_api.app import build_app
from graphql_api.context import Environment
from graphql_api.settings import Settings
from tests.support.client import Client
from tests.support.oidc_provider import OidcProvider, oidc_provider
from tests.support.world import World


@pytest.fixture(scope="session")
def provider() -> Iterator[OidcProvider]:
    """A provider on this machine."""
    with oidc_provider() as served:
        yield served


@pytest.fixture
def oidc_settings(settings: Settings, provider: OidcProvider) -> Settings:
    """Settings of a development server that trusts the provider."""
    return settings.model_copy(update={"oidc_issuer": provider.issuer})


class OidcServer:
    """A server in this process, and clients with tokens of the provider."""

    def __init__(self, provider: OidcProvider, http: httpx.AsyncClient) -> None:
        self.provider = provider
        self.http = http

    def person(self, subject: str, **claims: Any) -> Client:
        """A client of a person, whose e-mail address is verified if there is one."""
        return Client(self.http, {"Authorization": f"Bearer {self.provider.token(subject, **claims)}"})


@pytest.fixture
async def server(
    oidc_settings: Settings, provider: OidcProvider, environment: Environment, world: World
) -> AsyncIterator[OidcServer]:
    """The server, with the accounts and the catalog of the world."""
    del world
    transport = httpx.ASGITransport(build_app(oidc_settings, environment))
    async with httpx.AsyncClient(transport=transport, base_url="https://tessera") as http:
        yield OidcServer(provider, http)
