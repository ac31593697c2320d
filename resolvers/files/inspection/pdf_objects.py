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
    # One with its file inside has /EF, which is found first.
    "/Filespec": _EXTERNAL,
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
_AUTOMATIC: Final = (ContentFault.AUTOMATIC_ACTION, "")
_COMMAND: Final = (ContentFault.ACTION, "runs a command of the program")
_POSTSCRIPT: Final = (ContentFault.UNSUPPORTED, "PostScript")

# Keys that name another file, if their value is a text.
_FILE_KEYS: Final = frozenset({"/F", "/UF", "/DOS", "/Mac", "/Unix"})
# Commands of the program that only turn pages.
_COMMANDS: Final = frozenset({"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"})
# Actions that follow each other when a document opens; programs write one.
MAX_ACTIONS: Final = 100

_OTHER_NAMES: Final = frozenset({"/OpenAction", "/URI", "/PS", "/Named"})
# qpdf writes an object with its names decoded, so one search finds the few that need a look.
_SUSPICIOUS: Final = re.compile(
    b"|".join(
        re.escape(name.encode())
        for name in sorted(_VALUES.keys() | _KEYS.keys() | _STREAM_KEYS.keys() | _FILE_KEYS | _OTHER_NAMES)
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
            if rejection := _key_rejection(content, value, key):
                raise rejection
            if _is_inside(inner):
                stack.append(inner)


def _is_inside(value: object) -> bool:
    """Whether a value is written in place. Others are objects of the file, and checked there."""
    return isinstance(value, pikepdf.Object) and not value.is_indirect


def _key_rejection(content: Content, dictionary: pikepdf.Object, key: str) -> ContentRejected | None:
    value = dictionary[key]
    found = _KEYS.get(key)
    if key == "/OpenAction":
        found = _find_automatic(value)
    elif key == "/S" and value == pikepdf.Name.Named:
        found = None if str(dictionary.get("/N", "")) in _COMMANDS else _COMMAND
    elif key in _FILE_KEYS and isinstance(value, pikepdf.String):
        # An action that opens a file has a sentence of its own.
        found = _VALUES.get(str(dictionary.get("/S", "")), _EXTERNAL)
    elif key == "/URI" and not isinstance(value, pikepdf.Dictionary):
        is_web = isinstance(value, pikepdf.String) and _WEB.match(bytes(value))
        found = None if is_web else (ContentFault.LINK, "")
    elif key == "/Base" and isinstance(value, pikepdf.String) and not _WEB.match(bytes(value)):
        found = (ContentFault.LINK, "")
    return content.rejection(*found) if found else None


def _find_automatic(beginning: object) -> Finding | None:
    """Find what happens when a document opens, or after that, unless it is to show a place in the document."""
    if isinstance(beginning, pikepdf.Array | pikepdf.Name | pikepdf.String):
        return None
    actions = [beginning]
    for _ in range(MAX_ACTIONS):
        if not actions:
            return None
        action = actions.pop()
        if isinstance(action, pikepdf.Array) and len(action) <= MAX_ACTIONS:
            actions.extend(action)
        elif not isinstance(action, pikepdf.Dictionary):
            return _AUTOMATIC
        elif (kind := str(action.get("/S", ""))) != "/GoTo":
            return _VALUES.get(kind, _AUTOMATIC)
        elif "/Next" in action:
            actions.append(action["/Next"])
    return _AUTOMATIC


def _find_in_stream(dictionary: pikepdf.Object) -> Finding | None:
    """Find what only streams have: data in another file, pages of another file, and programs for printers."""
    for key, found in _STREAM_KEYS.items():
        if key in dictionary:
            return found
    return _POSTSCRIPT if "/PS" in (str(dictionary.get(key, "")) for key in ("/Subtype", "/Subtype2")) else None
