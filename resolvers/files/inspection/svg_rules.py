"""Which parts of an SVG the rules of its style sheets draw, and on which elements."""

import re
from itertools import islice
from typing import Final
from urllib.parse import unquote

from domain.files.content_failures import ContentFault
from resolvers.files.inspection.content import Content
from resolvers.files.inspection.svg_styles import unescape

# What one attribute may refer to; programs write one reference, or two. Style sheets have one for each gradient.
MAX_REFERENCES: Final = 1_000
MAX_RULE_REFERENCES: Final = 20_000
EVERY_ELEMENT: Final = "*"

_LOCAL: Final = re.compile(r"(?i)[(](?<=url[(])\s*+(?:\"\s*+#([^\"]++)|'\s*+#([^']++)|#([^'\")\s]++))")
# These draw on a group once. What fills and strokes, or is unknown, draws on everything inside it.
_ONCE: Final = frozenset({"clip-path", "mask", "filter", "cursor"})
_PROPERTY_LENGTH: Final = 200
_TOKEN: Final = re.compile(r"/\*.*?(?:\*/|\Z)|\"[^\"\n]*\"|'[^'\n]*'", re.DOTALL)
_PARENTHESES: Final = re.compile(r"[(][^(){}\[\]]*[)]")
_RULE: Final = re.compile(r"([^{}]*+)\{([^{}]*+)\}")
_COMBINATOR: Final = re.compile(r"[\s>+~|]+")
_NAME: Final = re.compile(r"[.#]?[^.#:\s*]+")
_UNPAINTED: Final = frozenset(
    {"stop", "linearGradient", "radialGradient", "filter", "defs", "style", "title", "desc", "metadata"}
)

# The names of parts, and whether everything inside the element draws them.
References = dict[str, bool]


def part_names(reference: str) -> set[str]:
    """The ids that a reference can mean, which addresses may encode."""
    plain = re.sub(r"[\t\n\r]", "", reference).strip()
    return {reference, plain, unquote(plain)}


def find_references(content: Content, text: str, attribute: str = "", limit: int = MAX_REFERENCES) -> References:
    """Find each `url(#…)` in declarations, or in the value of one attribute."""
    found: References = {}
    for number, match in enumerate(islice(_LOCAL.finditer(text), limit + 1)):
        if number == limit:
            raise content.rejection(ContentFault.TOO_COMPLEX, "too many references")
        before = text[max(0, match.start() - _PROPERTY_LENGTH) : match.start()]
        stated = attribute or before.rpartition(";")[2].partition(":")[0].strip().lower()
        for name in part_names(match[1] or match[2] or match[3]):
            found[name] = found.get(name, False) or stated not in _ONCE
    return found


class Rules:
    """The references of all style sheets, by the class, id, or kind of the elements that can have them."""

    def __init__(self) -> None:
        self._references: dict[str, References] = {}

    def add(self, content: Content, text: str) -> None:
        """Read a style sheet. Rules that are not simple count for every element."""
        if not (references := find_references(content, unescape(text), limit=MAX_RULE_REFERENCES)):
            return
        clean = _TOKEN.sub(lambda token: " " if token[0].startswith("/*") else token[0], text)
        if not _is_simple(clean):
            self._put(EVERY_ELEMENT, references)
            return
        for selectors, body in _RULE.findall(clean):
            if found := find_references(content, unescape(body)):
                for selector in selectors.split(","):
                    self._put(_key(selector), found)
        outside = _RULE.sub(lambda rule: rule[1] + ";", clean)
        self._put(EVERY_ELEMENT, find_references(content, unescape(outside), limit=MAX_RULE_REFERENCES))

    def matching(self, kind: str, identity: str, classes: str) -> References:
        """The references of the rules that can match an element."""
        if not self._references or kind in _UNPAINTED or kind.startswith("fe"):
            return {}
        found: References = {}
        for key in {EVERY_ELEMENT, kind, f"#{identity}", *(f".{name}" for name in classes.split())}:
            _join(found, self._references.get(key, {}))
        return found

    def _put(self, key: str, references: References) -> None:
        _join(self._references.setdefault(key, {}), references)


def _join(target: References, references: References) -> None:
    for name, is_inherited in references.items():
        target[name] = target.get(name, False) or is_inherited


def _is_simple(text: str) -> bool:
    """Whether every brace begins or ends a rule: none is in a text, in parentheses, or escaped."""
    for token in _TOKEN.findall(text):
        if any(mark in token for mark in ("{", "}", "(", ")", ";", '\\"', "\\'", "\\\\")):
            return False
    rest = _PARENTHESES.sub("", _TOKEN.sub("", text))
    return not any(mark in rest for mark in ("(", ")", "[", "]", "'", '"', "\\", "/*", "&"))


def _key(selector: str) -> str:
    """The class or id that a selector requires, or the kind of element."""
    last = _COMBINATOR.split(_PARENTHESES.sub("", selector).strip())[-1].partition(":")[0]
    names = _NAME.findall(last)
    if not names or "@" in selector:
        return EVERY_ELEMENT
    return str(next((name for name in names if name[0] in ".#"), names[0]))
