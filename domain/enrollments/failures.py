"""Declared failures of enrolling; each carries its data and builds its sentence."""

from typing import Final

from domain.ecps.failures import ECP_PATH
from domain.failures import Failure, IllegalState, Path, UserErrorCode

SCHEME_PATH: Final = ("input", "schemeId")
TERMS_PATH: Final = ("input", "termsVersion")
ENROLLMENT_PATH: Final = ("input", "enrollmentId")


class NotRegistered(Failure):
    """The viewer is not an ECP and does not name one."""

    code = UserErrorCode.ILLEGAL_STATE

    def __init__(self) -> None:
        super().__init__("You are not registered as an ECP. Register before you enroll.")


class EcpNotNamed(Failure):
    """A manager does not name the ECP to enroll."""

    code = UserErrorCode.REQUIRED

    def __init__(self) -> None:
        super().__init__("Choose the ECP to enroll.", ECP_PATH)


class WithdrawnAlready(IllegalState):
    """The enrollment was already withdrawn."""

    def __init__(self) -> None:
        super().__init__("This enrollment was already withdrawn.", ENROLLMENT_PATH)


class OutOfWindow(Failure):
    """Enrollment is not open."""

    code = UserErrorCode.OUT_OF_WINDOW


class OutOfPlace(Failure):
    """The scheme does not run where the ECP works."""

    code = UserErrorCode.OUT_OF_SCOPE


class OtherTerms(Failure):
    """The ECP accepted a version of the terms that is not current."""

    code = UserErrorCode.CONFLICT

    def __init__(self, current_version: int, message: str, path: Path) -> None:
        self.current_version = current_version
        super().__init__(message, path)


class EnrolledAlready(Failure):
    """The ECP already has a pending or active enrollment."""

    code = UserErrorCode.DUPLICATE

    def __init__(self, message: str) -> None:
        super().__init__(message, SCHEME_PATH)
