"""The elements of an SVG while it is parsed: each is checked when it begins, and only counts are kept."""

import re
from typing import Final

from domain.files.content_failures import ContentFault
from resolvers.files.inspection.content import Content
from resolvers.files.inspection.svg_expansion import Part, require_bounded_drawing
from resolvers.files.inspection.svg_rules import Rules
from resolvers.files.inspection.svg_styles import check_reference, check_style, unescape
from resolvers.files.inspection.svg_vocabulary import (
    ACTIVE_NAMESPACES,
    ADDRESSES,
    ANIMATIONS,
    ELEMENTS,
    IMAGES,
    PLAIN,
    PLAIN_PREFIXES,
    SVG,
    XML,
)

MAX_DEPTH: Final = 256
MAX_ELEMENTS: Final = 300_000
MAX_ATTRIBUTES: Final = 1_000_000

_LENGTH: Final = re.compile(r"\s{0,9}(\d{1,6}(?:\.\d{1,20})?)\s{0,9}(px|pt|pc|mm|cm|in)?\s{0,9}", re.ASCII)
_PIXELS: Final = {None: 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}


class Drawing:
    """What has been parsed so far."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self.elements = 0
        self._attributes = 0
        self._size: tuple[int | None, int | None] = (None, None)
        self._style: list[str] | None = None
        self._rules = Rules()
        # Each open element, below the file.
        self._open = [Part()]
        self._named: dict[str, Part] = {}

    def begin(self, name: str, attributes: list[str]) -> None:
        """Check an element and its attributes; expat lists names and values in turn."""
        namespace, _, local = name.rpartition(" ")
        self.elements += 1
        self._attributes += len(attributes) // 2
        self._require_bounds()
        if self.elements == 1:
            self._begin_root(namespace, local, attributes)
        self._require_drawn(namespace, local)
        part = self._begin_part(local, attributes)
        for position in range(0, len(attributes), 2):
            self._check_attribute(part, local, attributes[position], attributes[position + 1])
        if local == "style":
            self._style = []

    def end(self, name: str) -> None:
        """Check a style sheet when it is complete, and leave the element."""
        del name
        if self._style is not None:
            style = "".join(self._style)
            check_style(self._content, style)
            self._rules.add(self._content, style)
            self._style = None
        self._open.pop()

    def add_text(self, text: str) -> None:
        """Keep the text of a style sheet."""
        if self._style is not None:
            self._style.append(text)

    def finish(self) -> tuple[int | None, int | None]:
        """Check what the parts make together, and return the size in pixels."""
        require_bounded_drawing(self._content, self._open[0], self._named, self._rules)
        return self._size

    def _require_bounds(self) -> None:
        if len(self._open) > MAX_DEPTH:
            raise self._content.rejection(ContentFault.TOO_COMPLEX, "elements that are nested too deep")
        if self.elements > MAX_ELEMENTS or self._attributes > MAX_ATTRIBUTES:
            raise self._content.rejection(ContentFault.TOO_COMPLEX, "too many elements")

    def _begin_root(self, namespace: str, local: str, attributes: list[str]) -> None:
        if (namespace, local) != (SVG, "svg"):
            raise self._content.rejection(ContentFault.WRONG_TYPE, "an SVG image")
        stated = dict(zip(attributes[::2], attributes[1::2], strict=True))
        box = stated.get("viewBox", "").replace(",", " ").split(maxsplit=4)
        width, height = _pixels(stated.get("width", "")), _pixels(stated.get("height", ""))
        if (width is None or height is None) and len(box) == 4:  # noqa: PLR2004 - x, y, width, height
            width, height = _pixels(box[2]), _pixels(box[3])
        self._size = (width, height)

    def _require_drawn(self, namespace: str, local: str) -> None:
        lower = local.lower()
        if self._style is not None:
            # Its text would be divided, and CSS reads it as one.
            raise self._content.rejection(ContentFault.UNKNOWN_ELEMENT)
        if lower in {"script", "handler", "listener"}:
            raise self._content.rejection(ContentFault.SCRIPT)
        if lower == "foreignobject":
            raise self._content.rejection(ContentFault.FOREIGN_OBJECT)
        if namespace in ACTIVE_NAMESPACES or (namespace == SVG and local not in ELEMENTS):
            raise self._content.rejection(ContentFault.UNKNOWN_ELEMENT)

    def _begin_part(self, local: str, attributes: list[str]) -> Part:
        identity = classes = ""
        for position in range(0, len(attributes), 2):
            if attributes[position] == "id":
                identity = attributes[position + 1]
            elif attributes[position] == "class":
                classes = attributes[position + 1]
        part = Part(local, identity, classes)
        self._open[-1].inner.append(part)
        self._open.append(part)
        if identity:
            self._named.setdefault(identity, part)
        return part

    def _check_attribute(self, part: Part, element: str, name: str, value: str) -> None:
        namespace, _, local = name.rpartition(" ")
        lower = local.lower()
        if lower.startswith("on"):
            raise self._content.rejection(ContentFault.EVENT_HANDLER)
        if namespace == XML and lower == "base":
            raise self._content.rejection(ContentFault.EXTERNAL_REFERENCE)
        if lower == "attributename" and element in ANIMATIONS:
            self._check_animated(value)
        if lower in ADDRESSES:
            check_reference(self._content, value, is_image=element in IMAGES)
            if element != "a":
                part.use(value)
        elif not namespace and local not in PLAIN and not local.startswith(PLAIN_PREFIXES):
            check_style(self._content, value)
            part.refer(self._content, local, unescape(value))

    def _check_animated(self, value: str) -> None:
        """Animations may change how a drawing looks, neither where its links lead nor what its events do."""
        animated = value.strip().rpartition(":")[2].lower()
        if animated.startswith("on"):
            raise self._content.rejection(ContentFault.ANIMATED_LINK, "an event handler")
        if animated in ADDRESSES or animated == "style":
            raise self._content.rejection(ContentFault.ANIMATED_LINK, "a link")


def _pixels(text: str) -> int | None:
    """Convert a length to whole pixels (CSS Values, section 6.2). A percentage has none of its own."""
    found = _LENGTH.fullmatch(text)
    return max(1, round(float(found[1]) * _PIXELS[found[2]])) if found else None
