"""How many elements a program draws for an SVG: `use` and patterns repeat parts of the file, also inside each other."""

import re
from itertools import islice
from typing import Final

from domain.files.content_failures import ContentFault
from resolvers.files.inspection.content import Content

MAX_DRAWN: Final = 2_000_000

# What one attribute may refer to; programs write one reference, or two.
MAX_REFERENCES: Final = 1_000
_LOCAL: Final = re.compile(r"(?i)[(](?<=url[(])\s*+['\"]?+\s*+#([^'\")\s]{1,256})")


class Part:
    """An element with an id, and everything inside it that has no id of its own."""

    __slots__ = ("drawn", "elements", "inner", "references")

    def __init__(self) -> None:
        self.elements = 0
        self.inner: list[Part] = []
        self.references: list[str] = []
        # Counted once; -1 while it is being counted.
        self.drawn = 0

    def refer(self, content: Content, value: str) -> None:
        """Note the parts that an attribute draws with `url(#…)`."""
        if "(" not in value:
            return
        found = [match[1] for match in islice(_LOCAL.finditer(value), MAX_REFERENCES + 1)]
        if len(found) > MAX_REFERENCES:
            raise content.rejection(ContentFault.TOO_COMPLEX, "too many references")
        self.references.extend(found)


def require_bounded_drawing(content: Content, root: Part, named: dict[str, Part]) -> None:
    """Raise if references make the drawing too large, or if a part refers to itself."""
    stack = [root]
    while stack:
        part = stack[-1]
        if part.drawn > 0:
            stack.pop()
        elif part.drawn < 0:
            drawn = part.elements + sum(inner.drawn for inner in part.inner)
            part.drawn = min(max(1, drawn), MAX_DRAWN + 1)
        else:
            part.drawn = -1
            part.inner.extend(named[name] for name in part.references if name in named)
            if any(inner.drawn < 0 for inner in part.inner):
                raise content.rejection(ContentFault.TOO_COMPLEX, "a part that refers to itself")
            stack.extend(inner for inner in part.inner if not inner.drawn)
    if root.drawn > MAX_DRAWN:
        raise content.rejection(ContentFault.TOO_COMPLEX, "parts that repeat each other too often")
