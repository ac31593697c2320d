"""Sentences about decisions on a scheme, each complete for any reason (R6, R26)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import UTC_CALENDAR
from domain.schemes.activity_sentences import activity_sentence
from domain.schemes.scheme_name import SchemeName
from domain.schemes.stored_facts import ChangesRequested, SchemeApproved, SchemeRejected, StoredActivity
from domain.stored_facts import AccountNames
from domain.text import LONGEST_REASON

SCHEME = SchemeName("Diwali")


def sentence(fact: StoredActivity) -> str:
    """The sentence about what Asha did."""
    return activity_sentence(fact, UTC_CALENDAR, AccountNames("Asha"), ())


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
    approved = SchemeApproved(SCHEME, comment=reason, effective_at=None)
    assert sentence(approved) == f"Asha approved “Diwali”{end}"
    assert sentence(ChangesRequested(SCHEME, reason)) == f"Asha requested changes to “Diwali”{end}"
    assert sentence(SchemeRejected(SCHEME, reason)) == f"Asha rejected “Diwali”{end}"


@given(reason=st.text(max_size=2 * LONGEST_REASON))
def test_any_reason_fits_into_one_line(reason: str) -> None:
    written = sentence(SchemeRejected(SCHEME, reason))
    beginning = "Asha rejected “Diwali”"
    assert written.startswith(beginning)
    assert len(written) <= len(beginning) + len(": .") + LONGEST_REASON
    assert written == " ".join(written.split())
    assert written[-1] in ".!?…”"
