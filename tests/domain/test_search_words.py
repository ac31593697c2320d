"""The words of a text: whole words of every script, without case, accents, and joiners."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.search_words import LONGEST_WORD, search_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ECP-2026-000001 Asha Rao", ["ecp", "2026", "000001", "asha", "rao"]),
        ("O'Brien_x (Print)", ["o", "brien", "x", "print"]),
        ("José MÜLLER-Lüdenscheidt", ["jose", "muller", "ludenscheidt"]),
        ("A\u030angstro\u0308m \u212bngström", ["angstrom"]),
        ("Straße STRASSE", ["strasse"]),
        ("\u0130stanbul \u0131lgaz Ilgaz", ["istanbul", "ilgaz"]),
        ("Ελλάδα ὈΔΌΣ", ["ελλαδα", "οδοσ"]),
        ("Ёлка Йод", ["елка", "иод"]),
        ("हिन्दी क्षेत्र", ["हिन्दी", "क्षेत्र"]),
        ("தமிழ் நாடு", ["தமிழ்", "நாடு"]),
        ("क्\u200dष क्ष", ["क्ष"]),
        ("می\u200cخواهم", ["میخواهم"]),
        ("ガ カ\u3099", ["ガ"]),
        ("한국 \u1112\u1161\u11ab국", ["한국"]),
        ("Łódź Øst Æble", ["lodz", "ost", "aeble"]),
        ("ﬁne ｗｉｄｅ x²", ["fine", "wide", "x2"]),
        ("a A a", ["a"]),
        ("% 🎉 — \u0301 \u094d \u200d", []),
        ("", []),
    ],
)
def test_a_text_is_taken_apart_into_words(text: str, words: list[str]) -> None:
    assert list(search_words(text)) == words


@given(st.text())
def test_composed_and_decomposed_texts_have_the_same_words(text: str) -> None:
    found = search_words(text)
    assert search_words(unicodedata.normalize("NFD", text)) == search_words(unicodedata.normalize("NFC", text)) == found
    for word in found:
        assert 1 <= len(word) <= LONGEST_WORD
        assert any(map(str.isalnum, word))
        assert all(unicodedata.category(mark)[0] in "LMN" for mark in word)


@given(st.text(max_size=LONGEST_WORD // 20))
def test_every_word_finds_itself(text: str) -> None:
    assert all(search_words(word) == (word,) for word in search_words(text))


def test_a_long_word_is_cut_in_texts_and_searches_alike() -> None:
    assert search_words("x" * 3_000) == ("x" * LONGEST_WORD,)
