"""Bars of GS1-128, read back by another library."""

import pytest
import zxingcpp

from domain.documents.code128 import QUIET_MODULES, bars_svg, count_modules, encode_gs1, encode_sscc
from tests.support.packs import sscc


def read(widths: str) -> tuple[str, str]:
    """The symbology identifier and the text that a camera reads in bars."""
    bars = b"".join(bytes([0 if index % 2 == 0 else 255]) * 2 * int(width) for index, width in enumerate(widths))
    row = b"\xff" * 2 * QUIET_MODULES + bars + b"\xff" * 2 * QUIET_MODULES
    (code,) = zxingcpp.read_barcodes(memoryview(row * 40).cast("B", shape=(40, len(row))))
    return code.symbology_identifier, code.text


def test_every_pair_of_digits_reads_back() -> None:
    """Each row of the table is right: all pairs, in every check character that they make."""
    for start in range(0, 100, 9):
        digits = "00" + "".join(f"{(start + step) % 100:02}" for step in range(9))
        assert read(encode_gs1(digits)) == ("]C1", f"(00){digits[2:]}")


def test_an_sscc_reads_back_as_gs1() -> None:
    """R16: with the symbology identifier of GS1, and 156 modules wide."""
    for number in range(60):
        widths = encode_sscc(sscc(number))
        assert read(widths) == ("]C1", f"(00){sscc(number)}")
        assert count_modules(widths) == 156


def test_bars_are_drawn_with_quiet_zones() -> None:
    picture = bars_svg("211232")
    assert 'viewBox="0 0 31 1"' in picture
    assert 'd="M10 0h2v1h-2zM13 0h1v1h-1zM16 0h3v1h-3z"' in picture


@pytest.mark.parametrize("digits", ["001", "00١٢", "00ab", "(00)12"])
def test_what_code_set_c_does_not_hold_is_rejected(digits: str) -> None:
    with pytest.raises(ValueError, match="GS1-128 in code set C holds pairs of digits"):
        encode_gs1(digits)
