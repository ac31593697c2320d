"""Why an upload cannot begin, or why its file cannot be used."""

from datetime import timedelta

from domain.failures import Failure, NotFound, Path, UserErrorCode
from domain.files.facts import PURPOSE_RULES, UploadPurpose
from domain.files.sizes import format_size


class UploadMissing(NotFound):
    """The upload does not exist, has expired without being used, or belongs to another account."""

    def __init__(self, path: Path) -> None:
        super().__init__("upload", path)


class UploadUnfinished(Failure):
    """The file was not sent to its end."""

    code = UserErrorCode.ILLEGAL_STATE

    def __init__(self, file_name: str, path: Path) -> None:
        super().__init__(f"The upload of “{file_name}” is not finished. Send the rest of the file first.", path)
        self.file_name = file_name


class UploadUsed(Failure):
    """The file is in use already."""

    code = UserErrorCode.ILLEGAL_STATE

    def __init__(self, file_name: str, path: Path) -> None:
        super().__init__(f"The upload of “{file_name}” was used before. Upload the file again.", path)
        self.file_name = file_name


class UploadExpired(Failure):
    """The file was not used in time."""

    code = UserErrorCode.ILLEGAL_STATE

    def __init__(self, file_name: str, path: Path) -> None:
        super().__init__(f"The upload of “{file_name}” has expired. Upload the file again.", path)
        self.file_name = file_name


class WrongPurpose(Failure):
    """The file was uploaded for another purpose."""

    code = UserErrorCode.INVALID

    def __init__(self, file_name: str, purposes: tuple[UploadPurpose, UploadPurpose], path: Path) -> None:
        """Take the purpose of the upload, and the one that was needed."""
        given, wanted = purposes
        given_noun, wanted_noun = PURPOSE_RULES[given].noun, PURPOSE_RULES[wanted].noun
        message = f"“{file_name}” was uploaded as {given_noun}. Upload it again as {wanted_noun}."
        super().__init__(message, path)
        self.given = given
        self.wanted = wanted


class TooManyUploads(Failure):
    """The account has as many unfinished uploads as it may have."""

    code = UserErrorCode.LIMIT_EXCEEDED

    def __init__(self, limit: int, lifetime: timedelta) -> None:
        hours = round(lifetime.total_seconds() / 3600)
        super().__init__(
            f"You have {limit} unfinished uploads. Finish one, or wait until one expires {hours} hours after it began."
        )
        self.limit = limit


class DailyBytesExceeded(Failure):
    """The account has begun as many bytes as it may in a day."""

    code = UserErrorCode.LIMIT_EXCEEDED

    def __init__(self, limit: int, left: int) -> None:
        super().__init__(
            f"Accounts can upload {format_size(limit)} in 24 hours, and you have {format_size(left)} left. "
            "Upload a smaller file, or try again later.",
            ("input", "byteSize"),
        )
        self.limit = limit
        self.left = left


class FilesUnavailable(Failure):
    """The server has no place for files."""

    code = UserErrorCode.ILLEGAL_STATE

    def __init__(self) -> None:
        super().__init__("This server cannot store files. Ask the people who run it to set TESSERA_FILES.")
