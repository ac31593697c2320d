"""How many elements a program draws for an SVG: `use` and patterns repeat parts of the file, also inside each other."""

from typing import Final

from domain.files.content_failures import ContentFault
from resolvers.files.inspection.content import Content
from resolvers.files.inspection.svg_rules import References, Rules, find_references, part_names

MAX_DRAWN: Final = 2_000_000
# What the rules of style sheets add to all elements.
MAX_MATCHES: Final = 2_000_000
_NONE: Final[References] = {}


class Part:
    """An element with everything inside it, and what it refers to."""

    __slots__ = ("classes", "drawn", "identity", "inner", "kind", "references", "used")

    def __init__(self, kind: str = "", identity: str = "", classes: str = "") -> None:
        self.kind = kind
        self.identity = identity
        self.classes = classes
        self.inner: list[Part] = []
        # By a link, each as often as it is there.
        self.used: list[set[str]] = []
        # By `url(#…)`.
        self.references = _NONE
        # Counted once; -1 while it is being counted.
        self.drawn = 0

    def use(self, value: str) -> None:
        """Note the part to which a link leads."""
        self.used.append(part_names(value.strip()[1:]))

    def refer(self, content: Content, attribute: str, value: str) -> None:
        """Note the parts that an attribute draws with `url(#…)`."""
        if "(" not in value:
            return
        if found := find_references(content, value, "" if attribute == "style" else attribute):
            self.add(found)

    def add(self, references: References) -> None:
        """Add references. One that everything inside draws stays so."""
        inherited = {name: True for name, is_inherited in self.references.items() if is_inherited}
        self.references = {**self.references, **references, **inherited}

    def drawn_parts(self, named: dict[str, "Part"]) -> list["Part"]:
        """Everything that is drawn with this element."""
        uses = [named[name] for names in self.used for name in names if name in named]
        return [*self.inner, *uses, *(named[name] for name in self.references if name in named)]

    def count(self, named: dict[str, "Part"]) -> int:
        """How many elements are drawn, when everything inside has been counted."""
        inside = 1 + sum(inner.drawn for inner in self.inner)
        inside += sum(named[name].drawn for names in self.used for name in names if name in named)
        filling = once = 0
        for name, is_inherited in self.references.items():
            if name in named and is_inherited:
                filling += named[name].drawn
            elif name in named:
                once += named[name].drawn
        return min(inside * (1 + filling) + once, MAX_DRAWN + 1)


def require_bounded_drawing(content: Content, root: Part, named: dict[str, Part], rules: Rules) -> None:
    """Raise if references make the drawing too large, or if a part refers to itself."""
    stack, matches = [root], 0
    while stack:
        part = stack[-1]
        if part.drawn > 0:
            stack.pop()
        elif part.drawn < 0:
            part.drawn = part.count(named)
        else:
            part.drawn = -1
            if found := rules.matching(part.kind, part.identity, part.classes):
                matches += len(found)
                part.add(found)
            if matches > MAX_MATCHES:
                raise content.rejection(ContentFault.TOO_COMPLEX, "too many references")
            parts = part.drawn_parts(named)
            if any(inner.drawn < 0 for inner in parts):
                raise content.rejection(ContentFault.TOO_COMPLEX, "a part that refers to itself")
            stack.extend(inner for inner in parts if not inner.drawn)
    if root.drawn > MAX_DRAWN:
        raise content.rejection(ContentFault.TOO_COMPLEX, "parts that repeat each other too often")
