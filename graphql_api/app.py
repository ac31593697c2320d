"""The application: composes the schema, the hub, the endpoints, and the metrics."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from db.database import Database
from domain.coupons.labels import QrTemplate
from domain.permissions import Role
from graphql_api.auth import Authenticator
from graphql_api.context import Environment
from graphql_api.demo.history.load import DEMO_HANDLERS
from graphql_api.documents.endpoint import document_routes
from graphql_api.documents.rendering import Renderer
from graphql_api.downloads.codes import CodeDownloads
from graphql_api.epcis.routes import epcis_routes
from graphql_api.execution import CompiledSchema
from graphql_api.execution.limits import Limits
from graphql_api.files.downloads import FileDownloads
from graphql_api.files.inspection import inspect_upload
from graphql_api.files.storage import FileStorage, open_storage
from graphql_api.files.uploads import Inspect, Uploads
from graphql_api.identity.development import dev_token
from graphql_api.imports.endpoint import IMPORTS_PATH, SalesImports
from graphql_api.jobs.leader_tasks import LeaderTasks
from graphql_api.jobs.policy import policy_of
from graphql_api.jobs.worker import JobWorker
from graphql_api.observability.fleet import Fleet
from graphql_api.observability.job_metrics import JobGauges
from graphql_api.observability.metrics import CONTENT_TYPE, Metrics
from graphql_api.observability.tracing import make_tracer
from graphql_api.origins import OpenApplication
from graphql_api.pages.answers import unanswered
from graphql_api.pages.assets import GRAPHIQL_FILES, SITE_FILES, Assets
from graphql_api.pages.graphiql import GraphiQL
from graphql_api.pages.routes import page_routes
from graphql_api.secrets import load_coupon_keys, load_link_signer
from graphql_api.settings import Settings
from graphql_api.subscriptions.hub import Hub
from graphql_api.transport.http import GraphQLEndpoint
from graphql_api.transport.websocket import WebSocketEndpoint
from resolvers.accounts.loaders import first_accounts_by_role
from resolvers.downloads.request_code_download import CODES_PATH
from resolvers.files.create_upload import UPLOADS_PATH
from resolvers.files.file_links import FILES_PATH
from schema.build import FILE_ACCESS, JOB_HANDLERS, build_schema
from schema.scalars import NATIVES

GRAPHQL_PATHS: Final = ("/graphql", "/graphql/")


def build_app(
    settings: Settings, environment: Environment, fleet: Fleet | None = None, *, inspect: Inspect | None = None
) -> Starlette:
    """Build the ASGI application over an open database, which it closes on shutdown; `fleet` joins its metrics.

    `inspect` checks uploaded files; by default in a process of its own.
    Raises KeysUnavailable, StorageUnavailable, and TracingUnavailable.
    """

    async def tokens() -> Mapping[str, str]:
        return await dev_tokens(settings, environment.database)

    storage = storage_of(settings)
    environment = configured(environment, settings, storage)
    schema = build_schema(CompiledSchema, suggestions=settings.development, natives=NATIVES, limits=Limits())
    authenticator = Authenticator(settings)
    hub = Hub(environment, schema, LeaderTasks(environment, settings))
    handlers = {**JOB_HANDLERS, **(DEMO_HANDLERS if settings.development else {})}
    worker = JobWorker(environment, handlers, policy_of(settings))
    metrics = Metrics(schema.counts, hub.counts)
    gauges = JobGauges(environment, lambda: hub.tailer.leads, lambda: worker.running)
    metrics.registry.register(gauges)
    assets = Assets(GRAPHIQL_FILES if settings.development else SITE_FILES)
    endpoint = GraphQLEndpoint(
        schema=schema,
        environment=environment,
        authenticator=authenticator,
        metrics=metrics,
        hub=hub,
        trace=make_tracer(settings.traces_endpoint),
        limits=settings.body_limits,
        graphiql=GraphiQL(assets, tokens) if settings.development else None,
    )

    sockets = WebSocketEndpoint(hub, environment, authenticator, origins=settings.origins)
    routes = [
        *(Route(path, endpoint.__call__, methods=["GET", "POST"]) for path in GRAPHQL_PATHS),
        *(WebSocketRoute(path, sockets) for path in GRAPHQL_PATHS),
        *_download_routes(environment, authenticator, storage, inspect or inspect_upload),
        *_import_routes(SalesImports(environment, authenticator, storage)),
        *document_routes(environment, authenticator, Renderer(settings.fonts)),
        *epcis_routes(environment, authenticator, settings.body_limit),
        *_operator_routes(environment.database, metrics, fleet),
        *page_routes(assets, schema, development=settings.development),
    ]
    background = (_publishing(metrics, gauges, fleet), authenticator.refresh_keys)
    lifespan = _lifespan(hub, worker, environment, background)
    app = OpenApplication(
        settings.origins, routes=routes, lifespan=lifespan, exception_handlers={HTTPException: unanswered}
    )
    # Its redirects would name the protocol of this server, which is not that of a proxy with TLS.
    app.router.redirect_slashes = False
    app.state.drain = _drain(hub, worker)
    app.state.hub = hub
    return app


def _download_routes(
    environment: Environment, authenticator: Authenticator, storage: FileStorage, inspect: Inspect
) -> Sequence[Route]:
    """The routes of downloads and uploads."""
    codes = CodeDownloads(environment, authenticator)
    downloads = FileDownloads(environment, authenticator, storage=storage, access=FILE_ACCESS)
    uploads = Uploads(environment, authenticator, storage=storage, inspect=inspect)
    upload_route = Route(f"{UPLOADS_PATH}/{{link}}", uploads.__call__, methods=["PUT"])
    code_route = Route(CODES_PATH, codes.__call__, methods=["GET"])
    return (Route(f"{FILES_PATH}/{{link}}", downloads.__call__), *_for_every_method(upload_route, code_route))


def _import_routes(imports: SalesImports) -> Sequence[Route]:
    """The routes of imports."""
    return _for_every_method(
        Route(IMPORTS_PATH, imports.__call__), Route(f"{IMPORTS_PATH}/{{import_id}}", imports.__call__)
    )


def _for_every_method(*routes: Route) -> Sequence[Route]:
    """Let every method reach these routes, whose endpoints say best what they take."""
    for route in routes:
        route.methods = None
    return routes


def storage_of(settings: Settings) -> FileStorage:
    """The store of files that the settings name. Raises StorageUnavailable."""
    return open_storage(settings.files or str(settings.data_dir / "files"), settings.data_dir, settings.file_limits)


def configured(environment: Environment, settings: Settings, files: FileStorage) -> Environment:
    """The environment with the policies and secrets of the settings, and a store of files. Raises KeysUnavailable."""
    return replace(
        environment,
        webhooks=settings.webhook_policy,
        reach_policy=settings.reach_policy,
        sales_policy=settings.sales_policy,
        coupon_keys=load_coupon_keys(settings),
        qr_template=QrTemplate(settings.qr_template),
        links=load_link_signer(settings),
        files=files,
        identifier_base=settings.identifier_base,
    )


async def dev_tokens(settings: Settings, database: Database) -> dict[str, str]:
    """Return a development token by role, for the oldest account with the role."""
    reading = database.reading()
    try:
        accounts = await first_accounts_by_role(reading)
    finally:
        await reading.close()
    return {role.value: dev_token(settings, accounts[role].id) for role in Role if role in accounts}


def _lifespan(
    hub: Hub, worker: JobWorker, environment: Environment, background: Sequence[Callable[[], Awaitable[None]]]
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """Start the hub, the worker, and what runs in the `background` of the application; close all of it at the end."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        hub.start()
        worker.start()
        running = [asyncio.ensure_future(run()) for run in background]
        yield
        for task in running:
            task.cancel()
        await worker.stop()
        await hub.close()
        await environment.groups.drain()
        await environment.database.close()

    return lifespan


def _drain(hub: Hub, worker: JobWorker) -> Callable[[], Awaitable[None]]:
    """Close connections and give jobs back at the same time."""

    async def drain() -> None:
        await asyncio.gather(hub.drain(), worker.stop())

    return drain


def _publishing(metrics: Metrics, gauges: JobGauges, fleet: Fleet | None) -> Callable[[], Awaitable[None]]:
    """Count jobs now and then, and publish the metrics of this process if it is one of several."""

    async def publish() -> None:
        if fleet is None:
            await gauges.refresh_forever()
        else:
            await asyncio.gather(gauges.refresh_forever(), fleet.publish(metrics.text))

    return publish


def _operator_routes(database: Database, metrics: Metrics, fleet: Fleet | None) -> list[Route]:
    """Return the routes for health checks and metrics."""

    async def ready(_request: Request) -> Response:
        answers = await database.answers()
        return PlainTextResponse("ready\n" if answers else "the database does not answer\n", 200 if answers else 503)

    def measured(_request: Request) -> Response:
        own = metrics.text()
        return Response(own if fleet is None else fleet.join(own), media_type=CONTENT_TYPE)

    return [
        Route("/healthz", lambda _request: PlainTextResponse("alive\n")),
        Route("/readyz", ready),
        Route("/metrics", measured),
    ]
