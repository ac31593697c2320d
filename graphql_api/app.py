"""The application: what is wired to what."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from db.database import Database
from domain.permissions import Role
from graphql_api.auth import Authenticator, dev_token
from graphql_api.context import Environment
from graphql_api.execution import CompiledSchema
from graphql_api.execution.limits import Limits
from graphql_api.observability.metrics import CONTENT_TYPE, Metrics
from graphql_api.observability.tracing import make_tracer
from graphql_api.settings import Settings
from graphql_api.transport.http import GraphQLEndpoint
from resolvers.accounts.read import first_accounts_by_role
from schema.build import build_schema
from schema.scalars import NATIVES


def build_app(settings: Settings, environment: Environment) -> Starlette:
    """The ASGI application over an open database, which it closes when it shuts down.

    Raises KeysUnavailable and TracingUnavailable.
    """

    async def tokens() -> Mapping[str, str]:
        return await dev_tokens(settings, environment.database)

    schema = build_schema(CompiledSchema, suggestions=settings.development, natives=NATIVES, limits=Limits())
    metrics = Metrics(schema.counts)
    endpoint = GraphQLEndpoint(
        schema,
        environment,
        Authenticator(settings),
        metrics,
        trace=make_tracer(settings.traces_endpoint),
        body_limit=settings.body_limit,
        tokens=tokens if settings.development else None,
    )

    async def ready(_request: Request) -> Response:
        answers = await environment.database.answers()
        return PlainTextResponse("ready\n" if answers else "the database does not answer\n", 200 if answers else 503)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await environment.database.close()

    routes = [
        Route("/graphql", endpoint.__call__, methods=["GET", "POST"]),
        Route("/healthz", lambda _request: PlainTextResponse("alive\n")),
        Route("/readyz", ready),
        Route("/metrics", lambda _request: Response(metrics.text(), media_type=CONTENT_TYPE)),
        Route("/", lambda _request: RedirectResponse("/graphql")),
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
