"""Validation of the first wizard step: a sentence and a path for every problem."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.channels import EarningChannel
from domain.checks import number_problems, text_problems
from domain.failures import Problem, UserErrorCode
from domain.schemes.content import Basics, Material
from domain.schemes.inputs import basics_problems, creation_problems
from domain.text import has_unprintable

GIVEN = {
    "title": "Monsoon Care",
    "channels": (EarningChannel.COUPON,),
    "description": "For workshops.\nAll of them.",
    "enrollment_opens_on": date(2026, 4, 1),
    "enrollment_closes_on": date(2026, 4, 30),
    "starts_on": date(2026, 5, 1),
    "ends_on": date(2026, 7, 31),
    "terms_markdown": "# Terms\n\n\tBe fair.",
    "budget": 1,
    "materials": (Material("Poster", "https://example.com/poster.pdf"),),
}
REQUIRED, INVALID, DUPLICATE = UserErrorCode.REQUIRED, UserErrorCode.INVALID, UserErrorCode.DUPLICATE


def basics(**changed: Any) -> list[tuple[str, str, tuple[str, ...]]]:
    """The problems of basics that differ from good ones in this."""
    found = basics_problems(Basics(**{**GIVEN, **changed}))
    return [(problem.code.value, problem.message, problem.path) for problem in found]


def test_good_basics_have_no_problems() -> None:
    """R7: title, enrollment, terms and materials."""
    assert basics() == []
    assert basics(description=None, budget=None, materials=()) == []


@pytest.mark.parametrize(
    ("title", "code", "message"),
    [
        ("", REQUIRED, "The title is missing."),
        (" \t\n ", REQUIRED, "The title is missing."),
        ("ab", INVALID, "The title needs at least 3 characters."),
        ("  ab  ", INVALID, "The title needs at least 3 characters."),
        ("x" * 121, INVALID, "The title has 121 characters; at most 120 are allowed."),
        ("A\nB and C", INVALID, "The title contains characters that cannot be shown."),
        ("A\0B and C", INVALID, "The title contains characters that cannot be shown."),
        ("A\ud800B", INVALID, "The title contains characters that cannot be shown."),
    ],
)
def test_invalid_titles(title: str, code: UserErrorCode, message: str) -> None:
    """R7: the same in createScheme and in the first step."""
    assert basics(title=title) == [(code.value, message, ("title",))]
    found = list(creation_problems(title, ["SALE"]))
    assert found == [Problem(code, message, ("title",))]


@pytest.mark.parametrize("title", ["abc", "  abc  ", "x" * 120, "मानसून योजना", "Ö&<b>'", "🎉🎉🎉"])
def test_valid_titles(title: str) -> None:
    """R7: surrounding spaces do not count, and every script is allowed."""
    assert basics(title=title) == []


@pytest.mark.parametrize(
    ("channels", "code", "message"),
    [
        ((), REQUIRED, "Choose at least one earning channel."),
        ((EarningChannel.SALE,) * 2, DUPLICATE, "An earning channel is chosen twice."),
    ],
)
def test_invalid_channels(channels: tuple[EarningChannel, ...], code: UserErrorCode, message: str) -> None:
    """At least one, each once."""
    assert basics(channels=channels) == [(code.value, message, ("earningChannels",))]
    assert list(creation_problems("Monsoon", channels)) == [Problem(code, message, ("earningChannels",))]


@pytest.mark.parametrize(
    ("changed", "code", "message", "path"),
    [
        ({"terms_markdown": None}, REQUIRED, "The terms text is missing.", "termsMarkdown"),
        ({"terms_markdown": "  \n"}, REQUIRED, "The terms text is missing.", "termsMarkdown"),
        (
            {"terms_markdown": "x" * 50_001},
            INVALID,
            "The terms text has 50,001 characters; at most 50,000 are allowed.",
            "termsMarkdown",
        ),
        (
            {"description": "x" * 2_001},
            INVALID,
            "The description has 2,001 characters; at most 2,000 are allowed.",
            "description",
        ),
        (
            {"description": "a\x07b"},
            INVALID,
            "The description contains characters that cannot be shown.",
            "description",
        ),
        ({"budget": 0}, INVALID, "The budget must be 1 or more, not 0.", "budget"),
        ({"budget": -5}, INVALID, "The budget must be 1 or more, not -5.", "budget"),
        (
            {"budget": 10**12 + 1},
            INVALID,
            "The budget must be 1,000,000,000,000 or less, not 1,000,000,000,001.",
            "budget",
        ),
        (
            {"enrollment_closes_on": date(2026, 3, 31)},
            INVALID,
            "Enrollment cannot close before it opens.",
            "enrollmentClosesOn",
        ),
        ({"starts_on": date(2026, 8, 1)}, INVALID, "The scheme cannot end before it starts.", "endsOn"),
        (
            {"enrollment_closes_on": date(2026, 8, 1)},
            INVALID,
            "Enrollment cannot close after the scheme has ended.",
            "enrollmentClosesOn",
        ),
        ({"ends_on": date(2100, 1, 1)}, INVALID, "Dates must lie between 2000 and 2099.", "endsOn"),
        ({"starts_on": date(1999, 12, 31)}, INVALID, "Dates must lie between 2000 and 2099.", "startsOn"),
    ],
)
def test_invalid_basics(changed: dict[str, Any], code: UserErrorCode, message: str, path: str) -> None:
    """R7, R26: one problem each."""
    assert basics(**changed) == [(code.value, message, (path,))]


@pytest.mark.parametrize(
    "changed",
    [
        {"enrollment_closes_on": date(2026, 4, 1)},
        {"ends_on": date(2026, 5, 1)},
        {"enrollment_closes_on": date(2026, 7, 31)},
        {"starts_on": date(2026, 3, 1)},
        {"starts_on": date(2000, 1, 1)},
        {"ends_on": date(2099, 12, 31)},
        {"terms_markdown": "x" * 50_000},
        {"description": "x" * 2_000},
        {"budget": 10**12},
        {"materials": (Material("P", "https://example.com"),) * 20},
    ],
)
def test_limits_are_inclusive(changed: dict[str, Any]) -> None:
    """R7: enrollment may open after the start, and everything may fall on one day."""
    assert basics(**changed) == []


def test_all_dates_of_the_first_step_are_needed() -> None:
    """R7: a step is saved whole."""
    assert basics(enrollment_opens_on=None, enrollment_closes_on=None, starts_on=None, ends_on=None) == [
        ("REQUIRED", "This date is missing.", (name,))
        for name in ("enrollmentOpensOn", "enrollmentClosesOn", "startsOn", "endsOn")
    ]


def test_all_problems_are_reported_together() -> None:
    """A form shows all of it at once."""
    assert [(code, path) for code, _, path in basics(title="", channels=(), terms_markdown="", budget=0)] == [
        ("REQUIRED", ("title",)),
        ("REQUIRED", ("earningChannels",)),
        ("REQUIRED", ("termsMarkdown",)),
        ("INVALID", ("budget",)),
    ]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "//example.com",
        "example.com",
        "",
        "https://exa mple.com",
        "https://example.com/\n",
        "https://[::1",
        "https://example.com/" + "x" * 1_981,
    ],
)
def test_invalid_addresses(url: str) -> None:
    """R7: materials are links that ECPs open."""
    message = "The address of the material must start with https:// and name a host."
    assert basics(materials=(Material("Poster", url),)) == [("INVALID", message, ("materials", "0", "url"))]


@pytest.mark.parametrize(
    "url",
    ["https://example.com", "HTTPS://EXAMPLE.COM/a?b=c#d", "https://[::1]/x", "https://example.com/" + "x" * 1_980],
)
def test_valid_addresses(url: str) -> None:
    """R7: up to 2,000 characters."""
    assert basics(materials=(Material("Poster", url),)) == []


def test_materials_have_titles_and_a_limit() -> None:
    """R7: the place in the list is part of the path."""
    good = Material("Poster", "https://example.com")
    assert basics(materials=(good, Material(" ", "https://example.com"))) == [
        ("REQUIRED", "The title of the material is missing.", ("materials", "1", "title"))
    ]
    message = "21 marketing materials are too many; give at most 20."
    assert basics(materials=(good,) * 21) == [("LIMIT_EXCEEDED", message, ("materials",))]


@given(st.text(max_size=30), st.integers(0, 5), st.integers(5, 20))
def test_a_text_has_at_most_one_problem_and_an_accepted_one_keeps_its_limits(
    value: str, shortest: int, longest: int
) -> None:
    """No text raises an error."""
    for multiline in (False, True):
        found = list(text_problems(value, ("field",), "The text", (shortest, longest), multiline=multiline))
        assert len(found) <= 1
        if not found:
            assert shortest <= len(value.strip()) <= longest
            assert not has_unprintable(value.strip(), multiline=multiline)


@given(st.integers(), st.integers(-5, 5))
def test_a_number_has_a_problem_exactly_outside_its_range(value: int, lowest: int) -> None:
    """Both ends belong to the range."""
    found = list(number_problems(value, (), "The number", lowest=lowest, highest=lowest + 3))
    assert bool(found) is not (lowest <= value <= lowest + 3)
