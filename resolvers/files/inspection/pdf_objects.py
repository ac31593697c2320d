"""What makes a PDF active: the names that start something, carry something, or load something (ISO 32000-2)."""

import re
from typing import Final

import pikepdf

from domain.files.content_failures import ContentFault, ContentRejected
from resolvers.files.inspection.content import Content

Finding = tuple[ContentFault, str]

_SCRIPT: Final = (ContentFault.SCRIPT, "")
_EMBEDDED: Final = (ContentFault.EMBEDDED_FILE, "")
_EXTERNAL: Final = (ContentFault.EXTERNAL_REFERENCE, "")
_VIDEO: Final = (ContentFault.MULTIMEDIA, "sound, video, or 3D")

# Values: kinds of actions, annotations, and objects.
_VALUES: Final[dict[str, Finding]] = {
    "/JavaScript": _SCRIPT,
    "/Launch": (ContentFault.ACTION, "starts a program"),
    "/SubmitForm": (ContentFault.ACTION, "sends a form"),
    "/ImportData": (ContentFault.ACTION, "reads another file"),
    "/GoToR": (ContentFault.ACTION, "opens another file"),
    "/GoToE": (ContentFault.ACTION, "opens an attached file"),
    "/GoToDp": (ContentFault.ACTION, "opens another document part"),
    "/Thread": (ContentFault.ACTION, "opens a thread, which can be in another file"),
    "/Rendition": _VIDEO,
    "/GoTo3DView": _VIDEO,
    "/RichMedia": _VIDEO,
    "/RichMediaExecute": _VIDEO,
    "/Movie": _VIDEO,
    "/Sound": _VIDEO,
    "/Screen": _VIDEO,
    "/3D": _VIDEO,
    "/EmbeddedFile": _EMBEDDED,
    "/FileAttachment": _EMBEDDED,
}
# Keys of dictionaries.
_KEYS: Final[dict[str, Finding]] = {
    "/JS": _SCRIPT,
    "/JavaScript": _SCRIPT,
    "/AA": (ContentFault.AUTOMATIC_ACTION, ""),
    "/EF": _EMBEDDED,
    "/EmbeddedFiles": _EMBEDDED,
    "/Collection": _EMBEDDED,
    "/RichMediaContent": _VIDEO,
    "/RichMediaSettings": _VIDEO,
    "/3DD": _VIDEO,
    "/XFA": (ContentFault.DYNAMIC_FORM, ""),
    "/FFilter": _EXTERNAL,
    "/OPI": _EXTERNAL,
}
# Keys of streams alone: the data, or the page that is drawn, is in another file.
_STREAM_KEYS: Final = {"/F": _EXTERNAL, "/Ref": _EXTERNAL}
_POSTSCRIPT: Final = (ContentFault.UNSUPPORTED, "PostScript")

# qpdf writes an object with its names decoded, so one search finds the few that need a look.
_SUSPICIOUS: Final = re.compile(
    b"|".join(
        re.escape(name.encode())
        for name in sorted(_VALUES.keys() | _KEYS.keys() | _STREAM_KEYS.keys() | {"/OpenAction", "/URI", "/PS"})
    )
)
_WEB: Final = re.compile(rb"\s{0,9}(?:https?|mailto|tel):", re.IGNORECASE)
MAX_VALUES: Final = 2_000_000


def check_object(content: Content, value: pikepdf.Object) -> None:
    """Raise if an object, without those that it refers to, is active."""
    is_stream = isinstance(value, pikepdf.Stream)
    top = value.stream_dict if is_stream else value
    if not _SUSPICIOUS.search(top.unparse(resolved=True)):
        return
    if is_stream and (found := _find_in_stream(top)):
        raise content.rejection(*found)
    stack = [top]
    for _ in range(MAX_VALUES):
        if not stack:
            return
        _check_value(content, stack.pop(), stack)
    raise content.rejection(ContentFault.TOO_COMPLEX, "too many values")


def _check_value(content: Content, value: pikepdf.Object, stack: list[pikepdf.Object]) -> None:
    """Check one value, and leave those inside it for later."""
    if isinstance(value, pikepdf.Name):
        if found := _VALUES.get(str(value)):
            raise content.rejection(*found)
    elif isinstance(value, pikepdf.Array):
        stack.extend(inner for inner in value if _is_inside(inner))
    elif isinstance(value, pikepdf.Dictionary):
        for key, inner in value.items():
            if rejection := _key_rejection(content, key, inner):
                raise rejection
            if _is_inside(inner):
                stack.append(inner)


def _is_inside(value: object) -> bool:
    """Whether a value is written in place. Others are objects of the file, and checked there."""
    return isinstance(value, pikepdf.Object) and not value.is_indirect


def _key_rejection(content: Content, key: str, value: object) -> ContentRejected | None:
    found = _KEYS.get(key)
    if key == "/OpenAction" and isinstance(value, pikepdf.Dictionary):
        # A place in the document to begin at is the only one that does nothing.
        action = str(value.get("/S", ""))
        found = _VALUES.get(action, (ContentFault.AUTOMATIC_ACTION, "")) if action != "/GoTo" else None
    elif key == "/URI" and not isinstance(value, pikepdf.Dictionary):
        is_web = isinstance(value, pikepdf.String) and _WEB.match(bytes(value))
        found = None if is_web else (ContentFault.LINK, "")
    elif key == "/Base" and isinstance(value, pikepdf.String) and not _WEB.match(bytes(value)):
        found = (ContentFault.LINK, "")
    return content.rejection(*found) if found else None


def _find_in_stream(dictionary: pikepdf.Object) -> Finding | None:
    """Find what only streams have: data in another file, pages of another file, and programs for printers."""
    for key, found in _STREAM_KEYS.items():
        if key in dictionary:
            return found
    return _POSTSCRIPT if "/PS" in (str(dictionary.get(key, "")) for key in ("/Subtype", "/Subtype2")) else None
