"""`/epcis/events`: GET queries events and streams them, POST captures one."""

from typing import Final
from urllib.parse import quote, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from domain.epcis.documents import read_event
from domain.epcis.queries import QueryRejected, read_query
from domain.epcis.vocabulary import CONTEXT
from domain.permissions import Permission
from domain.requests import BadArgument
from graphql_api.epcis.endpoint import Endpoint
from graphql_api.epcis.protocol import (
    EVENTS_PATH,
    LD_JSON,
    VERSION_HEADERS,
    Exceptions,
    ProblemFound,
    read_body,
    read_format,
)
from graphql_api.epcis.stream import OpenedQuery, stream_query
from resolvers.context import Operation
from resolvers.epcis.capture_event import capture_event
from resolvers.epcis.lists import find_captured, open_page, read_identifiers
from resolvers.retrying import retry_conflicts

_QUERY_TEXT: Final = 8000


class EventsEndpoint(Endpoint):
    """The endpoint of all events."""

    methods = ("GET", "HEAD", "POST", "OPTIONS")

    async def answer(self, operation: Operation, request: Request) -> Response:
        """Answer one request. Raises ProblemFound and RequestError."""
        if request.method == "POST":
            return await self._capture(operation, request)
        return await self._query(operation, request)

    async def _query(self, operation: Operation, request: Request) -> Response:
        operation.require(Permission.CONSIGNMENT_READ)
        form = read_format(request)
        if len(request.url.query) > _QUERY_TEXT:
            message = f"The query is longer than {_QUERY_TEXT:,} characters. Ask for fewer things at once."
            raise ProblemFound(Exceptions.QUERY_PARAMETER, message)
        given = {name: request.query_params.getlist(name) for name in request.query_params}
        identifiers = await read_identifiers(operation)
        try:
            query = read_query(given, identifiers)
            page = await open_page(operation, query)
        except QueryRejected as rejected:
            raise ProblemFound(
                Exceptions.QUERY_PARAMETER, rejected.message, parameter=rejected.parameter[:100]
            ) from None
        except BadArgument as bad:
            raise ProblemFound(Exceptions.QUERY_PARAMETER, str(bad), parameter="nextPageToken") from None
        headers = {**VERSION_HEADERS, "gs1-epc-format": form.value, "cache-control": "no-store"}
        if page.next_token is not None:
            following = {**{name: values[0] for name, values in given.items()}, "nextPageToken": page.next_token}
            headers["link"] = f'<{EVENTS_PATH}?{urlencode(following, quote_via=quote)}>; rel="next"'
        if request.method == "HEAD":
            return Response(headers=headers, media_type=LD_JSON)
        opened = OpenedQuery(
            page=page,
            identifiers=identifiers,
            calendar=await operation.calendar(),
            form=form,
            viewer=operation.viewer,
        )
        return stream_query(self.environment, opened, headers)

    async def _capture(self, operation: Operation, request: Request) -> Response:
        operation.require(Permission.CUSTODY_RECORD)
        event = read_event(await read_body(request, self.body_limit), standalone=True)
        event_id = await retry_conflicts(lambda: capture_event(operation, event))
        location = f"{EVENTS_PATH}/{quote(event_id, safe='')}"
        return Response(status_code=201, headers={**VERSION_HEADERS, "location": location})


class EventEndpoint(Endpoint):
    """The endpoint of one captured event."""

    methods = ("GET", "HEAD", "OPTIONS")

    async def answer(self, operation: Operation, request: Request) -> Response:
        """Answer one request. Raises ProblemFound and RequestError."""
        form = read_format(request)
        event_id = request.path_params["event_id"]
        event = None if "\0" in event_id else await find_captured(operation, event_id, form)
        if event is None:
            raise ProblemFound(Exceptions.NO_SUCH_RESOURCE, "No captured event has this id.")
        headers = {**VERSION_HEADERS, "gs1-epc-format": form.value, "cache-control": "no-store"}
        return Response(msgspec.json.encode({"@context": CONTEXT, **event}), headers=headers, media_type=LD_JSON)
