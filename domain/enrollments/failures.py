"""Declared failures of enrolling; each carries its data and builds its sentence."""

from typing import Final

from domain.ecps.failures import ECP_PATH
from domain.failures import Failure, IllegalState, UserErrorCode

SCHEME_PATH: Final = ("input", "schemeId")
TERMS_PATH: Final = ("input", "termsVersion")
ENROLLMENT_PATH: Final = ("input", "enrollmentId")


class NotRegistered(Failure):
    """The viewer is not an ECP, and names nobody who is."""

    code = UserErrorCode.ILLEGAL_STATE

    def __init__(self) -> None:
        super().__init__("Register first: only an ECP enrolls.")


class EcpNotNamed(Failure):
    """A manager does not say whom to enroll."""

    code = UserErrorCode.REQUIRED

    def __init__(self) -> None:
        super().__init__("Choose the ECP to enroll.", ECP_PATH)


class WithdrawnAlready(IllegalState):
    """The enrollment was withdrawn before."""

    def __init__(self) -> None:
        super().__init__("This enrollment was withdrawn already.", ENROLLMENT_PATH)


class OutOfWindow(Failure):
    """Enrollment is not open."""

    code = UserErrorCode.OUT_OF_WINDOW

    def __init__(self, message: str) -> None:
        super().__init__(message, SCHEME_PATH)


class OutOfPlace(Failure):
    """The scheme does not run where the ECP is."""

    code = UserErrorCode.OUT_OF_SCOPE

    def __init__(self, code: str | None) -> None:
        where = "where you are" if code is None else f"where {code} is"
        super().__init__(f"This scheme does not run {where}.", SCHEME_PATH)


class OtherTerms(Failure):
    """The version that was accepted is not that of the terms as they are."""

    code = UserErrorCode.CONFLICT

    def __init__(self, current_version: int) -> None:
        self.current_version = current_version
        super().__init__(f"Version {current_version} of the terms is in force: read and accept it.", TERMS_PATH)


class EnrolledAlready(Failure):
    """There is an enrollment that stands."""

    code = UserErrorCode.DUPLICATE

    def __init__(self, message: str) -> None:
        super().__init__(message, SCHEME_PATH)
