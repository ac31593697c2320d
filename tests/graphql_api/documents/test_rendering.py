"""Documents as PDF: what they say, what a camera reads on them, and that the same content gives the same bytes."""

import asyncio
import threading
from pathlib import Path

import pikepdf
import pytest
from structlog.testing import capture_logs

from domain.documents.facts import Party
from domain.documents.labels import LabelSheet, write_labels
from domain.requests import Overloaded
from graphql_api.documents import rendering
from graphql_api.documents.rendering import Renderer
from resolvers.documents.contents import Draft
from tests.support.packs import sscc
from tests.support.shipments import (
    CALENDAR,
    DISPATCHED,
    PACKAGER,
    codes_on,
    labeled,
    labels,
    packing_list,
    pages_of,
    sent_line,
    spans,
    texts_of,
)


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    """One for all tests: it reads the fonts once."""
    return Renderer()


def test_a_packing_list_reads_as_it_was_sent(renderer: Renderer) -> None:
    """R16: each page has a heading of its table, and says which page it is."""
    first, second = texts_of(renderer.pdf(packing_list(20)))
    assert "Packing list BAT-2026-000004 FROM First Print Pune PRN-1 TO Second Pack PCK-1" in first
    assert "CON-2026-000001 DISPATCHED 10 March 2026 at 14:30 IST REFERENCE AWB 12 PACKS 20 COUPONS 2,000" in first
    assert (
        "SKU Variant Artwork Serials Packs Coupons AMB-1L Amber 1 L Version 2 0–1999 20 2,000 Total 20 2,000" in first
    )
    assert f"No. SSCC SKU Serials Coupons 1 (00) {sscc(0)} AMB-1L 0–99 100" in first
    assert first.endswith("Amber Club Page 1 of 2")
    assert second.startswith("Packing list BAT-2026-000004 First Print to Second Pack No. SSCC SKU Serials Coupons")
    assert second.endswith("Amber Club Page 2 of 2")


def test_a_camera_reads_the_packs_of_a_list(renderer: Renderer) -> None:
    (page,) = pages_of(renderer.pdf(packing_list(6)))
    assert codes_on(page) == [("Code 128", "]C1", f"(00){sscc(n)}") for n in range(6)]


def test_a_camera_reads_a_label(renderer: Renderer) -> None:
    """R16: the SSCC as GS1-128, and its GS1 Digital Link as a QR code."""
    document = labels(labeled(), labeled(sscc=sscc(2)), labeled(sscc=sscc(3), voided=True))
    pictures = pages_of(renderer.pdf(document))
    assert [codes_on(picture) for picture in pictures] == [
        [("QR Code", "]Q1", f"https://id.gs1.org/00/{sscc(n)}"), ("Code 128", "]C1", f"(00){sscc(n)}")]
        for n in (1, 2, 3)
    ]
    # A6, at 3 dots for each point.
    assert {picture.size for picture in pictures} == {(893, 1259)}
    assert codes_on(renderer.pictures(document, 150)[1])[-1] == ("Code 128", "]C1", f"(00){sscc(2)}")
    without = pages_of(renderer.pdf(labels(labeled(), links=False)))
    assert [code[0] for code in codes_on(without[0])] == ["Code 128"]


def test_a_label_reads_as_its_pack(renderer: Renderer) -> None:
    (page,) = texts_of(renderer.pdf(labels(labeled(batch=None, receiver=None, opened=True))))
    for text in ("FROM First Print Pune PRN-1", "AMB-1L Amber 1 L", "COUPONS 100", "SERIALS 0–99"):
        assert text in page
    assert f"(00) {sscc(1)}" in page
    assert "OPENED" in page
    assert "BATCH" not in page
    assert "TO" not in page.split()


def test_a_voided_dispatch_is_marked(renderer: Renderer) -> None:
    document = packing_list(1, voided_at=DISPATCHED, void_reason="Wrong truck")
    (page,) = texts_of(renderer.pdf(document))
    assert page.count("VOID") == 2
    assert "Reason: Wrong truck" in page


def test_text_of_people_is_never_markup(renderer: Renderer) -> None:
    """What Typst would read as code, emphasis, references, or an import comes out as it is."""
    hostile = '#panic("x") *bold* _it_ $x$ @ref <l> `raw` \\ #import "@preview/a:0.1.0" // no'
    line = sent_line(spans((0, 99)), sku="#sku", name=hostile)
    document = packing_list(1, sender=Party(hostile, "#c", "*d*"), reference=hostile, lines=[line])
    page = "".join(texts_of(renderer.pdf(document))[0].split())
    assert page.count("".join(hostile.split())) == 3
    label = "".join(texts_of(renderer.pdf(labels(labeled(name=hostile))))[0].split())
    assert "".join(hostile.split()) in label


def test_names_in_any_script_are_set(renderer: Renderer) -> None:
    """No glyph is missing: PDF/A and PDF/UA reject a file with one."""
    names = [
        "मुद्रण प्रेस",
        "مطبعة القاهرة",
        "அச்சகம்",
        "ముద్రణ",
        "โรงพิมพ์",
        "រោងពុម្ព",
        "Типография",
        "Τυπογραφείο",
        "Đặng – Öz",
    ]
    with capture_logs() as logs:
        for name in names:
            pdf = renderer.pdf(packing_list(1, sender=Party(name, "V-1", name), receiver=PACKAGER))
            assert b"pdfuaid" in pdf
    assert logs == []
    # Readers get the letters back, in their order.
    (page,) = texts_of(renderer.pdf(packing_list(1, sender=Party("Типография", "V-1", None))))
    assert "FROM Типография V-1" in page


def test_a_script_without_a_font_leaves_boxes(renderer: Renderer) -> None:
    """The document is set all the same, and operators read which setting helps."""
    with capture_logs() as logs:
        (page,) = texts_of(renderer.pdf(packing_list(1, sender=Party("𓀀𓀁", "V-1", None))))
    assert "V-1" in page
    assert [log["event"] for log in logs] == ["fonts are missing: set TESSERA_FONTS"]


def test_the_same_content_gives_the_same_bytes(renderer: Renderer) -> None:
    """Also in another process, whose renderer has no memory of it; the date is that of the dispatch."""
    pdf = renderer.pdf(packing_list(3))
    assert renderer.pdf(packing_list(4)) != pdf
    assert Renderer().pdf(packing_list(3)) == renderer.pdf(packing_list(3)) == pdf


def test_documents_are_accessible(renderer: Renderer, tmp_path: Path) -> None:
    """Title, author, language, and tags, as PDF/UA-1 and PDF/A-2a demand."""
    file = tmp_path / "list.pdf"
    file.write_bytes(renderer.pdf(packing_list(1)))
    with pikepdf.open(file) as pdf:
        assert (str(pdf.Root.Lang), bool(pdf.Root.MarkInfo.Marked)) == ("en", True)
        metadata = pdf.open_metadata()
        assert metadata["dc:title"] == "Packing list BAT-2026-000004"
        assert metadata["dc:creator"] == ["Amber Club"]
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"], metadata["pdfuaid:part"]) == ("2", "A", "1")
        assert metadata["xmp:CreateDate"].startswith("2026-03-10T09:00:00")


def draft() -> Draft:
    """A short document to be written."""
    return Draft(lambda: packing_list(1).content, "list.pdf", DISPATCHED)


async def test_the_event_loop_runs_on(renderer: Renderer) -> None:
    """The labels of many packs are written and set in a thread, which lets the others run."""
    loop_thread, writers = threading.get_ident(), []

    def write() -> LabelSheet:
        writers.append(threading.get_ident())
        return write_labels("Amber Club", "Labels", [labeled()] * 100, CALENDAR, links=True)

    task, turns = asyncio.create_task(renderer.render(Draft(write, "labels.pdf", DISPATCHED))), 0
    while not task.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert (await task).startswith(b"%PDF")
    assert loop_thread not in writers
    # A thread that held the interpreter would leave one or two.
    assert turns > 20


async def test_too_many_documents_at_once_are_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that run go on, and afterwards there is room again."""
    monkeypatch.setattr(rendering, "MOST_DOCUMENTS", 2)
    renderer = Renderer()
    running = [asyncio.create_task(renderer.render(draft())) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await renderer.render(draft())
    assert all(pdf.startswith(b"%PDF") for pdf in await asyncio.gather(*running))
    assert (await renderer.render(draft())).startswith(b"%PDF")


async def test_a_document_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "RENDER_TIMEOUT_S", 0.0)
    with pytest.raises(Overloaded):
        await Renderer().render(draft())


def test_long_names_leave_the_codes_readable(renderer: Renderer) -> None:
    """On a label, text shrinks until it ends above the bars; in a list, a code without spaces breaks."""
    long = Party("Verlängerte Druckerei " * 5 + "GmbH & Co", "C" * 60, "Thiruvananthapuram " * 6)
    given = {"sender": long, "receiver": long}
    many = spans(*((4_000_000_000 + n * 100, 4_000_000_000 + n * 100 + 70) for n in range(20)))
    label = labeled(sku="S" * 60, name="Long variant name " * 6, spans=many, **given)
    # The longest that is not measured.
    short = Party("W" * 26, "PRN-1", "W" * 14)
    ends = {"sender": short, "receiver": short}
    longest = labeled(sku="W" * 12, name="W" * 40, spans=spans(*((n * 10**6, n * 10**6 + 9) for n in range(5))), **ends)
    for picture in pages_of(renderer.pdf(labels(label, longest))):
        assert [code[2] for code in codes_on(picture)] == [f"https://id.gs1.org/00/{sscc(1)}", f"(00){sscc(1)}"]
    line = sent_line(spans((0, 99)), sku="S" * 60, name="N" * 120)
    (page,) = pages_of(renderer.pdf(packing_list(1, lines=[line], reference="R" * 120, **given)), scale=1)
    margin = page.convert("L").crop((page.width - 40, 0, page.width, page.height))
    assert margin.getextrema() == (255, 255)
