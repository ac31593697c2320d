"""Why a file is rejected for its content, as data and as a sentence."""

from enum import StrEnum
from typing import Final

from domain.failures import Failure, Path, UserErrorCode


class ContentFault(StrEnum):
    """What is wrong with the content of a file."""

    EMPTY = "EMPTY"
    TOO_LARGE = "TOO_LARGE"
    WRONG_TYPE = "WRONG_TYPE"
    CUT_OFF = "CUT_OFF"
    DAMAGED = "DAMAGED"
    TRAILING_DATA = "TRAILING_DATA"
    SECOND_FORMAT = "SECOND_FORMAT"
    TOO_MANY_PIXELS = "TOO_MANY_PIXELS"
    TOO_MANY_PAGES = "TOO_MANY_PAGES"
    TOO_COMPLEX = "TOO_COMPLEX"
    UNSUPPORTED = "UNSUPPORTED"
    ANIMATION = "ANIMATION"
    NOT_UNICODE = "NOT_UNICODE"
    NOT_DRAWABLE = "NOT_DRAWABLE"
    SCRIPT = "SCRIPT"
    EVENT_HANDLER = "EVENT_HANDLER"
    FOREIGN_OBJECT = "FOREIGN_OBJECT"
    UNKNOWN_ELEMENT = "UNKNOWN_ELEMENT"
    ENTITIES = "ENTITIES"
    STYLE_SHEET = "STYLE_SHEET"
    ACTIVE_LINK = "ACTIVE_LINK"
    ANIMATED_LINK = "ANIMATED_LINK"
    EXTERNAL_REFERENCE = "EXTERNAL_REFERENCE"
    EMBEDDED_DATA = "EMBEDDED_DATA"
    ENCRYPTED = "ENCRYPTED"
    ACTION = "ACTION"
    AUTOMATIC_ACTION = "AUTOMATIC_ACTION"
    EMBEDDED_FILE = "EMBEDDED_FILE"
    MULTIMEDIA = "MULTIMEDIA"
    DYNAMIC_FORM = "DYNAMIC_FORM"
    LINK = "LINK"


# What follows the name of the file, and what to do. `{}` is a detail from a fixed vocabulary, never text of the file.
_SENTENCES: Final[dict[ContentFault, tuple[str, str]]] = {
    ContentFault.EMPTY: ("is empty", "Upload it again"),
    ContentFault.TOO_LARGE: ("is larger than {}", "Reduce its size and upload it again"),
    ContentFault.WRONG_TYPE: ("is not {}", "State the format that it has, or export it again"),
    ContentFault.CUT_OFF: ("is cut off", "Upload the whole file again"),
    ContentFault.DAMAGED: ("is damaged: {}", "Export it again and upload it"),
    ContentFault.TRAILING_DATA: ("contains data after its end", "Export it again and upload it"),
    ContentFault.SECOND_FORMAT: ("also contains {}", "Export it without other formats and upload it again"),
    ContentFault.TOO_MANY_PIXELS: ("has more than {} pixels", "Reduce its resolution and upload it again"),
    ContentFault.TOO_MANY_PAGES: ("has more than {} pages", "Split it and upload the part that you need"),
    ContentFault.TOO_COMPLEX: ("contains {}", "Simplify it and upload it again"),
    ContentFault.UNSUPPORTED: ("uses {}", "Export it with common settings and upload it again"),
    ContentFault.ANIMATION: ("is animated", "Export a still image and upload it"),
    ContentFault.NOT_UNICODE: ("is not text in UTF-8 or UTF-16", "Save it as UTF-8 and upload it again"),
    ContentFault.NOT_DRAWABLE: ("cannot be drawn", "Export it again and check that it opens before you upload it"),
    ContentFault.SCRIPT: ("contains a script", "Export it without scripts and upload it again"),
    ContentFault.EVENT_HANDLER: ("contains an event handler", "Export it without interactivity and upload it again"),
    ContentFault.FOREIGN_OBJECT: ("contains a foreignObject", "Convert it to shapes or text and upload it again"),
    ContentFault.UNKNOWN_ELEMENT: (
        "contains an element that is not part of a drawing",
        "Export it as plain SVG and upload it again",
    ),
    ContentFault.ENTITIES: ("declares a document type or entities", "Export it as plain SVG and upload it again"),
    ContentFault.STYLE_SHEET: (
        "contains a processing instruction that can load a style sheet",
        "Put the styles into the file and upload it again",
    ),
    ContentFault.ACTIVE_LINK: ("contains a link that runs code", "Remove the link and upload it again"),
    ContentFault.ANIMATED_LINK: ("contains an animation that sets {}", "Remove the animation and upload it again"),
    ContentFault.EXTERNAL_REFERENCE: (
        "refers to something outside the file",
        "Embed images and fonts, remove links, and upload it again",
    ),
    ContentFault.EMBEDDED_DATA: (
        "embeds data other than PNG and JPEG images",
        "Convert texts to outlines, embed images as PNG, and upload it again",
    ),
    ContentFault.ENCRYPTED: ("is encrypted", "Remove the password and all restrictions and upload it again"),
    ContentFault.ACTION: ("contains an action that {}", "Export it without interactivity and upload it again"),
    ContentFault.AUTOMATIC_ACTION: (
        "contains an action that runs by itself",
        "Export it without interactivity and upload it again",
    ),
    ContentFault.EMBEDDED_FILE: ("contains an attached file", "Remove attachments and upload it again"),
    ContentFault.MULTIMEDIA: ("contains {}", "Export it without multimedia and upload it again"),
    ContentFault.DYNAMIC_FORM: ("contains an XFA form", "Print it to a new PDF and upload that"),
    ContentFault.LINK: (
        "contains a link that is no web, e-mail, or telephone address",
        "Correct the link and upload it again",
    ),
}


class ContentRejected(Failure):
    """The content of a file is not what it says, is broken, is active, or exceeds a limit."""

    code = UserErrorCode.INVALID

    def __init__(
        self, file_name: str, fault: ContentFault, detail: str = "", path: Path = ("input", "uploadId")
    ) -> None:
        finding, remedy = _SENTENCES[fault]
        super().__init__(f"“{file_name}” {finding.format(detail)}. {remedy}.", path)
        self.file_name = file_name
        self.fault = fault
        self.detail = detail
