"""Every fact of the audit log has its sentence, and a stored form that stays readable (R11)."""

from datetime import UTC, datetime
from typing import Any, get_args
from uuid import UUID

import pytest

from domain.audit.facts import LONGEST_ADDRESS, LONGEST_USER_AGENT, Origin, origin_of
from domain.audit.sentences import audit_sentence
from domain.audit.stored_facts import (
    AUDIT_DECODER,
    AUDIT_KINDS,
    AuditFact,
    CodesDownloadBegun,
    CodesDownloadDenied,
    CodesDownloadFinished,
    CodesDownloadInterrupted,
    CodesLinkIssued,
    DenialReason,
    FileLinkDenied,
    audit_kind,
)
from domain.calendar import UTC_CALENDAR
from domain.stored_facts import FROM_NEWER_VERSION, AccountNames, AsWritten, encode_fact

NAMES = AccountNames(actor="Asha Rao", account="Ravi Kumar")
ONE: dict[str, Any] = {"link_id": UUID(int=1), "consignment": "CON-2026-000001", "sku": "AMB-1L"}
ALL: dict[str, Any] = {**ONE, "sku": None}
NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
DENIED = "Asha Rao could not download codes of AMB-1L in CON-2026-000001:"

EXAMPLES: list[tuple[AuditFact, str]] = [
    (
        CodesLinkIssued(**ONE, quantity=50_000, expires_at=NINE),
        "Asha Rao received a link to 50,000 codes of AMB-1L in CON-2026-000001, valid until 1 June 2026 at 09:00 UTC.",
    ),
    (
        CodesDownloadBegun(**ALL, quantity=1),
        "Asha Rao began to download 1 code of all variants in CON-2026-000001.",
    ),
    (
        CodesDownloadFinished(**ONE, quantity=50_000, sha256="ab12"),
        "Asha Rao downloaded 50,000 codes of AMB-1L in CON-2026-000001. The SHA-256 of the file is ab12.",
    ),
    (
        CodesDownloadInterrupted(**ONE, quantity=50_000, sent=2_048),
        "The download of 50,000 codes of AMB-1L in CON-2026-000001 by Asha Rao was interrupted after at most 2,048.",
    ),
    (
        FileLinkDenied("poster.png", uploads=False, reason=DenialReason.OTHER_ACCOUNT, account_id=UUID(int=2)),
        "Asha Rao could not download “poster.png”: the link belongs to Ravi Kumar.",
    ),
    (
        FileLinkDenied("poster.png", uploads=True, reason=DenialReason.EXPIRED, account_id=UUID(int=2)),
        "Asha Rao could not upload “poster.png”: the link had expired.",
    ),
    *(
        (CodesDownloadDenied(**ONE, reason=reason, account_id=UUID(int=2)), f"{DENIED} {why}.")
        for reason, why in (
            (DenialReason.EXPIRED, "the link had expired"),
            (DenialReason.OTHER_ACCOUNT, "the link belongs to Ravi Kumar"),
            (DenialReason.ACCOUNT_DISABLED, "the account is disabled"),
            (DenialReason.ACCESS_LOST, "the account may no longer do so"),
            (DenialReason.STATE_CHANGED, "the state of the consignment no longer allows it"),
        )
    ),
]
# The tag of each kind and its fields. A change to a line breaks existing rows and needs a migration.
FORMS = {
    "codesDownloadBegun": "link_id consignment sku quantity",
    "codesDownloadDenied": "link_id consignment sku reason account_id",
    "codesDownloadFinished": "link_id consignment sku quantity sha256",
    "codesDownloadInterrupted": "link_id consignment sku quantity sent",
    "codesLinkIssued": "link_id consignment sku quantity expires_at",
    "fileLinkDenied": "file_name uploads reason account_id",
}


@pytest.mark.parametrize(("fact", "sentence"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_a_fact_has_its_sentence(fact: AuditFact, sentence: str) -> None:
    """The sentence comes from the stored form alone."""
    stored = AUDIT_DECODER.decode_known(encode_fact(fact))
    assert stored == fact
    assert audit_sentence(stored, NAMES, UTC_CALENDAR) == sentence


def test_every_kind_and_reason_has_an_example() -> None:
    assert {type(fact) for fact, _ in EXAMPLES} == set(get_args(AuditFact))
    assert {fact.reason for fact, _ in EXAMPLES if isinstance(fact, CodesDownloadDenied)} == set(DenialReason)


def test_the_stored_forms_stay() -> None:
    forms = {str(fact.__struct_config__.tag): " ".join(fact.__struct_fields__) for fact in get_args(AuditFact)}
    assert dict(sorted(forms.items())) == FORMS


def test_kinds_are_named_as_clients_know_them() -> None:
    assert sorted(AUDIT_KINDS) == [
        "CODES_DOWNLOAD_BEGUN",
        "CODES_DOWNLOAD_DENIED",
        "CODES_DOWNLOAD_FINISHED",
        "CODES_DOWNLOAD_INTERRUPTED",
        "CODES_LINK_ISSUED",
        "FILE_LINK_DENIED",
    ]
    assert audit_kind(EXAMPLES[0][0]) == "CODES_LINK_ISSUED"


def test_facts_of_newer_versions_give_a_sentence() -> None:
    fact = AUDIT_DECODER.decode('{"kind":"fileExported"}')
    assert fact == AsWritten(FROM_NEWER_VERSION)
    assert audit_sentence(fact, NAMES, UTC_CALENDAR) == FROM_NEWER_VERSION


def test_origins_are_bounded_and_printable() -> None:
    assert origin_of("10.0.0.1", "curl/8") == Origin("10.0.0.1", "curl/8")
    assert origin_of(None, " ") == Origin()
    long = origin_of("9" * 99, "a\0b\u2028" + "x" * 999)
    assert long.address == "9" * LONGEST_ADDRESS
    assert long.user_agent == ("a b\u2028" + "x" * 999)[:LONGEST_USER_AGENT]
