"""SVG: a drawing and nothing else. It is parsed once, without entities, and never built as a tree.

Expat of the standard library is the parser. Declarations of document types are excluded before it starts, and again by
its handlers, so that it never uses an entity; it loads nothing by itself. Files in UTF-16 and UTF-32 have NUL, and are
excluded first, because expat recognizes UTF-16 whatever the encoding that it was created with.
"""

import re
from typing import Final, NoReturn
from xml.parsers import expat

from domain.files.content_failures import ContentFault, ContentRejected
from domain.files.content_types import ContentType, Inspection
from resolvers.files.inspection.content import Content
from resolvers.files.inspection.svg_drawing import Drawing
from resolvers.files.inspection.svg_vocabulary import INSTRUCTIONS

# Drawings of print shops have a few megabytes; the parser takes a second for five.
MAX_SVG_BYTES: Final = 20 * 2**20
_START: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,1024}<")
_DECLARATION: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY|ATTLIST|ELEMENT|NOTATION)", re.IGNORECASE)
_ENCODING: Final = "UTF-8"
_ASCII: Final = frozenset({"US-ASCII", "ASCII"})
_ENCODINGS: Final = _ASCII | {_ENCODING, "UTF8"}
_OTHER_THAN_ASCII: Final = re.compile(rb"[\x80-\xff]")
_CUT_OFF: Final = frozenset(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
    )
)


def inspect_svg(content: Content) -> Inspection:
    """Check that a file is a drawing without active content, and read its size."""
    if not _START.match(content.data) or content.data.find(b"\0") >= 0:
        raise content.rejection(ContentFault.WRONG_TYPE, "an SVG image in UTF-8")
    if len(content.data) > MAX_SVG_BYTES:
        raise content.rejection(ContentFault.TOO_LARGE, "20 MB")
    if _DECLARATION.search(content.data):
        raise content.rejection(ContentFault.ENTITIES)
    drawing = Drawing(content)
    parser = _parser(content, drawing)
    try:
        parser.Parse(content.data, True)  # noqa: FBT003 - the whole file is there
    except expat.ExpatError as error:
        raise _syntax_rejection(content, drawing, error) from None
    content.require_one_format(is_markup=True)
    width, height = drawing.finish()
    return Inspection(ContentType.SVG, width, height)


def _parser(content: Content, drawing: Drawing) -> expat.XMLParserType:
    parser = expat.ParserCreate(encoding=_ENCODING, namespace_separator=" ")
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartElementHandler = drawing.begin
    parser.EndElementHandler = drawing.end
    parser.CharacterDataHandler = drawing.add_text

    _add_checks(content, parser)
    return parser


def _add_checks(content: Content, parser: expat.XMLParserType) -> None:
    """Reject other encodings, instructions that load something, and everything that declares or uses an entity."""

    def check_declaration(version: str, encoding: str | None, standalone: int) -> None:
        del version, standalone
        stated = (encoding or _ENCODING).upper()
        is_wrong = stated in _ASCII and _OTHER_THAN_ASCII.search(content.data)
        if stated not in _ENCODINGS or is_wrong:
            raise content.rejection(ContentFault.UNSUPPORTED, "an encoding other than UTF-8")

    def check_instruction(target: str, text: str) -> None:
        del text
        if target not in INSTRUCTIONS:
            raise content.rejection(ContentFault.STYLE_SHEET)

    def reject_entity(*declared: object) -> NoReturn:
        del declared
        raise content.rejection(ContentFault.ENTITIES)

    parser.XmlDeclHandler = check_declaration
    parser.ProcessingInstructionHandler = check_instruction
    parser.StartDoctypeDeclHandler = reject_entity
    parser.EntityDeclHandler = reject_entity
    parser.ExternalEntityRefHandler = reject_entity


def _syntax_rejection(content: Content, drawing: Drawing, error: expat.ExpatError) -> ContentRejected:
    """Say what the parser found: no XML at all, a file without its end, or a mistake at a line."""
    if not drawing.elements:
        return content.rejection(ContentFault.WRONG_TYPE, "an SVG image in UTF-8")
    if error.code in _CUT_OFF:
        return content.rejection(ContentFault.CUT_OFF)
    return content.rejection(ContentFault.DAMAGED, f"line {error.lineno} is not valid XML")
