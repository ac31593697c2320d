"""References in SVG: links, and the functions of CSS that load something."""

import base64
import binascii
import re
from typing import Final

from domain.files.content_failures import ContentFault
from resolvers.files.inspection import jpeg, png
from resolvers.files.inspection.content import Content

# Browsers remove these before they read the scheme of an address.
_IGNORED: Final = re.compile(r"[\x00-\x20]+")
_RASTER: Final = {"data:image/png;base64,": png, "data:image/jpeg;base64,": jpeg, "data:image/jpg;base64,": jpeg}
_CODE: Final = ("javascript:", "vbscript:", "data:text/", "data:application/x", "data:application/javascript")
_XML_SPACE: Final = " \t\r\n\f"
_SCHEME_LENGTH: Final = 64

_ESCAPE: Final = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_LAST_CODE_POINT: Final = 0x10FFFF
# Functions whose argument can be an address in quotes, and the one that old browsers ran. Each search begins at a
# character that is rare in drawings, and no part of it goes back: the time for a hostile text is linear.
_LOADING: Final = re.compile(
    r"(?i)@import|[(](?:(?<=src[(])|(?<=image[(])|(?<=image-set[(])|(?<=cross-fade[(])|(?<=expression[(]))"
)
_SPECIAL: Final = re.compile(r"[(@\\]")
_URL: Final = re.compile(r"(?i)[(](?<=url[(])\s*+(['\"]?+)\s*+(?!#)")


def check_reference(content: Content, value: str, *, is_image: bool) -> None:
    """Raise unless a link leads to another part of the file, or an image is embedded as PNG or JPEG."""
    start = _IGNORED.sub("", value.lstrip(_XML_SPACE)[:_SCHEME_LENGTH]).lower()
    if not start or start.startswith("#"):
        return
    if start.startswith(_CODE) and not start.startswith("data:application/x-font"):
        raise content.rejection(ContentFault.ACTIVE_LINK)
    if start.startswith("data:") and is_image:
        _check_embedded(content, value)
    else:
        raise content.rejection(ContentFault.EXTERNAL_REFERENCE)


def check_style(content: Content, text: str) -> None:
    """Raise if CSS, or an attribute that CSS reads, loads something from outside the file."""
    if not _SPECIAL.search(text):
        return
    text = unescape(text)
    if _LOADING.search(text):
        raise content.rejection(ContentFault.EXTERNAL_REFERENCE)
    for found in _URL.finditer(text):
        end = text.find(found[1] or ")", found.end())
        value = text[found.end() : end if end >= 0 else found.end() + _SCHEME_LENGTH]
        if not value.strip():
            raise content.rejection(ContentFault.EXTERNAL_REFERENCE)
        check_reference(content, value, is_image=True)


def unescape(text: str) -> str:
    r"""Write the escapes of CSS as characters: `u\72l(` is `url(`."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(_character, text.replace("\r\n", "\n"))


def _character(escape: re.Match[str]) -> str:
    if escape[1] is None:
        return "" if escape[2] == "\n" else escape[2]
    point = int(escape[1], 16)
    return chr(point) if 0 < point <= _LAST_CODE_POINT else "\ufffd"


def _check_embedded(content: Content, value: str) -> None:
    """Inspect an image in a `data:` address like one that is uploaded."""
    head, _, body = value.partition(",")
    module = _RASTER.get(_IGNORED.sub("", head).lower() + ",")
    try:
        data = base64.b64decode(_IGNORED.sub("", body), validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if module is None or not data.startswith(module.SIGNATURE):
        raise content.rejection(ContentFault.EMBEDDED_DATA)
    image = Content(content.name, data)
    if module is png:
        png.inspect_png(image)
    else:
        jpeg.inspect_jpeg(image)
