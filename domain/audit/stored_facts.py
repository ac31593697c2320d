"""Stored facts of the audit log.

A link has an id, which all facts about it hold, so that entries about one download can be found together.
"""

import re
from datetime import datetime
from enum import StrEnum
from typing import Final, get_args
from uuid import UUID

from domain.stored_facts import AsWritten, FactDecoder, StoredFact

_INNER_CAPITAL: Final = re.compile("(?=[A-Z])")


class DenialReason(StrEnum):
    """Why a genuine link did not open."""

    EXPIRED = "EXPIRED"
    OTHER_ACCOUNT = "OTHER_ACCOUNT"
    ACCOUNT_DISABLED = "ACCOUNT_DISABLED"
    ACCESS_LOST = "ACCESS_LOST"
    STATE_CHANGED = "STATE_CHANGED"


class FactOfCodes(StoredFact, frozen=True):
    """Codes of a consignment; of one variant, or of all where `sku` is None."""

    link_id: UUID
    consignment: str
    sku: str | None


class CodesLinkIssued(FactOfCodes, frozen=True, tag="codesLinkIssued"):
    """A link to so many codes was given to the actor."""

    quantity: int
    expires_at: datetime


class CodesDownloadBegun(FactOfCodes, frozen=True, tag="codesDownloadBegun"):
    """The actor began to download so many codes; whatever follows, the codes count as known from now on."""

    quantity: int


class CodesDownloadFinished(FactOfCodes, frozen=True, tag="codesDownloadFinished"):
    """All codes were sent; `sha256` is that of the file before its last line, in hexadecimal."""

    quantity: int
    sha256: str


class CodesDownloadInterrupted(FactOfCodes, frozen=True, tag="codesDownloadInterrupted"):
    """The connection ended, or the server stopped, when at most `sent` of the codes had left."""

    quantity: int
    sent: int


class CodesDownloadDenied(FactOfCodes, frozen=True, tag="codesDownloadDenied"):
    """A link of the account `account_id` did not open. The actor is that account, or the one that tried instead."""

    reason: DenialReason
    account_id: UUID


class FileLinkDenied(StoredFact, frozen=True, tag="fileLinkDenied"):
    """A link of the account `account_id` to download or upload a file did not open. The actor is as above."""

    file_name: str
    uploads: bool
    reason: DenialReason
    account_id: UUID


AuditFact = (
    CodesLinkIssued
    | CodesDownloadBegun
    | CodesDownloadFinished
    | CodesDownloadInterrupted
    | CodesDownloadDenied
    | FileLinkDenied
)
StoredAuditFact = AuditFact | AsWritten

AUDIT_DECODER: Final[FactDecoder[StoredAuditFact]] = FactDecoder(StoredAuditFact)


def audit_kind(fact: type[StoredFact] | StoredFact) -> str:
    """The kind of an entry, as clients know it: CODES_LINK_ISSUED for `codesLinkIssued`."""
    return "_".join(_INNER_CAPITAL.split(str(fact.__struct_config__.tag))).upper()


AUDIT_KINDS: Final = tuple(audit_kind(fact) for fact in get_args(AuditFact))
