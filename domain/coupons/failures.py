"""Declared failures of coupons."""

from enum import StrEnum

from domain.failures import Failure, Path, UserErrorCode


class CodeFault(StrEnum):
    """What is wrong with a code that somebody entered."""

    CHARACTER = "CHARACTER"
    LENGTH = "LENGTH"
    CHECK = "CHECK"
    UNKNOWN = "UNKNOWN"


class InvalidCode(Failure):
    """A text is not the code of a coupon; `fault` says why."""

    code = UserErrorCode.COUPON_INVALID

    def __init__(self, fault: CodeFault, message: str, path: Path = ("input", "code")) -> None:
        super().__init__(message, path)
        self.fault = fault


class CouponKeysMissing(Failure):
    """The server has no key for coupons, or lacks the one from which the codes of a run are derived."""

    code = UserErrorCode.ILLEGAL_STATE

    def __init__(self, key_id: int | None = None) -> None:
        lacking = "keys for coupon codes" if key_id is None else f"the key {key_id}, from which these codes are derived"
        super().__init__(f"This server does not have {lacking}. Ask the people who run it to set TESSERA_COUPON_KEYS.")
        self.key_id = key_id
