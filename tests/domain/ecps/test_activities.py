"""Reports of ECP activities by connected systems: limits and sentences (R20)."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from domain.ecps.activities import (
    ACTIVITIES_LIMIT,
    Activity,
    activity_problems,
    ecp_problem,
    mismatch_problem,
    report_problems,
)
from domain.ecps.facts import EcpStatus

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
GOOD = Activity(external_id="a-1", ecp_code="ECP-2026-000001", kind="TRAINING_COMPLETED", occurred_at=NOW)
KIND = "A kind has 2 to 60 capital letters, digits and underscores, such as TRAINING_COMPLETED."
Found = list[tuple[str, str, str]]


def problems(activity: Activity) -> Found:
    """The problems of an activity as code, field and sentence."""
    return [(found.code.value, ".".join(found.path), found.message) for found in activity_problems(activity, NOW)]


def reported(source: str, count: int) -> Found:
    """The problems of a report with so many activities."""
    found = report_problems(source, [GOOD] * count)
    return [(problem.code.value, ".".join(problem.path), problem.message) for problem in found]


@pytest.mark.parametrize(
    "good",
    [
        GOOD,
        replace(GOOD, external_id="x" * 120),
        replace(GOOD, kind="A1"),
        replace(GOOD, kind="A" + "_" * 59),
        replace(GOOD, occurred_at=datetime(2000, 1, 1, tzinfo=UTC)),
        replace(GOOD, occurred_at=NOW + timedelta(minutes=5)),
    ],
)
def test_valid_activities_are_recorded(good: Activity) -> None:
    """R20: up to the limits."""
    assert problems(good) == []


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (replace(GOOD, external_id=" "), [("REQUIRED", "externalId", "The external id is missing.")]),
        (
            replace(GOOD, external_id="x" * 121),
            [("INVALID", "externalId", "The external id has 121 characters; at most 120 are allowed.")],
        ),
        (
            replace(GOOD, external_id="a\x00b"),
            [("INVALID", "externalId", "The external id contains characters that cannot be shown.")],
        ),
        *((replace(GOOD, kind=kind), [("INVALID", "kind", KIND)]) for kind in ("", "A", "a1", "1A", "A" * 61, "A-B")),
        (
            replace(GOOD, occurred_at=NOW + timedelta(minutes=5, microseconds=1)),
            [("INVALID", "occurredAt", "This time is in the future.")],
        ),
        (
            replace(GOOD, occurred_at=datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)),
            [("INVALID", "occurredAt", "This time is before 2000: check the date.")],
        ),
        (
            Activity(external_id="", ecp_code="x", kind="training", occurred_at=NOW + timedelta(days=1)),
            [
                ("REQUIRED", "externalId", "The external id is missing."),
                ("INVALID", "kind", KIND),
                ("INVALID", "occurredAt", "This time is in the future."),
            ],
        ),
    ],
)
def test_invalid_activities_are_rejected(bad: Activity, expected: Found) -> None:
    """R26: all problems of an activity together."""
    assert problems(bad) == expected


def test_invalid_reports_are_rejected_as_a_whole() -> None:
    """R26: the source, and the number of activities."""
    assert reported("till", 1) == reported("t" * 60, ACTIVITIES_LIMIT) == []
    assert reported(" ", 0) == [
        ("REQUIRED", "source", "The source is missing."),
        ("REQUIRED", "activities", "Report at least one activity."),
    ]
    assert reported("t" * 61, 1001) == [
        ("INVALID", "source", "The source has 61 characters; at most 60 are allowed."),
        ("LIMIT_EXCEEDED", "activities", "1,001 activities are too many; report at most 1,000 at once."),
    ]


def test_activities_are_recorded_for_existing_open_ecps() -> None:
    """R20: every existing ECP that is not closed."""
    for status in set(EcpStatus) - {EcpStatus.CLOSED}:
        assert ecp_problem(status) is None
    unknown, closed = ecp_problem(None), ecp_problem(EcpStatus.CLOSED)
    assert unknown is not None
    assert closed is not None
    assert (unknown.code, unknown.message, unknown.path) == (
        "NOT_FOUND",
        "There is no ECP with this code.",
        ("ecpCode",),
    )
    assert (closed.code, closed.message, closed.path) == (
        "ILLEGAL_STATE",
        "This ECP is closed, so no more activities are recorded for it.",
        ("ecpCode",),
    )
    assert (mismatch_problem().code, mismatch_problem().path) == ("CONFLICT", ("externalId",))
