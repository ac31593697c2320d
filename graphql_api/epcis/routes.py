"""The routes of EPCIS."""

from starlette.routing import Route

from graphql_api.auth import Authenticator
from graphql_api.context import Environment
from graphql_api.epcis.capture import CaptureEndpoint, CaptureJobEndpoint
from graphql_api.epcis.endpoint import Endpoint
from graphql_api.epcis.events import EventEndpoint, EventsEndpoint
from graphql_api.epcis.protocol import CAPTURE_PATH, EVENTS_PATH

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def epcis_routes(environment: Environment, authenticator: Authenticator, body_limit: int) -> list[Route]:
    """The routes; the endpoints themselves answer methods that they do not have."""

    def route(path: str, kind: type[Endpoint]) -> Route:
        return Route(path, kind(environment, authenticator, body_limit).__call__, methods=list(_METHODS))

    return [
        route(EVENTS_PATH, EventsEndpoint),
        route(f"{EVENTS_PATH}/{{event_id:path}}", EventEndpoint),
        route(CAPTURE_PATH, CaptureEndpoint),
        route(f"{CAPTURE_PATH}/{{capture_id}}", CaptureJobEndpoint),
    ]
