"""What imports answer to requests that are no success: the status, the code, and the sentence."""

from collections.abc import Mapping
from typing import Final

from domain.failures import Failure, InvalidInput, UserErrorCode
from domain.files.failures import FilesUnavailable
from domain.requests import Forbidden
from graphql_api.files.credentials import Rejected, rejection_of_any

_STATUSES: Final[Mapping[UserErrorCode, int]] = {
    UserErrorCode.LIMIT_EXCEEDED: 429,
    UserErrorCode.IDEMPOTENCY_MISMATCH: 409,
    UserErrorCode.NOT_FOUND: 404,
    UserErrorCode.ILLEGAL_STATE: 409,
}
_INVALID: Final = 422


def rejection_of(error: Exception) -> Rejected:
    """Return the answer to an error that a request caused. Raises the error again if it is a bug."""
    match error:
        case Forbidden():
            return Rejected(403, "FORBIDDEN", str(error))
        case InvalidInput(problems=(problem,)):
            is_large = problem.code is UserErrorCode.LIMIT_EXCEEDED
            return Rejected(413 if is_large else _INVALID, problem.code.value, problem.message)
        case InvalidInput():
            message = " ".join(problem.message for problem in error.problems)
            return Rejected(_INVALID, error.code.value, message)
        case Failure() if not isinstance(error, FilesUnavailable):
            return Rejected(_STATUSES.get(error.code, _INVALID), error.code.value, error.message)
    return rejection_of_any(error)
