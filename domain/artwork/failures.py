"""Declared failures of artwork; each carries its data and builds its sentence."""

from datetime import datetime
from typing import Final
from uuid import UUID

from domain.failures import Failure, Path, UserErrorCode

ARTWORK_PATH: Final = ("input", "artworkId")
VARIANT_PATH: Final = ("input", "variantId")
VERSION_PATH: Final = ("input", "version")


class ArtworkBlocked(Failure):
    """A vendor asked for a revision of the artwork, which holds the variant for every vendor.

    `requested_by` is None for a vendor that shares no chain with the one that asked.
    """

    code = UserErrorCode.ARTWORK_BLOCKED

    def __init__(
        self, message: str, path: Path, *, variant_id: UUID, requested_by: UUID | None, since: datetime
    ) -> None:
        super().__init__(message, path)
        self.variant_id = variant_id
        self.requested_by = requested_by
        self.since = since


class ArtworkNotApproved(Failure):
    """The vendor has not approved the current version; `version` is None before the first one is uploaded."""

    code = UserErrorCode.ILLEGAL_STATE

    def __init__(self, message: str, path: Path, *, variant_id: UUID, version: int | None) -> None:
        super().__init__(message, path)
        self.variant_id = variant_id
        self.version = version


class StaleArtwork(Failure):
    """The input is about a version that is not the current one; `verb` says what to do with that."""

    code = UserErrorCode.VERSION_CONFLICT

    def __init__(
        self, *, sku: str, version: int, current_version: int, path: Path = VERSION_PATH, verb: str = "Review"
    ) -> None:
        super().__init__(_stale(sku, version, current_version, verb), path)
        self.version = version
        self.current_version = current_version


def _stale(sku: str, version: int, current: int, verb: str) -> str:
    if version > current:
        return f"The artwork of {sku} has no version {version}. {verb} version {current}, which is the current one."
    return f"Version {current} of the artwork of {sku} has replaced version {version}. {verb} version {current}."
