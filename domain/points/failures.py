"""Declared failures of reading the ledger."""

from domain.requests import Forbidden, RequestError


class NotAnEcp(RequestError):
    """The viewer follows their own points, and is no ECP."""

    code = Forbidden.code

    def __init__(self) -> None:
        super().__init__(
            "Your account is not an ECP, so no points are posted to it. Read the points of an ECP with `Ecp.ledger`."
        )
