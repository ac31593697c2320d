"""Which account belongs to an identity (R25)."""

from uuid import UUID

import pytest

from domain.accounts.identities import find_linkable, is_same_address

ONE, TWO = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("asha@example.org", "asha@example.org", True),
        ("Asha@Example.ORG", "asha@example.org", True),
        ("asha@example.org", "asha@example.com", False),
        ("stra\u00dfe@example.org", "strasse@example.org", False),
        ("a\u017fha@example.org", "asha@example.org", False),
        ("\u212aim@example.org", "kim@example.org", False),
        ("as\u0131m@example.org", "asim@example.org", False),
        ("\u0101sha@example.org", "\u0101sha@example.org", True),
        ("\u0100sha@example.org", "\u0101sha@example.org", False),
        ("asha@example.org", "", False),
    ],
)
def test_only_the_case_of_ascii_letters_does_not_matter(one: str, other: str, same: bool) -> None:  # noqa: FBT001
    """Letters of other scripts that fold to the same key may belong to somebody else."""
    assert is_same_address(one, other) is same
    assert is_same_address(other, one) is same


def test_only_the_one_account_with_the_address_is_linked() -> None:
    """It may be linked, and no other one has the same key."""
    good = (ONE, "Asha@example.org", True)
    assert find_linkable("asha@example.org", [good]) == ONE
    for candidates in (
        [],
        [(ONE, "asha@example.org", False)],
        [(ONE, None, True)],
        [(ONE, "a\u017fha@example.org", True)],
        [good, (TWO, "asha@example.org", False)],
    ):
        assert find_linkable("asha@example.org", candidates) is None
