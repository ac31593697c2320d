"""Text: how it is stored, and the key by which it is compared."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.text import text_key, trim_text

# Combining marks, joiners, letters whose case or form is special, and everything else.
MARKED = "aAiIİ\u0131ßẞ\u017fée\u0301\u0308\u0345ΐΣς\u03c3ǰÅ\u212b\u200c\u200d\ufe0f \u00a0\t"
TEXTS = st.text(st.one_of(st.sampled_from(MARKED), st.characters()))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Launch", "launch"),
        ("  Engine   oils ", "engine\u00a0oils"),
        ("Jos\u00e9", "JOSE\u0301"),
        ("Straße", "STRASSE"),
        ("Ångström", "\u212bngstro\u0308m"),
        ("ΟΔΟΣ", "οδος"),
        ("\u0345\u0301", "\u0301\u0399"),
        ("क्ष", "क्\u200dष"),
        ("❤", "❤\ufe0f"),
    ],
)
def test_texts_that_read_the_same_have_one_key(one: str, other: str) -> None:
    assert text_key(one) == text_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("\u0131lgaz", "ilgaz"), ("Jose", "José"), ("engine oil", "engineoil"), ("कर", "कार"), ("A", "\uff21")],
)
def test_texts_that_read_differently_have_different_keys(one: str, other: str) -> None:
    assert text_key(one) != text_key(other)


@given(TEXTS)
def test_the_key_of_a_key_is_the_key(text: str) -> None:
    key = text_key(text)
    assert text_key(key) == key
    assert unicodedata.is_normalized("NFC", key)
    assert key == " ".join(key.split())


@given(TEXTS)
def test_the_key_does_not_depend_on_the_encoding_of_a_text(text: str) -> None:
    keys = {text_key(unicodedata.normalize(form, text)) for form in ("NFC", "NFD")}
    assert keys == {text_key(text)} == {text_key(trim_text(text))}


@given(TEXTS)
def test_the_key_does_not_depend_on_case(text: str) -> None:
    # Python's own upper() follows the same tables, but for marks that fold only after decomposition.
    assert text_key(unicodedata.normalize("NFD", text).casefold()) == text_key(text)


@given(TEXTS)
def test_stored_text_is_composed_and_trimmed(text: str) -> None:
    stored = trim_text(text)
    assert trim_text(stored) == stored
    assert unicodedata.is_normalized("NFC", stored)
