"""QR codes: a camera reads from the picture what the payload says (R11)."""

import re

import pytest
import zxingcpp

from domain.coupons.labels import QrTemplate, qr_svg

SCALE = 4
_VIEW = re.compile(r'viewBox="0 0 ([0-9]+) ([0-9]+)"')
_LINE = re.compile(r'<path class="qrline" stroke="#000" d="([^"]+)"/>')
_STEP = re.compile(r"([Mmh])(-?[0-9.]+)(?: (-?[0-9.]+))?")


def read_svg(svg: str) -> list[str]:
    """Draw the horizontal strokes of a QR code, and read the picture like a camera would."""
    view, line = _VIEW.search(svg), _LINE.search(svg)
    assert view is not None
    assert line is not None
    size = int(view[1])
    assert view[1] == view[2]
    pixels = bytearray(b"\xff" * (size * SCALE) ** 2)
    x = y = 0.0
    for command, first, second in _STEP.findall(line[1]):
        if command == "M":
            x, y = float(first), float(second)
        elif command == "m":
            x, y = x + float(first), y + float(second or 0)
        else:
            for row in range(int(y) * SCALE, (int(y) + 1) * SCALE):
                start = row * size * SCALE + int(x) * SCALE
                length = int(first) * SCALE
                pixels[start : start + length] = bytes(length)
            x += float(first)
    image = memoryview(bytes(pixels)).cast("B", shape=(size * SCALE, size * SCALE))
    return [found.text for found in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize(
    "template",
    ["https://example.com/c/{code}", "{code}", "https://rewards.example.com/redeem?campaign=monsoon-2026&code={code}"],
)
def test_a_camera_reads_the_payload(template: str) -> None:
    payload = QrTemplate(template).payload("E6VP-HR96-7M86-5Y")
    assert read_svg(qr_svg(payload)) == [payload]


@pytest.mark.parametrize(
    ("template", "text", "code"),
    [
        ("https://example.com/c/{code}", "https://example.com/c/E6VP-HR96", "E6VP-HR96"),
        ("https://example.com/c/{code}", " HTTPS://EXAMPLE.COM/C/e6vp-hr96\n", "e6vp-hr96"),
        ("https://example.com/c/{code}?from=pack", "https://example.com/c/E6VP-HR96?from=pack", "E6VP-HR96"),
        ("https://example.com/c/{code}", "E6VP-HR96", "E6VP-HR96"),
        ("https://example.com/c/{code}", "https://example.org/c/E6VP-HR96", "https://example.org/c/E6VP-HR96"),
        ("a{code}a", "a", ""),
        ("{code}", "E6VP-HR96", "E6VP-HR96"),
    ],
)
def test_the_code_is_found_in_what_a_camera_read(template: str, text: str, code: str) -> None:
    assert QrTemplate(template).find_code(text) == code


def test_the_picture_has_a_quiet_zone_and_no_script() -> None:
    svg = qr_svg("https://example.com/c/E6VP-HR96-7M86-5Y")
    assert svg.startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ')
    assert svg.endswith("</svg>")
    assert "M4 4.5h7" in svg
    assert "script" not in svg
