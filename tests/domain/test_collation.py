"""The order of names: the Unicode Collation Algorithm, in bytes that PostgreSQL compares."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyuca.collator import Collator_10_0_0 as Collator  # type: ignore[import-untyped]

from domain.collation import LONGEST_SORT_KEY, sort_key, sort_names

COLLATOR = Collator()
NAMES = st.text(
    st.one_of(st.sampled_from("aAbBzZäÄåÅöéèêßøñ -'\u0301हिन्दीதமிழ்日本кйЖ0129"), st.characters()), max_size=12
)


@pytest.mark.parametrize(
    "names",
    [
        ["apfel", "Apfel", "Äpfel", "apple", "Zebra"],
        ["Aland", "åland", "Ångström", "Oland", "Öland", "Zoë"],
        ["cote", "coté", "côte", "côté"],
        ["de luge", "de Luge", "de-luge", "deluge", "demark"],
        ["Strasse", "Straße", "strassen"],
        ["7 Hills", "Amber", "Zürich", "Ωmega", "Жанна", "कमल", "தமிழ்", "北京"],
    ],
)
def test_names_are_in_the_order_of_a_dictionary(names: list[str]) -> None:
    assert sort_names(reversed(names)) == names
    assert all(sort_key(one) < sort_key(other) for one, other in pairwise(names))


@given(NAMES, NAMES)
def test_bytes_compare_as_the_weights_of_the_algorithm_do(one: str, other: str) -> None:
    exact = COLLATOR.sort_key(one), COLLATOR.sort_key(other)
    if sort_key(one) < sort_key(other):
        assert exact[0] < exact[1]
    elif sort_key(one) == sort_key(other):
        assert [_plain(key) for key in exact] == [_plain(exact[0])] * 2


def _plain(weights: tuple[int, ...]) -> list[list[int]]:
    levels: list[list[int]] = [[]]
    for weight in weights:
        levels.append([]) if weight == 0 else levels[-1].append(weight)
    for level, lowest in ((1, 0x20), (2, 0x02)):
        while levels[level] and levels[level][-1] == lowest:
            levels[level].pop()
    return levels[:3]


@given(NAMES)
def test_the_key_does_not_depend_on_the_encoding(name: str) -> None:
    assert sort_key(unicodedata.normalize("NFD", name)) == sort_key(unicodedata.normalize("NFC", name))


def test_the_keys_of_stored_names_never_change() -> None:
    """New names are compared with stored keys, so a new algorithm needs a migration that makes all keys again."""
    assert sort_key("Åse B").hex() == "1cad1ed71d1002091cc600010a00080202020208"


def test_a_long_name_has_a_key_that_an_index_takes() -> None:
    assert len(sort_key("\ufdfa" * 120)) == LONGEST_SORT_KEY
    assert len(sort_key("x" * 100_000)) < LONGEST_SORT_KEY
