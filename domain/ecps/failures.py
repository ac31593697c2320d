"""Declared failures of ECPs; each carries its data and builds its sentence."""

from typing import Final

from domain.failures import Failure, Path, UserErrorCode

ECP_PATH: Final[Path] = ("input", "ecpId")


class EcpNotFound(Failure):
    """No such ECP, or none that the viewer may see: the two answer alike."""

    code = UserErrorCode.NOT_FOUND

    def __init__(self) -> None:
        super().__init__("This ECP does not exist.", ECP_PATH)


class EcpStateForbids(Failure):
    """The ECP is in a state in which this cannot be done."""

    code = UserErrorCode.ILLEGAL_STATE

    def __init__(self, message: str) -> None:
        super().__init__(message, ECP_PATH)


class SelfVerification(Failure):
    """Four eyes: nobody decides about their own registration."""

    code = UserErrorCode.SELF_APPROVAL

    def __init__(self) -> None:
        super().__init__("This is your own registration, so somebody else has to decide about it.", ECP_PATH)


class RegisteredAlready(Failure):
    """The account is an ECP already."""

    code = UserErrorCode.DUPLICATE

    def __init__(self, ecp_code: str) -> None:
        self.ecp_code = ecp_code
        super().__init__(f"You are registered already as {ecp_code}.")
