"""Validates a new upload."""

from collections.abc import Iterator

from domain.failures import Problem, UserErrorCode
from domain.files.facts import (
    CONTENT_TYPE_NAMES,
    NAME_ENDINGS,
    OTHER_SALES_TYPES,
    PURPOSE_RULES,
    SALES_TYPES,
    UploadLimits,
    UploadPurpose,
)
from domain.files.names import ending_problems, name_problems
from domain.files.sizes import format_size
from domain.text import join_words


def stated_type(purpose: UploadPurpose, file_name: str, content_type: str) -> str:
    """The type under which a file is stored: that of the client, or what the name of a file of sales says."""
    given = content_type.partition(";")[0].strip().lower()
    if purpose is not UploadPurpose.SALES_IMPORT or given not in OTHER_SALES_TYPES:
        return given
    csv, ndjson = SALES_TYPES
    return ndjson if file_name.lower().endswith(NAME_ENDINGS[ndjson]) else csv


def upload_problems(
    purpose: UploadPurpose, file_name: str, content_type: str, byte_size: int, limits: UploadLimits
) -> Iterator[Problem]:
    """Problems of a file that a client wants to upload: its purpose, name, type, or size."""
    rule = PURPOSE_RULES[purpose]
    wrong_names = list(name_problems(file_name, ("fileName",)))
    yield from wrong_names
    if content_type not in rule.content_types:
        accepted = join_words([f"{kind} ({CONTENT_TYPE_NAMES[kind]})" for kind in rule.content_types], "or")
        message = f"The content type of {rule.noun} must be {accepted}."
        yield Problem(UserErrorCode.INVALID, message, ("contentType",))
    elif not wrong_names:
        yield from ending_problems(file_name, content_type, ("fileName",))
    most = limits.bytes_by_purpose[purpose]
    if byte_size < 1:
        yield Problem(UserErrorCode.INVALID, "The file is empty. Upload a file with content.", ("byteSize",))
    elif byte_size > most:
        message = f"The file has {format_size(byte_size)}; {rule.noun} may have at most {format_size(most)}."
        yield Problem(UserErrorCode.LIMIT_EXCEEDED, message, ("byteSize",))
