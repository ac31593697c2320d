"""SVG drawings whose parts repeat each other: how often is counted before anything is drawn."""

import base64
from pathlib import Path

import pytest

from domain.files.content_failures import ContentFault
from domain.files.content_types import ContentType
from resolvers.files.inspection import svg_expansion
from tests.support.contents import digest, inspect, png, reject, svg

PNG = f"data:image/png;base64,{base64.b64encode(png()).decode()}"
SELF = "“label.svg” contains a part that refers to itself. Simplify it and upload it again."
OFTEN = "“label.svg” contains parts that repeat each other too often. Simplify it and upload it again."


def patterns(levels: int, rects: str, *, last: str = "<rect/>") -> str:
    """Patterns of which each contains rectangles; `@` is the number of the next pattern."""
    inner = "".join(f'<pattern id="p{level}">{rects.replace("@", str(level + 1))}</pattern>' for level in range(levels))
    return f'{inner}<pattern id="p{levels}">{last}</pattern>{rects.replace("@", "0")}'


def rules(levels: int, selector: str = ".c@") -> str:
    """A rule that fills with each pattern; `@` is its number."""
    return "".join(f"{selector.replace('@', str(level))}{{fill:url(#p{level})}}" for level in range(levels + 1))


CLASSES = '<rect class="c@"/>' * 10


@pytest.mark.parametrize("selector", [".c@", "rect.c@", "g>.c@,.x", "svg .c@", ".c@:hover", "*|rect.c@", ".c@/* { */"])
def test_rules_for_classes_are_counted(tmp_path: Path, selector: str) -> None:
    few, many = (svg(f"<style>{rules(levels, selector)}</style>{patterns(levels, CLASSES)}") for levels in (3, 9))
    assert inspect(tmp_path, few, ContentType.SVG).width == 30
    assert reject(tmp_path, many, ContentType.SVG).message == OFTEN
    # A style sheet at the end counts like one at the beginning.
    late = svg(f"{patterns(9, CLASSES)}<style>{rules(9, selector)}</style>")
    assert reject(tmp_path, late, ContentType.SVG).message == OFTEN


@pytest.mark.parametrize(
    "body",
    [
        # Rules for ids and kinds of elements.
        f"<style>{rules(9, '#a@')}</style>" + patterns(9, '<g id="a@"><rect/><rect/><rect/><rect/><rect/></g>'),
        # What a group fills with is drawn on everything in it.
        patterns(9, f'<g fill="url(#p@)">{"<rect/>" * 10}</g>'),
        patterns(9, f'<g style="opacity:1;fill:url(#p@)">{"<rect/>" * 10}</g>'),
        patterns(9, f'<g style="fill:u\\72l(#p@)">{"<rect/>" * 10}</g>'),
        f"<style>{rules(9)}</style>" + patterns(9, f'<g class="x c@">{"<rect/>" * 10}</g>'),
        f'<g id="r">{"<rect/>" * 10}</g>' + patterns(9, '<use href="#r" fill="url(#p@)"/>'),
        patterns(9, '<rect fill="url(#%70@)"/>' * 10),
    ],
    ids=digest,
)
def test_other_repetitions_are_counted(tmp_path: Path, body: str) -> None:
    assert reject(tmp_path, svg(body), ContentType.SVG).message == OFTEN


LONG = "x" * 300


@pytest.mark.parametrize(
    "body",
    [
        '<g id="a"><use href="#%61"/></g>',
        '<g id="a"><use href="#&#9;a"/></g>',
        f'<g id="{LONG}"><use href="#{LONG}"/></g>',
        '<pattern id="a"><rect fill="url(#%61)"/></pattern>',
        r'<pattern id="a"><rect fill="url(#\61)"/></pattern>',
        """<pattern id="a b"><rect fill="url('#a b')"/></pattern>""",
        '<style>rect{fill:url(#a)}</style><pattern id="a"><rect/></pattern>',
        '<style>*{fill:url(#a)}</style><pattern id="a"><rect/></pattern>',
        '<style>[x="y"]{fill:url(#a)}</style><pattern id="a"><rect x="y"/></pattern>',
        '<style>.b{x:"}.c{";fill:url(#a)}</style><pattern id="a"><rect class="b"/></pattern>',
        '<style>.b{x:(}.c{);fill:url(#a)}</style><pattern id="a"><rect class="b"/></pattern>',
        '<style>.b{fill:url(#a);.c{x:y}}</style><pattern id="a"><rect class="b"/></pattern>',
        '<style>.b{@media all{fill:url(#a)}}</style><pattern id="a"><rect class="b"/></pattern>',
        '<style>.b{fill:url(#a)</style><pattern id="a"><rect class="b"/></pattern>',
        r"""<style>.x{y:"\"}.b{fill:url(#a)}.z{y:\""}</style><pattern id="a"><rect class="b"/></pattern>""",
        r'<style>.b{fill:url("#\61")}</style><pattern id="a"><rect class="b"/></pattern>',
        r'<style>.\62{fill:url(#a)}</style><pattern id="a"><rect class="b"/></pattern>',
        '<style>.x{y:"/*"}.b{fill:url(#a)}.z{y:"*/"}</style><pattern id="a"><rect class="b"/></pattern>',
    ],
    ids=digest,
)
def test_parts_that_refer_to_themselves_are_rejected(tmp_path: Path, body: str) -> None:
    assert reject(tmp_path, svg(body), ContentType.SVG).message == SELF


GRADIENT = '<linearGradient id="g"><stop offset="0"/></linearGradient>'


@pytest.mark.parametrize(
    "body",
    [
        f"<style>.a{{fill:url(#g)}}</style><g class='a'>{GRADIENT}{'<rect/>' * 1000}</g>",
        f"<style>*{{fill:url(#g)}}</style>{GRADIENT}{'<rect/>' * 1000}",
        f"<style>path{{clip-path:url(#c)}}</style><clipPath id='c'><rect/></clipPath>{'<path/>' * 1000}",
        f"<style>.a{{fill:url('{PNG}');stroke:url(#g)}}</style>{GRADIENT}<rect class='a'/>",
        f'<clipPath id="c">{"<rect/>" * 99}</clipPath>' + '<g clip-path="url(#c)">' * 50 + "<rect/>" + "</g>" * 50,
        r"""<style>.a{font:'\5B8B';fill:url(#p)}</style><pattern id="p"><rect class="b"/></pattern><rect class="a"/>""",
        f'<g fill="url(#missing)">{"<rect/>" * 1000}</g>',
    ],
    ids=digest,
)
def test_usual_drawings_pass(tmp_path: Path, body: str) -> None:
    assert inspect(tmp_path, svg(body), ContentType.SVG).width == 30


def test_references_of_style_sheets_are_bounded(tmp_path: Path) -> None:
    sheet = "".join(f".c{number}{{fill:url(#g)}}" for number in range(20_001))
    assert reject(tmp_path, svg(f"<style>{sheet}</style>"), ContentType.SVG).fault == ContentFault.TOO_COMPLEX


def test_what_rules_add_to_elements_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = f"<style>rect{{fill:url(#g)}}</style>{GRADIENT}{'<rect/>' * 20}"
    monkeypatch.setattr(svg_expansion, "MAX_MATCHES", 20)
    assert inspect(tmp_path, svg(body), ContentType.SVG).width == 30
    monkeypatch.setattr(svg_expansion, "MAX_MATCHES", 19)
    assert reject(tmp_path, svg(body), ContentType.SVG).fault == ContentFault.TOO_COMPLEX
