"""The base of the endpoints of EPCIS: sign-in, versions, and errors."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar
from uuid import uuid4

import structlog
from starlette.requests import Request
from starlette.responses import Response

from db.sessions import TransactionConflict
from domain.failures import Failure
from domain.requests import Forbidden, Overloaded, RequestError, Unauthenticated, UnstorableText
from graphql_api.auth import Authenticator
from graphql_api.context import Environment
from graphql_api.epcis.protocol import (
    SUPPORT_HEADERS,
    Exceptions,
    ProblemFound,
    answer_problem,
    check_versions,
    problem_of_failure,
)
from graphql_api.transport.requests import read_origin, request_id
from resolvers.context import Operation

_log = structlog.get_logger("tessera.epcis")


class Endpoint(ABC):
    """An endpoint for signed-in clients: vendors with an API key, and staff."""

    methods: ClassVar[Sequence[str]]

    def __init__(self, environment: Environment, authenticator: Authenticator, body_limit: int) -> None:
        self.environment = environment
        self.body_limit = body_limit
        self._authenticator = authenticator

    @abstractmethod
    async def answer(self, operation: Operation, request: Request) -> Response:
        """Answer one request of a signed-in client. Raises ProblemFound, Failure, and RequestError."""

    async def __call__(self, request: Request) -> Response:
        """Answer one request; never raises because of a client."""
        reference = request_id(request.headers)
        with structlog.contextvars.bound_contextvars(request_id=reference):
            response = await self._respond(request)
        response.headers["x-request-id"] = reference
        return response

    async def _respond(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            allowed = ", ".join(self.methods)
            return Response(status_code=204, headers={**SUPPORT_HEADERS, "allow": allowed})
        if request.method not in self.methods:
            problem = ProblemFound(Exceptions.NOT_ALLOWED, f"Send {', '.join(self.methods)}.")
            response = answer_problem(problem)
            response.headers["allow"] = ", ".join(self.methods)
            return response
        operation = self.environment.operation(None)
        operation.origin = read_origin(request)
        try:
            check_versions(request)
            signed_in = await self._authenticator.viewer(operation, request.headers)
            if signed_in is None:
                raise Unauthenticated
            operation.sign_in(signed_in.viewer, signed_in.program)
            return await self.answer(operation, request)
        except (ProblemFound, Failure, RequestError, TransactionConflict) as error:
            return answer_problem(_problem_of(error))
        finally:
            await operation.close()


def _problem_of(error: Exception) -> ProblemFound:
    if isinstance(error, ProblemFound):
        return error
    if isinstance(error, Failure):
        return problem_of_failure(error)
    return _problem_of_request(error if isinstance(error, RequestError) else Overloaded())


def _problem_of_request(rejection: RequestError) -> ProblemFound:
    if isinstance(rejection, Unauthenticated):
        return ProblemFound(Exceptions.SECURITY, str(rejection))
    if isinstance(rejection, Forbidden):
        return ProblemFound(Exceptions.FORBIDDEN, str(rejection))
    if isinstance(rejection, UnstorableText):
        return ProblemFound(Exceptions.VALIDATION, str(rejection))
    reference = uuid4().hex
    _log.warning("request failed", reference=reference, exc_info=rejection)
    return ProblemFound(Exceptions.BUSY, str(rejection), reference=reference)
