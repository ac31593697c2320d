"""What imports answer to requests that are no success: the status, the code, and the sentence."""

from collections.abc import Mapping
from typing import Final

from db.sessions import TransactionConflict
from domain.failures import Failure, InvalidInput, UserErrorCode
from domain.files.failures import FilesUnavailable
from domain.requests import Forbidden, Overloaded, RequestError, Unauthenticated
from graphql_api.files.credentials import Rejected

_STATUSES: Final[Mapping[UserErrorCode, int]] = {
    UserErrorCode.LIMIT_EXCEEDED: 429,
    UserErrorCode.IDEMPOTENCY_MISMATCH: 409,
    UserErrorCode.NOT_FOUND: 404,
}
_INVALID: Final = 422


def rejection_of(error: Exception) -> Rejected:
    """Return the answer to an error that a request caused. Raises the error again if it is a bug."""
    match error:
        case Rejected():
            rejected = error
        case Unauthenticated():
            rejected = Rejected(401, error.code, str(error), headers={"www-authenticate": "Bearer"})
        case Forbidden():
            rejected = Rejected(403, "FORBIDDEN", str(error))
        case FilesUnavailable():
            rejected = Rejected(503, "SERVICE_UNAVAILABLE", error.message)
        case InvalidInput(problems=(problem,)):
            is_large = problem.code is UserErrorCode.LIMIT_EXCEEDED
            rejected = Rejected(413 if is_large else _INVALID, problem.code.value, problem.message)
        case InvalidInput():
            message = " ".join(problem.message for problem in error.problems)
            rejected = Rejected(_INVALID, error.code.value, message)
        case Failure():
            rejected = Rejected(_STATUSES.get(error.code, _INVALID), error.code.value, error.message)
        case RequestError():
            rejected = Rejected(503, error.extensions["code"], str(error), headers={"retry-after": "1"})
        case TransactionConflict():
            rejected = Rejected(503, Overloaded.code, str(Overloaded()), headers={"retry-after": "1"})
        case _:
            raise error
    return rejected
