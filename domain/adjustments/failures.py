"""Declared failures of adjustments; each carries its data and builds its sentence."""

from typing import Final

from domain.failures import Failure, IllegalState, Path, UserErrorCode
from domain.text import format_number

ADJUSTMENT_PATH: Final[Path] = ("input", "adjustmentId")
SCHEME_PATH: Final[Path] = ("input", "schemeId")
POINTS_PATH: Final[Path] = ("input", "points")


class NothingToAdjust(IllegalState):
    """The ECP never took part in the scheme."""

    def __init__(self, ecp_code: str) -> None:
        self.ecp_code = ecp_code
        super().__init__(
            f"{ecp_code} was never enrolled in this scheme and has no points in it, so there is nothing to adjust. "
            "Enroll the ECP first, or choose another scheme.",
            SCHEME_PATH,
        )


class BalanceTooLarge(Failure):
    """The balance would no longer be a number that every client holds exactly."""

    code = UserErrorCode.LIMIT_EXCEEDED

    def __init__(self, balance: int, largest: int) -> None:
        self.balance = balance
        super().__init__(
            f"The balance would be {format_number(balance)} points, and balances lie between "
            f"{format_number(-largest)} and {format_number(largest)}. Adjust fewer points.",
            POINTS_PATH,
        )
