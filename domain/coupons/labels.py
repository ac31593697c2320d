"""What a coupon shows to a camera: the payload of its QR code, and the code as a picture."""

import io
from typing import Final

import segno
from msgspec import Struct

PLACE_OF_CODE: Final = "{code}"
LONGEST_TEMPLATE: Final = 500
DEFAULT_TEMPLATE: Final = "https://example.com/c/{code}"


class QrTemplate(Struct, frozen=True):
    """The payload of QR codes, with `{code}` in the place of the code."""

    text: str = DEFAULT_TEMPLATE

    def payload(self, code: str) -> str:
        """What the QR code of a coupon contains."""
        return self.text.replace(PLACE_OF_CODE, code)

    def find_code(self, text: str) -> str:
        """The code in what a camera read; a text that is not the payload of a QR code is returned as it is."""
        before, after = self.text.split(PLACE_OF_CODE)
        scanned = text.strip()
        folded = scanned.lower()
        if not folded.startswith(before.lower()) or not folded.endswith(after.lower()):
            return text
        return scanned[len(before) : len(scanned) - len(after)]


def template_problem(text: str) -> str | None:
    """Why a template cannot be used, as a sentence; None if it can."""
    if text.count(PLACE_OF_CODE) != 1:
        return "A template for QR codes contains {code} exactly once, as in https://example.com/c/{code}."
    if len(text) > LONGEST_TEMPLATE:
        return f"A template for QR codes has at most {LONGEST_TEMPLATE} characters."
    if not (text.isascii() and text.isprintable()) or text != text.strip():
        return "A template for QR codes has only printable ASCII characters: encode any others."
    return None


def qr_svg(payload: str) -> str:
    """Draw a QR code as SVG. A quarter of it may be unreadable, as on a scratched pack."""
    picture = io.BytesIO()
    code = segno.make(payload, error="q", micro=False)
    code.save(picture, kind="svg", xmldecl=False, svgns=True, unit="", omitsize=True, nl=False, light="#fff")
    return picture.getvalue().decode()
