"""Declared failures of ECPs; each carries its data and builds its sentence."""

import math
from datetime import datetime
from typing import Final

from domain.failures import Failure, Path, UserErrorCode
from domain.text import format_count

ECP_PATH: Final[Path] = ("input", "ecpId")


class TooManyRegistrations(Failure):
    """People without an account tried to register so often that the next attempt has to wait."""

    code = UserErrorCode.THROTTLED

    def __init__(self, retry_at: datetime, now: datetime) -> None:
        seconds = max(1, math.ceil((retry_at - now).total_seconds()))
        super().__init__(f"There were too many attempts to register. Try again in {format_count(seconds, 'second')}.")
        self.retry_at = retry_at


class AccountAddedMeanwhile(Failure):
    """Somebody added an account with the newcomer's e-mail address at the same time."""

    code = UserErrorCode.CONFLICT

    def __init__(self) -> None:
        super().__init__("An account with your e-mail address was added just now. Sign in again.")


class RegisteredAlready(Failure):
    """The account is already registered as an ECP."""

    code = UserErrorCode.DUPLICATE

    def __init__(self, ecp_code: str) -> None:
        self.ecp_code = ecp_code
        super().__init__(f"You are already registered as {ecp_code}.")
