"""Sentences of the audit log, from stored facts."""

from typing import assert_never

from domain.audit.stored_facts import (
    CodesDownloadBegun,
    CodesDownloadDenied,
    CodesDownloadFinished,
    CodesDownloadInterrupted,
    CodesLinkIssued,
    DenialReason,
    FactOfCodes,
    FileLinkDenied,
    StoredAuditFact,
)
from domain.calendar import Calendar
from domain.stored_facts import AccountNames, AsWritten
from domain.text import format_count, format_number, quote


def audit_sentence(fact: StoredAuditFact, names: AccountNames, calendar: Calendar) -> str:
    """Write what happened, to administrators."""
    match fact:
        case AsWritten(text=text):
            return text
        case CodesLinkIssued(quantity=quantity, expires_at=expires_at):
            until = calendar.format_moment(expires_at)
            return f"{names.actor} received a link to {_codes(fact, quantity)}, valid until {until}."
        case CodesDownloadBegun(quantity=quantity):
            return f"{names.actor} began to download {_codes(fact, quantity)}."
        case CodesDownloadFinished(quantity=quantity, sha256=sha256):
            return f"{names.actor} downloaded {_codes(fact, quantity)}. The SHA-256 of the file is {sha256}."
        case CodesDownloadInterrupted(quantity=quantity, sent=sent):
            began = f"The download of {_codes(fact, quantity)} by {names.actor} was interrupted"
            return f"{began} after at most {format_number(sent)}."
        case CodesDownloadDenied() | FileLinkDenied():
            return f"{names.actor} could not {_denied(fact)}: {_denial(fact.reason, names)}."
        case _:
            assert_never(fact)


def _denied(fact: CodesDownloadDenied | FileLinkDenied) -> str:
    if isinstance(fact, CodesDownloadDenied):
        return f"download codes of {_contents(fact)}"
    return f"{'upload' if fact.uploads else 'download'} {quote(fact.file_name)}"


def _codes(fact: FactOfCodes, quantity: int) -> str:
    return f"{format_count(quantity, 'code')} of {_contents(fact)}"


def _contents(fact: FactOfCodes) -> str:
    return f"{'all variants' if fact.sku is None else fact.sku} in {fact.consignment}"


def _denial(reason: DenialReason, names: AccountNames) -> str:
    match reason:
        case DenialReason.EXPIRED:
            return "the link had expired"
        case DenialReason.OTHER_ACCOUNT:
            return f"the link belongs to {names.account}"
        case DenialReason.ACCOUNT_DISABLED:
            return "the account is disabled"
        case DenialReason.ACCESS_LOST:
            return "the account may no longer do so"
        case DenialReason.STATE_CHANGED:
            return "the state of the consignment no longer allows it"
        case _:
            assert_never(reason)
