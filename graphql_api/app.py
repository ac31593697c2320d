"""The application: what is wired to what."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.responses import RedirectResponse
from starlette.routing import Route

from db.database import Database
from domain.permissions import Role
from graphql_api.auth import Authenticator, dev_token
from graphql_api.context import Environment
from graphql_api.settings import Settings
from graphql_api.transport.http import GraphQLEndpoint
from resolvers.accounts.read import first_accounts_by_role
from schema.build import build_schema


def build_app(settings: Settings, environment: Environment) -> Starlette:
    """The ASGI application over an open database, which it closes when it shuts down. Raises KeysUnavailable."""

    async def tokens() -> Mapping[str, str]:
        return await dev_tokens(settings, environment.database)

    endpoint = GraphQLEndpoint(
        build_schema(suggestions=settings.development),
        environment,
        Authenticator(settings),
        body_limit=settings.body_limit,
        tokens=tokens if settings.development else None,
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await environment.database.close()

    routes = [
        Route("/graphql", endpoint.__call__, methods=["GET", "POST"]),
        Route("/", lambda _request: RedirectResponse("/graphql"), methods=["GET"]),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


async def dev_tokens(settings: Settings, database: Database) -> dict[str, str]:
    """A development token for the oldest account of each role that somebody holds."""
    reading = database.reading()
    try:
        accounts = await first_accounts_by_role(reading)
    finally:
        await reading.close()
    return {role.value: dev_token(settings, accounts[role].id) for role in Role if role in accounts}
