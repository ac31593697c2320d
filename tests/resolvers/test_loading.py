"""Rows are aligned with the keys that a loader was asked for."""

from resolvers.loading import align_many, align_one

ROWS = ["apple", "pear", "avocado", "plum"]


def initial(word: str) -> str:
    """The key of a word."""
    return word[0]


def test_each_key_gets_its_row_and_an_unknown_key_none() -> None:
    assert align_one(["p", "x", "a", "p"], ["apple", "pear"], initial) == ["pear", None, "apple", "pear"]


def test_each_key_gets_all_its_rows_in_their_order() -> None:
    assert align_many(["p", "x", "a"], ROWS, initial) == [["pear", "plum"], [], ["apple", "avocado"]]
