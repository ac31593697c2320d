"""SVG drawings: what passes, and what makes one active."""

import base64
import re
from pathlib import Path

import pytest

from domain.files.content_failures import ContentFault
from domain.files.content_types import ContentType, Inspection
from resolvers.files.inspection import svg as svg_module
from resolvers.files.inspection import svg_drawing
from tests.support.contents import digest, inspect, jpeg, png, reject, svg

PNG = f"data:image/png;base64,{base64.b64encode(png()).decode()}"
JPEG = f"data:image/jpeg;base64,{base64.b64encode(jpeg()).decode()}"
HTML = "data:text/html,<p>"
SVG = f"data:image/svg+xml;base64,{base64.b64encode(svg()).decode()}"


@pytest.mark.parametrize(
    "body",
    [
        '<style type="text/css">.a{fill:url(#g)} .b{fill:url( "#g" )}</style>',
        r"<style>.a{font-family:'\5B8B\4F53'}</style>",
        f'<image href="{PNG}"/><image xlink:href="{JPEG}" width="9"/>',
        f'<rect style="fill:url({PNG})"/>',
        f"<rect style=\"fill:url('{PNG}')\"/>",
        '<g id="x"><path d="M0 0"/></g><use xlink:href="#x"/><use href=" #x "/>',
        '<a href="#x"><text id="x">on the way to script</text></a>',
        '<rect fill="#fff"><animate attributeName="fill" values="red;blue" dur="1s"/></rect>',
        '<metadata><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" r:about=""/></metadata>',
        "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>",
        "<!-- drawn by hand -->",
        '<g aria-label="image(1)" data-name="src(2)"/>',
    ],
    ids=digest,
)
def test_drawings_pass(tmp_path: Path, body: str) -> None:
    assert inspect(tmp_path, svg(body), ContentType.SVG) == Inspection(ContentType.SVG, 30, 20)


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="1in" height="25.4mm"', (96, 96)),
        ('viewBox="0 0 400 300.4"', (400, 300)),
        ('width="100%" height="100%" viewBox="0,0,40,30"', (40, 30)),
        ('width="12pt" height="0.1px"', (16, 1)),
        ('width="9999999" height="9"', (None, 9)),
        ("", (None, None)),
        ('viewBox="0 0 ٣ 9"', (None, 9)),
    ],
)
def test_sizes_are_in_pixels(tmp_path: Path, attributes: str, size: tuple[int | None, int | None]) -> None:
    assert inspect(tmp_path, svg("", attributes), ContentType.SVG) == Inspection(
        ContentType.SVG, width=size[0], height=size[1]
    )


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + svg(),
        b'<?xml version="1.0" encoding="utf-8" standalone="no"?>\n' + svg() + b"\n",
        b"\n" + svg(),
    ],
    ids=digest,
)
def test_files_in_utf_8_pass(tmp_path: Path, data: bytes) -> None:
    assert inspect(tmp_path, data, ContentType.SVG).width == 30


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<script>alert(1)</script>", ContentFault.SCRIPT),
        ('<script href="#x"/>', ContentFault.SCRIPT),
        ("<SCRIPT/>", ContentFault.SCRIPT),
        ('<x:script xmlns:x="http://www.w3.org/2000/svg"/>', ContentFault.SCRIPT),
        ('<script xmlns="http://www.w3.org/1999/xhtml"/>', ContentFault.SCRIPT),
        ('<script xmlns=""/>', ContentFault.SCRIPT),
        ("<g><foreignObject/></g>", ContentFault.FOREIGN_OBJECT),
        ("<foreignobject/>", ContentFault.FOREIGN_OBJECT),
        ('<rect onclick="x()"/>', ContentFault.EVENT_HANDLER),
        ('<rect OnLoad="x()"/>', ContentFault.EVENT_HANDLER),
        ('<animate onbegin="x()"/>', ContentFault.EVENT_HANDLER),
        ("<iframe/>", ContentFault.UNKNOWN_ELEMENT),
        ("<audio/>", ContentFault.UNKNOWN_ELEMENT),
        ('<b xmlns="http://www.w3.org/1999/xhtml"/>', ContentFault.UNKNOWN_ELEMENT),
        ('<math xmlns="http://www.w3.org/1998/Math/MathML"/>', ContentFault.UNKNOWN_ELEMENT),
        ("<style>@imp<g/>ort 'x'</style>", ContentFault.UNKNOWN_ELEMENT),
        ('<a href="javascript:x()"/>', ContentFault.ACTIVE_LINK),
        ('<a xlink:href=" JaVa&#9;Script:x()"/>', ContentFault.ACTIVE_LINK),
        (f'<a href="{" " * 80}javascript:x()"/>', ContentFault.ACTIVE_LINK),
        (f'<a href="{HTML.replace("<p>", "p")}"/>', ContentFault.ACTIVE_LINK),
        ('<use href="data:application/xml,x#y"/>', ContentFault.ACTIVE_LINK),
        ('<a href="https://example.com/"/>', ContentFault.EXTERNAL_REFERENCE),
        ('<image href="//example.com/x.png"/>', ContentFault.EXTERNAL_REFERENCE),
        ('<image xlink:href="file:///etc/hostname"/>', ContentFault.EXTERNAL_REFERENCE),
        ('<image href="x.png"/>', ContentFault.EXTERNAL_REFERENCE),
        ('<use href="x.svg#y"/>', ContentFault.EXTERNAL_REFERENCE),
        (f'<a href="{PNG}"/>', ContentFault.EXTERNAL_REFERENCE),
        ('<g xml:base="https://example.com/"/>', ContentFault.EXTERNAL_REFERENCE),
        ('<rect fill="url(https://example.com/x.svg#y)"/>', ContentFault.EXTERNAL_REFERENCE),
        ("<rect style=\"fill:URL( 'x.svg#y' )\"/>", ContentFault.EXTERNAL_REFERENCE),
        ('<rect style="fill:url(&quot;\'#x&quot;)"/>', ContentFault.EXTERNAL_REFERENCE),
        ("<style>@import 'https://example.com/x.css';</style>", ContentFault.EXTERNAL_REFERENCE),
        (r"<style>@\69 mport 'x.css';</style>", ContentFault.EXTERNAL_REFERENCE),
        ("<style>@imp<!-- -->ort 'x.css';</style>", ContentFault.EXTERNAL_REFERENCE),
        ("<style>@imp<![CDATA[ort 'x.css';]]></style>", ContentFault.EXTERNAL_REFERENCE),
        (r"<style>a{fill:u\72l(x.svg)}</style>", ContentFault.EXTERNAL_REFERENCE),
        ("<style>a{fill:u\\72&#13;\nl(x.svg)}</style>", ContentFault.EXTERNAL_REFERENCE),
        (r"<style>a{fill:\url(x.svg)}</style>", ContentFault.EXTERNAL_REFERENCE),
        ("<style>a{fill:url(#a);b:url(x.svg)}</style>", ContentFault.EXTERNAL_REFERENCE),
        ("<style>@font-face{src:url(https://example.com/x.woff)}</style>", ContentFault.EXTERNAL_REFERENCE),
        ("<rect mask=\"image-set('x.png' 1x)\"/>", ContentFault.EXTERNAL_REFERENCE),
        ("<rect style=\"mask:-webkit-image-set('x.png' 1x)\"/>", ContentFault.EXTERNAL_REFERENCE),
        (f'<image href="{SVG}"/>', ContentFault.EMBEDDED_DATA),
        (f'<image href="{PNG.replace("png", "gif")}"/>', ContentFault.EMBEDDED_DATA),
        (f'<image href="{JPEG.replace("jpeg", "png")}"/>', ContentFault.EMBEDDED_DATA),
        ('<image href="data:image/png,x"/>', ContentFault.EMBEDDED_DATA),
        ("<style>@font-face{src:url(data:font/woff2;base64,AAAA)}</style>", ContentFault.EMBEDDED_DATA),
        (f'<image href="{PNG[:-12]}"/>', ContentFault.CUT_OFF),
        ('<set attributeName="href" to="#x"/>', ContentFault.ANIMATED_LINK),
        ('<animate attributeName=" xlink:HREF" values="#x"/>', ContentFault.ANIMATED_LINK),
        ('<set attributeName="onclick" to="x()"/>', ContentFault.ANIMATED_LINK),
        ('<animate attributeName="fill" values="url(x.svg)"/>', ContentFault.EXTERNAL_REFERENCE),
        ("<?xml-stylesheet href='x.css'?>", ContentFault.STYLE_SHEET),
        ("<?php x ?>", ContentFault.STYLE_SHEET),
        ("<g>" * 256, ContentFault.TOO_COMPLEX),
        (f'<g style="{"url(#x)" * 1001}"/>', ContentFault.TOO_COMPLEX),
        ('<g id="x"><use href="#x"/></g>', ContentFault.TOO_COMPLEX),
        ('<pattern id="x"><rect fill="url(#x)"/></pattern>', ContentFault.TOO_COMPLEX),
        ("<g>", ContentFault.DAMAGED),
        ("&nbsp;", ContentFault.DAMAGED),
    ],
    ids=digest,
)
def test_active_drawings_are_rejected(tmp_path: Path, body: str, fault: ContentFault) -> None:
    assert reject(tmp_path, svg(body), ContentType.SVG).fault == fault


def test_parts_may_not_repeat_each_other_without_bound(tmp_path: Path) -> None:
    def repeating(levels: int) -> bytes:
        uses = "".join(f'<g id="n{level}">{f"""<use href="#n{level + 1}"/>""" * 10}</g>' for level in range(levels))
        return svg(f'{uses}<g id="n{levels}"/>')

    assert inspect(tmp_path, repeating(5), ContentType.SVG).width == 30
    assert reject(tmp_path, repeating(7), ContentType.SVG).message == (
        "“label.svg” contains parts that repeat each other too often. Simplify it and upload it again."
    )


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"<!DOCTYPE svg>" + svg(), ContentFault.ENTITIES),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg("&a;"), ContentFault.ENTITIES),
        (b'<!DOCTYPE svg SYSTEM "file:///etc/hostname">' + svg(), ContentFault.ENTITIES),
        (b"plain text", ContentFault.WRONG_TYPE),
        (b"<html></html>", ContentFault.WRONG_TYPE),
        (b"<svg/>", ContentFault.WRONG_TYPE),
        (b"< ", ContentFault.WRONG_TYPE),
        (png(), ContentFault.WRONG_TYPE),
        (svg().decode().encode("utf-16"), ContentFault.WRONG_TYPE),
        (b'<?xml version="1.0" encoding="utf-7"?>' + svg(), ContentFault.UNSUPPORTED),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?>' + svg(), ContentFault.UNSUPPORTED),
        (svg()[:-1], ContentFault.CUT_OFF),
        (svg()[:-9], ContentFault.CUT_OFF),
        (svg() + svg(), ContentFault.DAMAGED),
        (svg() + b"PK", ContentFault.DAMAGED),
        (svg("\x00"), ContentFault.WRONG_TYPE),
        (svg("<!-- <html> -->"), ContentFault.SECOND_FORMAT),
        (svg() + b" " * 20 * 2**20, ContentFault.TOO_LARGE),
    ],
    ids=digest,
)
def test_other_files_are_rejected(tmp_path: Path, data: bytes, fault: ContentFault) -> None:
    assert reject(tmp_path, data, ContentType.SVG).fault == fault


ENTITY = '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + svg("<text>&x;</text>").decode()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff", "\n"])
@pytest.mark.parametrize("text", [ENTITY, svg().decode()], ids=["entity", "plain"])
def test_other_encodings_are_rejected_with_and_without_a_mark(
    tmp_path: Path, text: str, mark: str, encoding: str
) -> None:
    for declaration in ("", '<?xml version="1.0" encoding="UTF-8"?>', '<?xml version="1.0" encoding="UTF-16"?>'):
        data = (mark + declaration + text).encode(encoding)
        assert reject(tmp_path, data, ContentType.SVG).message == (
            "“label.svg” is not an SVG image in UTF-8. State the format that it has, or export it again."
        )


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("UTF-7", "+ADw-script+AD4-"),
        ("utf-16", ""),
        ("UTF-16LE", ""),
        ("UTF-32", ""),
        ("ISO-10646-UCS-2", ""),
        ("windows-1252", "é"),
        ("US-ASCII", "é"),
    ],
)
def test_declarations_of_other_encodings_are_rejected(tmp_path: Path, encoding: str, text: str) -> None:
    data = f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + svg(text)
    assert reject(tmp_path, data, ContentType.SVG).message == (
        "“label.svg” uses an encoding other than UTF-8. Export it with common settings and upload it again."
    )


def test_text_that_is_not_utf_8_is_rejected(tmp_path: Path) -> None:
    for text in (b"\xe9", b"\xc0\xbcscript\xc0\xbe", b"\xed\xa0\x80"):
        assert reject(tmp_path, svg("@").replace(b"@", text), ContentType.SVG).fault == ContentFault.DAMAGED


def test_the_parser_rejects_document_types_that_the_search_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(svg_module, "_DECLARATION", re.compile(b"(?!)"))
    assert reject(tmp_path, ENTITY.encode(), ContentType.SVG).fault == ContentFault.ENTITIES


@pytest.mark.parametrize(("limit", "body"), [("MAX_ELEMENTS", "<g/>" * 9), ("MAX_ATTRIBUTES", '<g a="" b=""/>' * 4)])
def test_elements_and_attributes_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, body: str
) -> None:
    monkeypatch.setattr(svg_drawing, limit, 10)
    assert inspect(tmp_path, svg(body), ContentType.SVG).width == 30
    monkeypatch.setattr(svg_drawing, limit, 9)
    assert reject(tmp_path, svg(body), ContentType.SVG).fault == ContentFault.TOO_COMPLEX
