"""PDF documents: what passes, and what makes one active."""

import itertools
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pikepdf import Array, Dictionary, Encryption, Name, ObjectStreamMode, Pdf

from domain.files.content_failures import ContentFault
from domain.files.content_types import ContentType, Inspection
from tests.support.contents import digest, inspect, pdf, png, reject, written_pdf

GOOD = pdf(pages=3)
WRITTEN = written_pdf()
UPDATE = (
    b"4 0 obj\n<<>>\nendobj\nxref\n4 1\n%010d 00000 n \ntrailer\n<</Size 5/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF"
)


def updated() -> bytes:
    """Append an update, as programs that sign or annotate do."""
    start = len(WRITTEN)
    return WRITTEN + UPDATE % (start, WRITTEN.rindex(b"xref\n0"), start + len(b"4 0 obj\n<<>>\nendobj\n"))


def with_catalog(**entries: Any) -> Callable[[Pdf], None]:
    return lambda document: document.Root.update(Dictionary(**entries))


def with_beginning(*actions: Dictionary | Array) -> Callable[[Pdf], None]:
    """Make each action the next one of the action before it."""
    for action, following in itertools.pairwise(actions):
        action.Next = following
    return with_catalog(OpenAction=actions[0])


def begin_in_objects(document: Pdf) -> None:
    """Begin with an action whose next ones are a list, and all of them objects of their own."""
    last = document.make_indirect(Dictionary(S=Name.URI, URI="https://example.com/"))
    following = document.make_indirect(Array([document.make_indirect(Dictionary(S=Name.GoTo)), last]))
    document.Root.OpenAction = document.make_indirect(Dictionary(S=Name.GoTo, Next=following))


def begin_in_a_circle(document: Pdf) -> None:
    """Begin with an action that is its own next one."""
    action = document.make_indirect(Dictionary(S=Name.GoTo))
    action.Next = action
    document.Root.OpenAction = action


def with_link(**action: Any) -> Callable[[Pdf], None]:
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=Dictionary(**action))
    return lambda document: document.pages[0].obj.update(Dictionary(Annots=Array([link])))


@pytest.mark.parametrize(
    ("data", "pages"),
    [
        (GOOD, 3),
        (WRITTEN, 1),
        (updated(), 1),
        (pdf(object_stream_mode=ObjectStreamMode.generate), 1),
        (pdf(linearize=True), 1),
        (pdf() + b"\r\n\0", 1),
        (pdf(with_catalog(OpenAction=Array([0, Name.Fit]))), 1),
        (pdf(with_catalog(OpenAction=Dictionary(S=Name.GoTo, D=Array([0, Name.Fit])))), 1),
        (pdf(with_beginning(Dictionary(S=Name.GoTo), Dictionary(S=Name.GoTo))), 1),
        (pdf(with_link(S=Name.URI, URI="https://example.com/")), 1),
        (pdf(with_link(S=Name.URI, URI="MAILTO:a@example.com")), 1),
        (pdf(with_link(S=Name.Named, N=Name.NextPage)), 1),
        (pdf(with_catalog(URI=Dictionary(Base="https://example.com/"))), 1),
        (written_pdf(b"<</Type/Annot/F 4/Next 1 0 R>>"), 1),
        (written_pdf(b"(a text about /JS and /AA)"), 1),
        (written_pdf(b"<</Title (/OpenAction)>>"), 1),
    ],
    ids=digest,
)
def test_documents_pass(tmp_path: Path, data: bytes, pages: int) -> None:
    assert inspect(tmp_path, data, ContentType.PDF) == Inspection(ContentType.PDF, pages=pages)


WEB = Dictionary(S=Name.URI, URI="https://example.com/")
PRINT = Dictionary(S=Name.Named, N=Name.Print)
SHARE = r"\\server\share\x"
ACTIVE = [
    (with_catalog(OpenAction=Dictionary(S=Name.JavaScript, JS="x()")), ContentFault.SCRIPT),
    (with_catalog(Names=Dictionary(JavaScript=Dictionary(Names=Array()))), ContentFault.SCRIPT),
    (with_link(S=Name.JavaScript, JS="x()"), ContentFault.SCRIPT),
    (with_link(S=Name.GoTo, D=Array([0, Name.Fit]), Next=Dictionary(S=Name.JavaScript)), ContentFault.SCRIPT),
    (with_link(S=Name.Rendition, JS="x()"), ContentFault.SCRIPT),
    (with_link(S=Name.Launch, F="x.exe"), ContentFault.ACTION),
    (with_link(S=Name.SubmitForm, F="https://example.com/"), ContentFault.ACTION),
    (with_link(S=Name.ImportData, F="x.fdf"), ContentFault.ACTION),
    (with_link(S=Name.GoToR, F="x.pdf"), ContentFault.ACTION),
    (with_link(S=Name.GoToE, F="x.pdf"), ContentFault.ACTION),
    (with_link(S=Name.Thread, F="x.pdf"), ContentFault.ACTION),
    (with_link(S=Name.URI, URI="javascript:x()"), ContentFault.LINK),
    (with_link(S=Name.URI, URI="file:///etc/hostname"), ContentFault.LINK),
    (with_link(S=Name.URI, URI="page.html"), ContentFault.LINK),
    (with_link(S=Name.URI, URI=Name.x), ContentFault.LINK),
    (with_catalog(URI=Dictionary(Base="file:///")), ContentFault.LINK),
    (with_catalog(OpenAction=Dictionary(S=Name.URI, URI="https://example.com/")), ContentFault.AUTOMATIC_ACTION),
    (with_catalog(OpenAction=Dictionary(S=Name.Named, N=Name.Print)), ContentFault.AUTOMATIC_ACTION),
    (with_beginning(Dictionary(S=Name.GoTo), WEB), ContentFault.AUTOMATIC_ACTION),
    (with_beginning(Dictionary(S=Name.GoTo), Dictionary(S=Name.GoTo), PRINT), ContentFault.AUTOMATIC_ACTION),
    (with_beginning(Dictionary(S=Name.GoTo), Array([Dictionary(S=Name.GoTo), PRINT])), ContentFault.AUTOMATIC_ACTION),
    (with_beginning(*(Dictionary(S=Name.GoTo) for _ in range(101))), ContentFault.AUTOMATIC_ACTION),
    (begin_in_objects, ContentFault.AUTOMATIC_ACTION),
    (begin_in_a_circle, ContentFault.AUTOMATIC_ACTION),
    (with_link(S=Name.Named, N=Name.Print), ContentFault.ACTION),
    (with_link(S=Name.GoTo, D=Array([0, Name.Fit]), Next=PRINT), ContentFault.ACTION),
    (with_link(S=Name.GoTo, D=Array([0, Name.Fit]), Next=Array([Dictionary(S=Name.GoTo), PRINT])), ContentFault.ACTION),
    (with_link(S=Name.Named), ContentFault.ACTION),
    (with_catalog(AF=Array([Dictionary(Type=Name.Filespec, F=SHARE)])), ContentFault.EXTERNAL_REFERENCE),
    (with_catalog(AF=Array([Dictionary(Type=Name.Filespec)])), ContentFault.EXTERNAL_REFERENCE),
    (with_catalog(AF=Array([Dictionary(F=SHARE)])), ContentFault.EXTERNAL_REFERENCE),
    (with_catalog(AF=Array([Dictionary(UF=SHARE)])), ContentFault.EXTERNAL_REFERENCE),
    (with_link(S=Name.GoTo, F=SHARE), ContentFault.EXTERNAL_REFERENCE),
    (with_link(S=Name.GoTo, F=Dictionary(F=SHARE)), ContentFault.EXTERNAL_REFERENCE),
    (with_catalog(AA=Dictionary()), ContentFault.AUTOMATIC_ACTION),
    (with_catalog(Names=Dictionary(EmbeddedFiles=Dictionary())), ContentFault.EMBEDDED_FILE),
    (with_catalog(AF=Array([Dictionary(Type=Name.Filespec, EF=Dictionary())])), ContentFault.EMBEDDED_FILE),
    (with_catalog(Collection=Dictionary()), ContentFault.EMBEDDED_FILE),
    (with_link(Subtype=Name.FileAttachment), ContentFault.EMBEDDED_FILE),
    (with_link(Subtype=Name.RichMedia), ContentFault.MULTIMEDIA),
    (with_link(Subtype=Name.Screen), ContentFault.MULTIMEDIA),
    (with_link(Subtype=Name("/3D")), ContentFault.MULTIMEDIA),
    (with_catalog(AcroForm=Dictionary(XFA=Array())), ContentFault.DYNAMIC_FORM),
]


@pytest.mark.parametrize("mode", [ObjectStreamMode.disable, ObjectStreamMode.generate], ids=str)
@pytest.mark.parametrize(("edit", "fault"), ACTIVE, ids=[f"{index}-{fault}" for index, (_, fault) in enumerate(ACTIVE)])
def test_active_documents_are_rejected(
    tmp_path: Path, edit: Callable[[Pdf], None], fault: ContentFault, mode: ObjectStreamMode
) -> None:
    assert reject(tmp_path, pdf(edit, object_stream_mode=mode), ContentType.PDF).fault == fault


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"<</S/J#61vaScript>>", ContentFault.SCRIPT),
        (b"<</#4aS(x)>>", ContentFault.SCRIPT),
        (b"<</#4aS(x)>>%" + b"x" * 99, ContentFault.SCRIPT),
        (b"[[<</a[<</S/#4caunch>>]>>]]", ContentFault.ACTION),
        (b"/L#61unch", ContentFault.ACTION),
        (b"<</Subtype/Embedded#46ile/Length 1>>stream\nx\nendstream", ContentFault.EMBEDDED_FILE),
        (b"<</F(x.bin)/Length 0>>stream\n\nendstream", ContentFault.EXTERNAL_REFERENCE),
        (b"<</FFilter/x/Length 0>>stream\n\nendstream", ContentFault.EXTERNAL_REFERENCE),
        (b"<</Subtype/Form/Ref<</F(x.pdf)>>/Length 0>>stream\n\nendstream", ContentFault.EXTERNAL_REFERENCE),
        (b"<</Subtype/PS/Length 0>>stream\n\nendstream", ContentFault.UNSUPPORTED),
        (b"<</A 1", ContentFault.DAMAGED),
        (b"[" * 600, ContentFault.DAMAGED),
    ],
    ids=digest,
)
def test_objects_that_nothing_names_are_checked(tmp_path: Path, body: bytes, fault: ContentFault) -> None:
    assert reject(tmp_path, written_pdf(body), ContentType.PDF).fault == fault


def test_what_an_update_replaced_is_checked(tmp_path: Path) -> None:
    script = b"<</S/JavaScript>>"
    data = written_pdf(script)
    start = len(data)
    update = UPDATE % (start, data.rindex(b"xref\n0"), start + len(b"4 0 obj\n<<>>\nendobj\n"))
    assert reject(tmp_path, data + update, ContentType.PDF).fault == ContentFault.SCRIPT
    harmless = data.replace(script, b"<</S/JavaScripx>>")
    assert inspect(tmp_path, harmless + update, ContentType.PDF).pages == 1


@pytest.mark.parametrize("size", [60_000, 70_000])
def test_compressed_objects_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr("resolvers.files.inspection.pdf.MAX_INFLATED", 2**16)
    packed = zlib.compress(b"6 0 (%b)" % bytes(size))
    stream = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(packed), packed)
    body = written_pdf(stream)[: -len(b"\n%%EOF\n")]
    data = body[: body.rindex(b"xref\n0")]
    rows = b"\0\0\0\0\0\xff" + b"".join(
        b"\1%b\0" % (data.index(b"\n%d 0 obj" % number) + 1).to_bytes(4, "big") for number in range(1, 5)
    )
    rows += b"\1%b\0\2\0\0\0\4\0" % len(data).to_bytes(4, "big")
    table = b"5 0 obj\n<</Type/XRef/Size 7/W[1 4 1]/Root 1 0 R/Length %d>>stream\n%b\nendstream\nendobj\n" % (
        len(rows),
        rows,
    )
    whole = data + table + b"startxref\n%d\n%%%%EOF" % len(data)
    if size < 2**16:
        assert inspect(tmp_path, whole, ContentType.PDF).pages == 1
    else:
        assert reject(tmp_path, whole, ContentType.PDF).fault == ContentFault.DAMAGED


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (png(), ContentFault.WRONG_TYPE),
        (b"\n" + GOOD, ContentFault.WRONG_TYPE),
        (b"GIF89a" + GOOD, ContentFault.WRONG_TYPE),
        (GOOD.replace(b"%PDF-1.", b"%PDF-9."), ContentFault.WRONG_TYPE),
        (b"%PDF-1.7\n", ContentFault.CUT_OFF),
        (GOOD[:-8], ContentFault.CUT_OFF),
        (GOOD[: len(GOOD) // 2], ContentFault.CUT_OFF),
        (pdf(linearize=True)[:-8], ContentFault.CUT_OFF),
        (updated()[:-8], ContentFault.CUT_OFF),
        (GOOD + b"x", ContentFault.TRAILING_DATA),
        (GOOD + b" " * 1025, ContentFault.TRAILING_DATA),
        (b"%PDF-1.7\nhello\n%%EOF", ContentFault.DAMAGED),
        (GOOD.replace(b"startxref\n", b"startxref\n9"), ContentFault.DAMAGED),
        (WRITTEN.replace(b"0000000009", b"0000000019"), ContentFault.DAMAGED),
        (WRITTEN.replace(b"/Root", b"/Toor"), ContentFault.DAMAGED),
        (written_pdf(pages=b"<</Type/Pages/Kids[]/Count 0>>"), ContentFault.DAMAGED),
        (written_pdf(pages=b"<</Type/Pages/Kids[2 0 R]/Count 1>>"), ContentFault.DAMAGED),
        (WRITTEN.replace(b"/Size 4", b"/Size 300001"), ContentFault.TOO_COMPLEX),
        (written_pdf(pages=b"<</Type/Pages/Kids[3 0 R]/Count 1001>>"), ContentFault.TOO_MANY_PAGES),
    ],
    ids=digest,
)
def test_other_files_are_rejected(tmp_path: Path, data: bytes, fault: ContentFault) -> None:
    assert reject(tmp_path, data, ContentType.PDF).fault == fault


@pytest.mark.parametrize("password", ["b", ""])
def test_encrypted_files_are_rejected(tmp_path: Path, password: str) -> None:
    encrypted = pdf(encryption=Encryption(owner="a", user=password))
    assert reject(tmp_path, encrypted, ContentType.PDF).fault == ContentFault.ENCRYPTED


def test_pages_are_counted_whatever_the_file_states(tmp_path: Path) -> None:
    data = written_pdf(pages=b"<</Type/Pages/Count 7/Kids[%b]>>" % (b"3 0 R " * 1001))
    assert reject(tmp_path, data, ContentType.PDF).message == (
        "“label.pdf” has more than 1,000 pages. Split it and upload the part that you need."
    )
