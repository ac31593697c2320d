"""Whether a line can earn points at all: every reason against it, as a sentence (R21)."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.calendar import UTC_CALENDAR
from domain.channels import EarningChannel
from domain.ecps.facts import EcpStatus
from domain.points.earning import Earner, SaleLine, earning_problems, line_problems
from domain.schemes.content import Basics, SchemeContent

OIL, PUNE, INDIA, NEPAL = (UUID(int=number) for number in range(1, 5))
BASICS = Basics(
    title="Monsoon",
    channels=(EarningChannel.SALE,),
    description=None,
    enrollment_opens_on=date(2026, 4, 1),
    enrollment_closes_on=date(2026, 4, 30),
    starts_on=date(2026, 5, 1),
    ends_on=date(2026, 7, 31),
    terms_markdown="Be fair.",
)
CONTENT = SchemeContent(BASICS, (OIL,), (INDIA,))
LINE = SaleLine(
    channel=EarningChannel.SALE, variant_id=OIL, sku="AMB-1L", quantity=2, at=datetime(2026, 5, 4, 12, tzinfo=UTC)
)
ENROLLED = datetime(2026, 4, 20, 9, tzinfo=UTC)
EARNER = Earner(
    code="ECP-2026-000001", status=EcpStatus.ACTIVE, geography_path=(PUNE, INDIA), place="Pune", enrolled_at=ENROLLED
)


def found(
    line: SaleLine = LINE, earner: Earner = EARNER, content: SchemeContent = CONTENT
) -> list[tuple[str, str, str]]:
    """Codes, paths and messages."""
    return [
        (problem.code, ".".join(problem.path), problem.message)
        for problem in earning_problems(line, earner, content, UTC_CALENDAR)
    ]


def test_an_active_enrolled_ecp_earns_where_and_while_the_scheme_runs() -> None:
    assert found() == []
    for day in (datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 7, 31, 23, 59, 59, tzinfo=UTC)):
        assert found(replace(LINE, at=day)) == []
    assert found(replace(LINE, at=ENROLLED), content=replace(CONTENT, basics=replace(BASICS, starts_on=None))) == []


@pytest.mark.parametrize(
    ("line", "earner", "expected"),
    [
        (
            {},
            {"status": EcpStatus.PENDING},
            ("ILLEGAL_STATE", "ecpId", "ECP-2026-000001 is not verified yet and earns nothing."),
        ),
        (
            {},
            {"status": EcpStatus.SUSPENDED},
            ("ILLEGAL_STATE", "ecpId", "ECP-2026-000001 is suspended and earns nothing."),
        ),
        ({}, {"status": EcpStatus.CLOSED}, ("ILLEGAL_STATE", "ecpId", "ECP-2026-000001 is closed and earns nothing.")),
        (
            {},
            {"geography_path": (NEPAL,), "place": "Nepal"},
            ("OUT_OF_SCOPE", "ecpId", "ECP-2026-000001 works in Nepal, which is not in the scheme."),
        ),
        (
            {},
            {"geography_path": (), "place": "no place"},
            ("OUT_OF_SCOPE", "ecpId", "ECP-2026-000001 works in no place, which is not in the scheme."),
        ),
        (
            {"channel": EarningChannel.COUPON},
            {},
            ("OUT_OF_SCOPE", "channel", "The scheme does not pay points for redeemed coupons."),
        ),
        ({"variant_id": NEPAL, "sku": "LENS-1"}, {}, ("OUT_OF_SCOPE", "variantId", "LENS-1 is not in the scheme.")),
        (
            {"at": datetime(2026, 4, 30, 23, 59, tzinfo=UTC)},
            {},
            ("OUT_OF_WINDOW", "at", "The scheme starts on 1 May 2026; nobody can earn in it on 30 April 2026."),
        ),
        (
            {"at": datetime(2026, 8, 1, tzinfo=UTC)},
            {},
            ("OUT_OF_WINDOW", "at", "The scheme ended on 31 July 2026; nobody can earn in it on 1 August 2026."),
        ),
        ({}, {"enrolled_at": None}, ("ILLEGAL_STATE", "ecpId", "ECP-2026-000001 is not enrolled in the scheme.")),
        (
            {},
            {"enrolled_at": datetime(2026, 5, 5, tzinfo=UTC)},
            ("OUT_OF_WINDOW", "at", "ECP-2026-000001 enrolled on 5 May 2026; sales before that earn nothing."),
        ),
        (
            {},
            {"enrolled_at": datetime(2026, 5, 4, 12, 0, 1, tzinfo=UTC)},
            ("OUT_OF_WINDOW", "at", "ECP-2026-000001 enrolled later that day; sales before that earn nothing."),
        ),
    ],
)
def test_a_reason_is_a_sentence(line: dict[str, Any], earner: dict[str, Any], expected: tuple[str, str, str]) -> None:
    assert found(replace(LINE, **line), replace(EARNER, **earner)) == [expected]


def test_all_reasons_are_reported_together() -> None:
    line = replace(LINE, channel=EarningChannel.COUPON, at=datetime(2027, 1, 1, tzinfo=UTC))
    assert [code for code, _, _ in found(line, replace(EARNER, status=EcpStatus.CLOSED))] == [
        "ILLEGAL_STATE",
        "OUT_OF_SCOPE",
        "OUT_OF_WINDOW",
    ]


@pytest.mark.parametrize(
    ("quantity", "channel", "message"),
    [
        (0, EarningChannel.SALE, "The quantity is zero; a line has at least one unit."),
        (
            -2,
            EarningChannel.SALE,
            "The quantity is negative; a return takes back the points of its sale and earns nothing itself.",
        ),
        (1_000_001, EarningChannel.SALE, "The quantity is out of range; enter a whole number from 1 to 1,000,000."),
        (2, EarningChannel.COUPON, "A coupon is for one unit, so its quantity is 1."),
    ],
)
def test_a_line_has_valid_units(quantity: int, channel: EarningChannel, message: str) -> None:
    problems = list(line_problems(replace(LINE, quantity=quantity, channel=channel)))
    assert [(problem.code, problem.path, problem.message) for problem in problems] == [
        ("INVALID", ("quantity",), message)
    ]
    for fine in (1, 1_000_000):
        assert list(line_problems(replace(LINE, quantity=fine))) == []
