"""Sentences about activities of a scheme, each complete for any reason (R6, R26)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import UTC_CALENDAR
from domain.schemes.activity_sentences import (
    approval_pending,
    approved,
    changes_requested,
    created,
    joined,
    left,
    participant_added,
    participant_removed,
    rejected,
    scheme_phrase,
    submitted,
    work_begins,
    you_were_added,
    you_were_removed,
)
from domain.text import LONGEST_REASON

SCHEME = scheme_phrase("Diwali")


def test_each_activity_is_a_sentence() -> None:
    assert [
        created("Asha", SCHEME),
        joined("Asha", SCHEME),
        left("Asha", SCHEME),
        participant_added("Asha", "Ravi", SCHEME),
        participant_removed("Asha", "Ravi", SCHEME),
        you_were_added("Asha", SCHEME),
        you_were_removed("Asha", SCHEME),
        submitted("Asha", SCHEME),
        approval_pending("Asha", SCHEME),
        work_begins(SCHEME, "Coupons not generated"),
    ] == [
        "Asha created “Diwali”.",
        "Asha takes part in “Diwali”.",
        "Asha no longer takes part in “Diwali”.",
        "Asha added Ravi to the participants of “Diwali”.",
        "Asha removed Ravi from the participants of “Diwali”.",
        "Asha asked you to take part in “Diwali”.",
        "Asha removed you from the participants of “Diwali”.",
        "Asha submitted “Diwali” for approval.",
        "Asha submitted “Diwali”, which is waiting for your approval.",
        "“Diwali” was approved and is waiting for you: coupons not generated.",
    ]


@pytest.mark.parametrize(
    ("reason", "end"),
    [
        ("Too expensive.", ": Too expensive."),
        ("Too expensive", ": Too expensive."),
        ("  Why\n so\tmuch? ", ": Why so much?"),
        ("The terms say “for free”", ": The terms say “for free”."),
        ("It says “stop!”", ": It says “stop!”"),
        ("and so on…", ": and so on…"),
        ("x" * LONGEST_REASON, f": {'x' * LONGEST_REASON}."),
        ("x" * (LONGEST_REASON + 1), f": {'x' * (LONGEST_REASON - 1)}…"),
        ("", "."),
        (" \n ", "."),
    ],
)
def test_a_decision_ends_with_its_reason_in_one_line(reason: str, end: str) -> None:
    assert approved("Asha", SCHEME, reason, calendar=UTC_CALENDAR) == f"Asha approved “Diwali”{end}"
    assert changes_requested("Asha", SCHEME, reason) == f"Asha requested changes to “Diwali”{end}"
    assert rejected("Asha", SCHEME, reason) == f"Asha rejected “Diwali”{end}"


def test_an_approval_needs_no_comment() -> None:
    assert approved("Asha", SCHEME, None, calendar=UTC_CALENDAR) == "Asha approved “Diwali”."


@given(reason=st.text(max_size=2 * LONGEST_REASON))
def test_any_reason_fits_into_one_line(reason: str) -> None:
    sentence = rejected("Asha", SCHEME, reason)
    beginning = "Asha rejected “Diwali”"
    assert sentence.startswith(beginning)
    assert len(sentence) <= len(beginning) + len(": .") + LONGEST_REASON
    assert sentence == " ".join(sentence.split())
    assert sentence[-1] in ".!?…”"
