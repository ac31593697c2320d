"""Coupon codes: derived from serials, forgiving to type, and wrong ones are rejected with a reason (R11)."""

import itertools
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.coupons.codes import ALPHABET, BASE, VALUE_DIGITS, VALUE_LIMIT, mask_code, read_code, write_code
from domain.coupons.failures import CodeFault, CouponKeysMissing, InvalidCode
from domain.coupons.keys import BATCH, SERIAL_LIMIT, CouponKeys, FoundSerial, decode_secret, read_keys

KEYS = CouponKeys({1: bytes(range(32)), 2: bytes(range(32, 64))})
OTHERS = CouponKeys({1: bytes(range(64, 96)), 2: bytes(range(96, 128)), 3: bytes(32), 4: bytes([7]) * 32})
SERIALS = st.integers(0, SERIAL_LIMIT - 1)
VALUES = st.integers(0, VALUE_LIMIT - 1)


def fault_of(code: str, keys: CouponKeys = KEYS) -> tuple[CodeFault, str]:
    """Why a code is rejected, and the sentence that says so."""
    with pytest.raises(InvalidCode) as rejected:
        keys.read(code)
    return rejected.value.fault, rejected.value.message


def test_codes_never_change() -> None:
    """Printed coupons stay valid for years, so these codes are those of every version."""
    written = [KEYS.write(serial, key_id) for serial in (0, 1, 123_456, SERIAL_LIMIT - 1) for key_id in (1, 2)]
    assert written == [
        "DJEQ-D4EJ-Q365-4Y",
        "EE83-FY5B-SH2B-XA",
        "KVG5-87KR-J3GV-4T",
        "B3QR-SAXZ-FMDT-P5",
        "GQB3-PA9V-CHG8-KD",
        "23M7-DB39-B3RB-CG",
        "KZCA-GCJ2-6GTW-HZ",
        "4AHA-KPM9-SDQU-NF",
    ]


@given(SERIALS, st.sampled_from((1, 2)))
def test_a_code_gives_its_serial_and_key(serial: int, key_id: int) -> None:
    code = KEYS.write(serial, key_id)
    assert [len(part) for part in code.split("-")] == [4, 4, 4, 2]
    assert KEYS.read(code) == FoundSerial(serial, key_id)


@given(VALUES)
def test_every_value_can_be_written_and_read(value: int) -> None:
    assert read_code(write_code(value)) == value


@pytest.mark.parametrize("value", [0, 1, 2**32 - 1, 2**32, 2**63, VALUE_LIMIT - 1])
def test_the_edges_of_64_bits_can_be_written(value: int) -> None:
    assert read_code(write_code(value)) == value


@pytest.mark.parametrize("value", [VALUE_LIMIT, VALUE_LIMIT + 1, BASE**VALUE_DIGITS - 1])
def test_values_beyond_64_bits_are_rejected(value: int) -> None:
    """Thirteen characters can write more than 64 bits, and each value has one code only."""
    with pytest.raises(InvalidCode) as rejected:
        read_code(write_code(value))
    assert rejected.value.fault is CodeFault.UNKNOWN


@given(SERIALS)
def test_every_wrong_character_is_caught(serial: int) -> None:
    """R11: by the check character, before any key is tried."""
    code = KEYS.write(serial, 1)
    for place, mark in enumerate(code):
        for other in ALPHABET if mark != "-" else "":
            if other != mark:
                assert fault_of(code[:place] + other + code[place + 1 :])[0] is CodeFault.CHECK


@given(SERIALS)
def test_every_swap_is_caught(serial: int) -> None:
    """R11: of adjacent characters, and of any two others."""
    marks = KEYS.write(serial, 2).replace("-", "")
    for first in range(len(marks)):
        for second in range(first + 1, len(marks)):
            swapped = list(marks)
            swapped[first], swapped[second] = marks[second], marks[first]
            if swapped != list(marks):
                assert fault_of("".join(swapped))[0] is CodeFault.CHECK


@given(SERIALS, st.sampled_from((1, 2)))
def test_no_other_key_opens_a_code(serial: int, key_id: int) -> None:
    code = KEYS.write(serial, key_id)
    assert fault_of(code, OTHERS) == (CodeFault.UNKNOWN, "No coupon has this code. Compare it with the coupon.")
    assert OTHERS.write(serial, key_id) != code


@given(VALUES)
def test_guessed_values_open_nothing(value: int) -> None:
    """One of 2^32 values is the code of some serial; no example here is."""
    assert fault_of(write_code(value))[0] is CodeFault.UNKNOWN


def test_codes_of_neighbors_share_nothing() -> None:
    """Each bit of the value changes for half of the next serials, and no two codes are equal."""
    count = 4_000
    codes = [code for batch in KEYS.write_many(range(count + 1), 1) for code in batch]
    assert len(set(codes)) == count + 1
    values = [read_code(code) for code in codes]
    changes = [before ^ after for before, after in itertools.pairwise(values)]
    for bit in range(64):
        assert 0.45 < sum(change >> bit & 1 for change in changes) / count < 0.55, bit


def test_every_serial_has_its_own_mask_and_tag() -> None:
    """R11: one known pair of serial and code says nothing about the next ones."""
    values = [read_code(KEYS.write(serial, 1)) for serial in range(1_000)]
    masks = {value >> 32 ^ serial for serial, value in enumerate(values)}
    assert len(masks) == len(values)
    assert len({value & 0xFFFF_FFFF for value in values}) == len(values)


@pytest.mark.parametrize(
    ("first", "count"), [(0, 0), (0, 1), (5, BATCH), (5, BATCH + 1), (SERIAL_LIMIT - 3, 3), (7, 3 * BATCH)]
)
def test_many_codes_are_the_same_as_one_by_one(first: int, count: int) -> None:
    serials = range(first, first + count)
    batches = list(KEYS.write_many(serials, 2))
    assert [len(batch) for batch in batches[:-1]] == [BATCH] * (len(batches) - 1)
    assert [code for batch in batches for code in batch] == [KEYS.write(serial, 2) for serial in serials]


@given(SERIALS, st.data())
def test_typing_is_forgiven(serial: int, data: st.DataObject) -> None:
    """R11: lower case, spaces, dashes of any kind, and digits of any script."""
    code = KEYS.write(serial, 1).replace("-", "")
    dash = st.sampled_from(["", "-", " ", " – ", "—", "\u2212", "\u2011", "\u00a0", "\t"])
    digits = str.maketrans(string.digits, "०१२३४५६७८९") if data.draw(st.booleans()) else {}
    typed = "".join(mark + data.draw(dash) for mark in code).translate(digits)
    assert KEYS.read(typed.lower() if data.draw(st.booleans()) else typed) == FoundSerial(serial, 1)


@pytest.mark.parametrize("mark", ["O", "I", "L", "0", "1", "o", "i", "l", "०"])
def test_characters_that_no_code_has_are_named(mark: str) -> None:
    """R11: O for 0 and the like."""
    code = mark + KEYS.write(9, 1)[1:]
    shown = {"०": "0"}.get(mark, mark.upper())
    sentence = f"Codes never contain 0, O, 1, I, or L, and this one contains {shown}. Compare it with the coupon."
    assert fault_of(code) == (CodeFault.CHARACTER, sentence)


@pytest.mark.parametrize(("mark", "shown"), [("Ä", "“Ä”"), ("/", "“/”"), ("\x07", "a character that cannot be shown")])
def test_other_characters_are_named(mark: str, shown: str) -> None:
    sentence = f"Codes contain only letters and digits, and this one contains {shown}. Compare it with the coupon."
    assert fault_of(KEYS.write(9, 1)[:-1] + mark) == (CodeFault.CHARACTER, sentence)


@pytest.mark.parametrize(
    ("code", "count"), [("", "0"), ("--", "0"), ("ABC", "3"), ("A" * 15, "15"), ("A" * 101, "many more")]
)
def test_texts_of_another_length_are_rejected(code: str, count: str) -> None:
    sentence = f"A code has 14 letters and digits, and this one has {count}. Compare it with the coupon."
    assert fault_of(code) == (CodeFault.LENGTH, sentence)


def test_a_typing_error_is_explained() -> None:
    code = KEYS.write(9, 1)
    wrong = code[:-1] + ALPHABET[ALPHABET.index(code[-1]) - 1]
    message = "This code has a typing error: a character is wrong, or two are swapped. Compare it with the coupon."
    assert fault_of(wrong) == (CodeFault.CHECK, message)


def test_a_masked_code_shows_two_characters() -> None:
    assert mask_code("ABCD-EFGH-JKMN-PQ") == "••••-••••-••••-PQ"


def test_the_newest_key_is_for_new_runs() -> None:
    assert (KEYS.newest, OTHERS.newest) == (2, 4)


def test_missing_keys_are_explained() -> None:
    ask = "Ask the people who run it to set TESSERA_COUPON_KEYS."
    with pytest.raises(CouponKeysMissing, match=f"^This server does not have keys for coupon codes. {ask}$"):
        _ = CouponKeys().newest
    with pytest.raises(CouponKeysMissing) as missing:
        KEYS.write(1, 3)
    assert missing.value.message == (f"This server does not have the key 3, from which these codes are derived. {ask}")
    assert fault_of(KEYS.write(1, 1), CouponKeys())[0] is CodeFault.UNKNOWN


def test_keys_are_read_from_a_setting_and_never_shown() -> None:
    text = " 1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= , 2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8 ,"
    keys = read_keys(text)
    assert keys.write(77, 1) == KEYS.write(77, 1)
    assert keys.write(77, 2) == KEYS.write(77, 2)
    assert repr(keys) == "CouponKeys(2, 1)"
    assert repr(read_keys("")) == "CouponKeys()"


SECRET = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SECRET, "Entry 1 of the keys for coupon codes is not an id, a colon, and a secret in base64."),
        (f"1:{SECRET},x", "Entry 2 of the keys for coupon codes is not an id, a colon, and a secret in base64."),
        ("1:A", "Entry 1 of the keys for coupon codes is not an id, a colon, and a secret in base64."),
        ("1:AAAA", "The key 1 for coupon codes has 3 bytes; give at least 32."),
        (f"0:{SECRET}", "The id of a key for coupon codes is 1 to 32767, not 0."),
        (f"32768:{SECRET}", "The id of a key for coupon codes is 1 to 32767, not 32768."),
        (f"1:{SECRET},01:{SECRET}", "The id 1 stands twice among the keys for coupon codes."),
        (
            ",".join(f"{key_id}:{SECRET}" for key_id in range(1, 6)),
            "There are at most 4 keys for coupon codes, not 5.",
        ),
    ],
)
def test_wrong_settings_are_explained_without_the_secret(text: str, message: str) -> None:
    with pytest.raises(ValueError, match="key") as rejected:
        read_keys(text)
    assert str(rejected.value) == message
    assert SECRET not in str(rejected.value)


def test_secrets_are_read_in_both_alphabets() -> None:
    assert decode_secret("-_-_") == decode_secret("+/+/") == b"\xfb\xff\xbf"
    assert decode_secret("ü") is None
