"""Invisible characters: valid where a script or an emoji needs them, and rejected where they only disguise a text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.checks import text_problems
from domain.invisible import find_invisible

VALID = {
    "Persian, letters that do not join": "می\u200cخواهم",
    "Hindi, a half letter": "क्\u200dष",
    "Hindi, a visible virama": "क्\u200cष",
    "Hindi, a half letter at the end": "क्\u200d",
    "Bengali, ra with ya-phalaa": "র\u200d্যাম",
    "Malayalam, an old chillu": "അവന്\u200d",
    "Sinhala": "ශ්\u200dරී",
    "a family": "👨\u200d👩\u200d👧",
    "a doctor with a skin tone": "👩🏽\u200d⚕\ufe0f",
    "a flag of pride": "🏳\ufe0f\u200d🌈",
    "a heart on fire": "❤\ufe0f\u200d🔥",
    "a keycap": "1\ufe0f\u20e3",
    "text style": "☎\ufe0e",
    "Scotland": "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "a form of a Chinese character": "葛\U000e0100",
    "a form of a Mongolian letter": "ᠠ\u180b",
    "an Arabic number sign": "\u0600١٢",
    "accents": "e\u0301 Ångström",
}
HIDDEN = {
    "an override of direction": ("invoice\u202efdp.exe", 7),
    "an isolate of direction": ("a\u2066b", 1),
    "a mark of direction": ("a\u200eb", 1),
    "an Arabic mark of direction": ("a\u061cb", 1),
    "a zero-width space": ("Lau\u200bnch", 3),
    "a joiner in Latin": ("Lau\u200dnch", 3),
    "a non-joiner in Latin": ("Lau\u200cnch", 3),
    "a joiner at the beginning": ("\u200dLaunch", 0),
    "a joiner between scripts": ("क\u200da", 1),
    "two joiners": ("क्\u200d\u200dष", 3),
    "a joiner after a vowel at the end": ("का\u200d", 2),
    "a joiner after an emoji at the end": ("👨\u200d", 1),
    "a byte order mark": ("a\ufeffb", 1),
    "a soft hyphen": ("Lau\u00adnch", 3),
    "a word joiner": ("a\u2060b", 1),
    "an invisible times": ("2\u2062x", 1),
    "a Mongolian separator": ("a\u180eb", 1),
    "a variation selector after a letter": ("a\ufe0fb", 1),
    "two variation selectors": ("❤\ufe0f\ufe0f", 2),
    "tags without a flag": ("a\U000e0061", 1),
    "a flag whose tags never end": ("🏴\U000e0067\U000e0062", 1),
    "a Hangul filler": ("a\u3164b", 1),
    "a grapheme joiner": ("a\u034fb", 1),
    "a blank of Braille": ("a\u2800b", 1),
    "a line separator": ("a\u2028b", 1),
    "an anchor of an annotation": ("a\ufff9b", 1),
}


@pytest.mark.parametrize("text", VALID.values(), ids=VALID.keys())
def test_texts_of_all_scripts_are_valid(text: str) -> None:
    assert find_invisible(text) is None
    assert find_invisible(unicodedata.normalize("NFC", text)) is None


@pytest.mark.parametrize(("text", "place"), HIDDEN.values(), ids=HIDDEN.keys())
def test_a_character_that_nobody_sees_is_found(text: str, place: int) -> None:
    assert find_invisible(text) == place


def test_the_message_names_the_character_and_its_place() -> None:
    (problem,) = text_problems("Lau\u200bnch", ("title",), "The title", (3, 120))
    assert problem.message == "The title contains an invisible character (U+200B, character 4); remove it."
    assert (problem.code, problem.path) == ("INVALID", ("title",))


@given(
    st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="\u115f\u1160\u2800\u3164\uffa0"))
)
def test_visible_characters_are_never_rejected(text: str) -> None:
    assert find_invisible(text) is None


@given(st.text("ab ", min_size=1), st.sampled_from("\u200b\u202e\u2066\ufeff\u00ad\u200c\u200d\ufe0f"), st.data())
def test_no_such_character_passes_between_latin_letters(text: str, hidden: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text)))
    assert find_invisible(text[:place] + hidden + text[place:]) == place
