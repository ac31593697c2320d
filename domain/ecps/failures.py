"""Declared failures of ECPs; each carries its data and builds its sentence."""

from typing import Final

from domain.failures import Failure, Path, UserErrorCode

ECP_PATH: Final[Path] = ("input", "ecpId")


class RegisteredAlready(Failure):
    """The account is already registered as an ECP."""

    code = UserErrorCode.DUPLICATE

    def __init__(self, ecp_code: str) -> None:
        self.ecp_code = ecp_code
        super().__init__(f"You are already registered as {ecp_code}.")
