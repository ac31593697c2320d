"""Who may download codes, and the file that they get (R11)."""

import csv
import hashlib
import io
from uuid import UUID

import pytest

from domain.consignments.facts import Condition
from domain.consignments.guards import CONSIGNMENT_GUARDS, ConsignmentAction, ConsignmentFacts
from domain.consignments.state import Holding
from domain.coupons.downloads import CodeFile, CodeSpan, file_name
from domain.coupons.failures import CouponKeysMissing
from domain.coupons.keys import BATCH, CouponKeys
from domain.coupons.labels import QrTemplate, template_problem
from domain.permissions import Role
from domain.viewers import Viewer

KEYS = CouponKeys({1: bytes(range(32)), 2: bytes(range(32, 64))})
PRINTER, PACKAGER = UUID(int=1), UUID(int=2)


def facts(condition: Condition = Condition.PLANNED, leg: int = 1, *, canceled: bool = False) -> ConsignmentFacts:
    """A consignment with all coupons in one condition at one leg."""
    holdings = [Holding(leg=leg, in_batch=False, condition=condition, quantity=5)]
    return ConsignmentFacts(
        code="CON-2026-000001", canceled=canceled, vendor_ids=(PRINTER, PACKAGER), holdings=holdings
    )


OPEN, PRODUCED, ENDED = facts(), facts(Condition.GOOD), facts(Condition.GOOD, 2)
CANCELED, VOID, DAMAGED = facts(canceled=True), facts(Condition.VOID), facts(Condition.DAMAGED)


def viewer(*roles: Role, vendor_id: UUID | None = None) -> Viewer:
    return Viewer(account_id=UUID(int=9), display_name="N", email=None, roles=frozenset(roles), vendor_id=vendor_id)


@pytest.mark.parametrize(
    ("stated", "who", "allowed"),
    [
        (OPEN, viewer(Role.OPERATIONS), True),
        (ENDED, viewer(Role.OPERATIONS), True),
        (CANCELED, viewer(Role.OPERATIONS), False),
        (VOID, viewer(Role.OPERATIONS), False),
        (DAMAGED, viewer(Role.OPERATIONS), True),
        (DAMAGED, viewer(Role.VENDOR, vendor_id=PRINTER), False),
        (PRODUCED, viewer(Role.VENDOR, vendor_id=PRINTER), True),
        (OPEN, viewer(Role.PROGRAM_MANAGER, Role.ANALYST, Role.ADMIN), False),
        (OPEN, viewer(Role.VENDOR, vendor_id=PRINTER), True),
        (ENDED, viewer(Role.VENDOR, vendor_id=PRINTER), False),
        (CANCELED, viewer(Role.VENDOR, vendor_id=PRINTER), False),
        (OPEN, viewer(Role.VENDOR, vendor_id=PACKAGER), False),
        (OPEN, viewer(Role.VENDOR), False),
        (OPEN, viewer(Role.VENDOR, Role.PROGRAM_MANAGER, vendor_id=PACKAGER), False),
        (ENDED, viewer(Role.VENDOR, Role.OPERATIONS, vendor_id=PACKAGER), True),
    ],
)
def test_who_may_download(stated: ConsignmentFacts, who: Viewer, allowed: bool) -> None:  # noqa: FBT001 - a case
    """R11: the action is offered exactly to those for whom the mutation succeeds."""
    assert (ConsignmentAction.DOWNLOAD_CODES in CONSIGNMENT_GUARDS.allowed(stated, who)) is allowed


def content_of(file: CodeFile) -> bytes:
    return b"".join(file.chunks())


@pytest.mark.parametrize("count", [0, 1, BATCH, BATCH + 1, 3 * BATCH + 7])
def test_a_file_of_any_length(count: int) -> None:
    """R11: the last line counts the codes and has the SHA-256 of everything before it."""
    file = CodeFile([CodeSpan("AMB-1L", 1, range(5, 5 + count))], KEYS, QrTemplate())
    content = content_of(file)
    before, mark, last = content.rpartition(b"# ")
    digest = hashlib.sha256(before).hexdigest()
    assert mark + last == f"# codes: {count}; sha256: {digest}\r\n".encode()
    assert (file.quantity, file.written, file.sha256) == (count, count, digest)
    header, *rows = csv.reader(io.StringIO(before.decode(), newline=""))
    assert header == ["code", "serial", "sku", "qrPayload"]
    assert rows == [
        [code, str(serial), "AMB-1L", f"https://example.com/c/{code}"]
        for serial in range(5, 5 + count)
        for code in [KEYS.write(serial, 1)]
    ]


def test_spans_have_their_own_keys_and_skus() -> None:
    file = CodeFile([CodeSpan("A", 1, range(2)), CodeSpan("B", 2, range(7, 9))], KEYS, QrTemplate("{code}"))
    rows = [line.split(",") for line in content_of(file).decode().splitlines()[1:-1]]
    assert [row[:3] for row in rows] == [
        [KEYS.write(0, 1), "0", "A"],
        [KEYS.write(1, 1), "1", "A"],
        [KEYS.write(7, 2), "7", "B"],
        [KEYS.write(8, 2), "8", "B"],
    ]
    assert all(row[3] == row[0] for row in rows)


@pytest.mark.parametrize(
    ("sku", "template", "cells"),
    [
        ('X,"1"', "https://x.example/?a=1,2&c={code}", '"X,""1""","https://x.example/?a=1,2&c=CODE"'),
        ("=1+1", "=HYPERLINK({code})", "'=1+1,'=HYPERLINK(CODE)"),
    ],
)
def test_cells_are_quoted_and_never_formulas(sku: str, template: str, cells: str) -> None:
    file = CodeFile([CodeSpan(sku, 1, range(1))], KEYS, QrTemplate(template))
    code = KEYS.write(0, 1)
    assert content_of(file).decode().splitlines()[1] == f"{code},0,{cells.replace('CODE', code)}"


def test_a_file_without_its_keys_does_not_begin() -> None:
    with pytest.raises(CouponKeysMissing):
        CodeFile([CodeSpan("A", 1, range(2)), CodeSpan("B", 3, range(2))], KEYS, QrTemplate())


def test_names_of_files_are_plain() -> None:
    assert file_name("CON-2026-000001", None) == "CON-2026-000001-codes.csv"
    assert file_name("CON-2026-000001", "A/B.1-L_2") == "CON-2026-000001-A_B.1-L_2-codes.csv"


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("https://example.com/c/{code}", None),
        ("{code}", None),
        ("HTTPS://X.EXAMPLE/{code}?x={y}", None),
        ("https://example.com/c/", "exactly once"),
        ("{code}{code}", "exactly once"),
        ("x" * 495 + "{code}", "at most 500 characters"),
        ("https://exämple.com/{code}", "only printable ASCII"),
        ("a\n{code}", "only printable ASCII"),
        (" {code}", "only printable ASCII"),
    ],
)
def test_templates_are_checked(template: str, problem: str | None) -> None:
    found = template_problem(template)
    assert found is None if problem is None else problem in (found or "")
