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


class LinesWait(Failure):
    """A job cannot value lines of an ECP again, because a sale among them would take the balance beyond its bound.

    `exceeded` says which sale. The lines wait as they are.
    """

    code = UserErrorCode.LIMIT_EXCEEDED

    def __init__(self, ecp_code: str, exceeded: BalanceExceeded) -> None:
        super().__init__(
            f"With sale {exceeded.external_id}, the balance of {ecp_code} would be {exceeded.balance:,} points, and a "
            f"balance is at most {MAX_SAFE_INT:,}. Lines of this ECP are not valued until it fits. Correct the sale, "
            "or return units of it: that starts another job. After an adjustment, retry this one."
        )
        self.ecp_code = ecp_code
        self.exceeded = exceeded
