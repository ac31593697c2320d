"""Errors as clients see them: each with a code, and our bugs masked behind a reference."""

from collections.abc import Iterable
from typing import Any, Final

from graphql import GraphQLError, GraphQLFormattedError, GraphQLSyntaxError

from domain.requests import BadArgument, RequestError
from resolvers.bugs import bug_sentence, log_bug

PARSE_FAILED: Final = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED: Final = "GRAPHQL_VALIDATION_FAILED"
INTERNAL: Final = "INTERNAL_SERVER_ERROR"


def formatted(errors: Iterable[GraphQLError], *, valid: bool) -> list[GraphQLFormattedError]:
    """Format the errors of one answer. For a `valid` document, they are not errors of parsing or validation."""
    return [_formatted(error, valid=valid) for error in errors]


def request_error(message: str, code: str, **extensions: Any) -> dict[str, Any]:
    """Return an answer with one error, for a request that never became an operation."""
    return {"errors": [{"message": message, "extensions": {"code": code, **extensions}}]}


def _formatted(error: GraphQLError, *, valid: bool) -> GraphQLFormattedError:
    original = error.original_error
    if isinstance(original, RecursionError):
        return _with(error, "The request is nested too deeply.", {"code": BadArgument.code})
    if original is not None and not isinstance(original, RequestError | GraphQLError):
        return _masked(error, original)
    if isinstance(error, GraphQLSyntaxError):
        return _with(error, error.message, {"code": PARSE_FAILED})
    code = BadArgument.code if valid else VALIDATION_FAILED
    return _with(error, error.message, {"code": code, **(error.extensions or {})})


def _masked(error: GraphQLError, original: BaseException) -> GraphQLFormattedError:
    reference = log_bug(original, path=error.path)
    return _with(error, bug_sentence(reference), {"code": INTERNAL, "reference": reference})


def _with(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLFormattedError:
    answer = error.formatted
    return {**answer, "message": message, "extensions": extensions}
