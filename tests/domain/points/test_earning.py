"""Whether a line can earn points at all: every reason against it, as a sentence (R21)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.calendar import UTC_CALENDAR
from domain.channels import EarningChannel
from domain.ecps.facts import EcpStatus
from domain.enrollments.facts import EnrollmentAt, EnrollmentStatus
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
CODE = "ECP-2026-000001"
NOT_ENROLLED = f"{CODE} is not enrolled in the scheme"
ENDED = f"The enrollment of {CODE} ended"
THEN = "at the time of the sale; such sales earn nothing."
SINCE = EnrollmentAt(status=EnrollmentStatus.ENROLLED, enrolled_at=ENROLLED, first_enrolled_at=ENROLLED)
LEFT = replace(SINCE, withdrawn_at=datetime(2026, 5, 1, tzinfo=UTC))
EARNER = Earner(
    code="ECP-2026-000001",
    status=EcpStatus.ACTIVE,
    registered_at=datetime(2026, 3, 1, tzinfo=UTC),
    geography_path=(PUNE, INDIA),
    place="Pune",
    enrollment=SINCE,
)


def found(
    line: SaleLine = LINE,
    earner: Earner = EARNER,
    content: SchemeContent = CONTENT,
    now: datetime = LINE.at,
) -> list[tuple[str, str, str]]:
    """Codes, paths and messages."""
    return [
        (problem.code, ".".join(problem.path), problem.message)
        for problem in earning_problems(line, earner, content, UTC_CALENDAR, now)
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
            ("OUT_OF_WINDOW", "at", "The scheme started on 1 May 2026; nobody can earn in it on 30 April 2026."),
        ),
        (
            {"at": datetime(2026, 8, 1, tzinfo=UTC)},
            {},
            ("OUT_OF_WINDOW", "at", "The scheme ends on 31 July 2026; nobody can earn in it on 1 August 2026."),
        ),
        (
            {},
            {"enrollment": EnrollmentAt()},
            ("ILLEGAL_STATE", "ecpId", "ECP-2026-000001 is not enrolled in the scheme."),
        ),
        (
            {},
            {"enrollment": EnrollmentAt(status=EnrollmentStatus.PENDING)},
            ("ILLEGAL_STATE", "ecpId", f"{NOT_ENROLLED}: no manager has decided on the application yet."),
        ),
        (
            {},
            {"enrollment": EnrollmentAt(status=EnrollmentStatus.REJECTED)},
            ("ILLEGAL_STATE", "ecpId", f"{NOT_ENROLLED}: the application was rejected."),
        ),
        (
            {},
            {"enrollment": EnrollmentAt(status=EnrollmentStatus.WITHDRAWN)},
            ("ILLEGAL_STATE", "ecpId", f"{NOT_ENROLLED}: the application was withdrawn."),
        ),
        (
            {},
            {"enrollment": EnrollmentAt(returned_at=datetime(2026, 5, 5, tzinfo=UTC))},
            ("OUT_OF_WINDOW", "at", "ECP-2026-000001 enrolled on 5 May 2026; sales before that earn nothing."),
        ),
        (
            {},
            {"enrollment": EnrollmentAt(returned_at=datetime(2026, 5, 4, 12, 0, 1, tzinfo=UTC))},
            ("OUT_OF_WINDOW", "at", "ECP-2026-000001 enrolled later that day; sales before that earn nothing."),
        ),
        (
            {},
            {"enrollment": EnrollmentAt(returned_at=datetime(2026, 5, 5, tzinfo=UTC)), "is_assumed": True},
            ("OUT_OF_WINDOW", "at", "Enrollment opens on 5 May 2026; sales before that earn nothing."),
        ),
        (
            {},
            {"enrollment": LEFT},
            ("OUT_OF_WINDOW", "at", f"{ENDED} on 1 May 2026; sales after that earn nothing."),
        ),
        (
            {},
            {"enrollment": replace(SINCE, withdrawn_at=LINE.at)},
            ("OUT_OF_WINDOW", "at", f"{ENDED} earlier that day; sales after that earn nothing."),
        ),
        (
            {},
            {"enrollment": replace(LEFT, returned_at=datetime(2026, 5, 9, tzinfo=UTC))},
            (
                "OUT_OF_WINDOW",
                "at",
                f"{ENDED} on 1 May 2026, and {CODE} enrolled again on 9 May 2026; sales in between earn nothing.",
            ),
        ),
        (
            {},
            {"status": None, "registered_at": datetime(2026, 5, 6, tzinfo=UTC)},
            ("OUT_OF_WINDOW", "at", "ECP-2026-000001 registered on 6 May 2026; sales before that earn nothing."),
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
    ("line", "earner", "expected"),
    [
        ({}, {"status": EcpStatus.PENDING}, f"{CODE} was not verified yet {THEN}"),
        ({}, {"status": EcpStatus.SUSPENDED}, f"{CODE} was suspended {THEN}"),
        ({}, {"status": EcpStatus.CLOSED}, f"{CODE} was closed {THEN}"),
        (
            {},
            {"geography_path": (NEPAL,), "place": "Nepal"},
            f"At the time of the sale, {CODE} worked in Nepal, which is not in the scheme.",
        ),
        (
            {"at": datetime(2026, 8, 1, tzinfo=UTC)},
            {},
            "The scheme ended on 31 July 2026; nobody can earn in it on 1 August 2026.",
        ),
    ],
)
def test_the_reasons_of_a_sale_of_the_past_are_about_the_past(
    line: dict[str, Any], earner: dict[str, Any], expected: str
) -> None:
    """R21: they speak of the time of the sale, whatever has changed since."""
    december = datetime(2026, 12, 1, tzinfo=UTC)
    reasons = found(replace(LINE, **line), replace(EARNER, **earner), now=december)
    assert [message for _, _, message in reasons] == [expected]


def test_a_sale_before_an_announced_scheme_says_that_it_starts() -> None:
    line = replace(LINE, at=datetime(2026, 4, 25, tzinfo=UTC))
    expected = "The scheme starts on 1 May 2026; nobody can earn in it on 25 April 2026."
    assert [message for _, _, message in found(line, now=line.at)] == [expected]


def test_an_enrollment_ends_just_before_its_end() -> None:
    """R21: it includes the moment at which it begins, and not the one at which it ends."""
    ended = datetime(2026, 6, 1, tzinfo=UTC)
    earner = replace(EARNER, enrollment=replace(SINCE, withdrawn_at=ended))
    assert found(replace(LINE, at=ended - timedelta(microseconds=1)), earner) == []
    assert len(found(replace(LINE, at=ended), earner)) == 1


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
