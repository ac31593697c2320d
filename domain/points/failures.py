"""Declared failures of posting points, and of reading the ledger."""

from domain.failures import Failure, UserErrorCode
from domain.requests import Forbidden, RequestError
from domain.rules.bounds import MAX_SAFE_INT


class NotAnEcp(RequestError):
    """The viewer follows their own points, and is no ECP."""

    code = Forbidden.code

    def __init__(self) -> None:
        super().__init__(
            "Your account is not an ECP, so no points are posted to it. Read the points of an ECP with `Ecp.ledger`."
        )


class BalanceExceeded(Failure):
    """A sale would take a balance beyond what every client holds exactly; nothing of its posting is kept.

    `external_id` is that of the sale, in its source.
    """

    code = UserErrorCode.LIMIT_EXCEEDED

    def __init__(self, external_id: str, balance: int) -> None:
        super().__init__(
            f"The balance of the ECP would be {balance:,} points, and a balance is at most {MAX_SAFE_INT:,}. Check the "
            "quantities of the sale and the points of the scheme."
        )
        self.external_id = external_id
        self.balance = balance
