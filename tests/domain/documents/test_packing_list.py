"""What packing lists and labels state (R16)."""

from uuid import UUID

from msgspec.structs import astuple

from domain.documents.facts import PrintedVersion, SentPack
from domain.documents.labels import digital_link, write_labels
from domain.documents.packing_list import WrittenRest, write_packing_list
from tests.support.packs import sscc
from tests.support.shipments import CALENDAR, DISPATCHED, LINE, labeled, sent_line, shipment, spans

OTHER = UUID(int=2)


def test_a_packing_list_states_the_shipment() -> None:
    """Times are those of the program."""
    found = write_packing_list("Amber Club", shipment(2), CALENDAR)
    assert (found.title, found.program) == ("Packing list BAT-2026-000004", "Amber Club")
    assert (found.batch, found.consignment, found.reference) == ("BAT-2026-000004", "CON-2026-000001", "AWB 12")
    assert found.dispatched == "10 March 2026 at 14:30 IST"
    assert found.sender == {"name": "First Print", "city": "Pune", "code": "PRN-1"}
    assert found.receiver == {"name": "Second Pack", "city": "", "code": "PCK-1"}
    assert (found.total, found.total_packs, found.void, found.more_packs) == ("200", "2", "", "")
    assert [astuple(line) for line in found.lines] == [("AMB-1L", "Amber 1 L", "Version 2", "2", "200", ["0–199"])]
    packs = [(pack.number, pack.sscc, pack.sku, pack.quantity, pack.serials) for pack in found.packs]
    assert packs == [("1", sscc(0), "AMB-1L", "100", ["0–99"]), ("2", sscc(1), "AMB-1L", "100", ["100–199"])]
    assert found.loose == []


def test_versions_of_the_artwork_are_counted() -> None:
    """Only on the coupons that were sent; those of which the printer stated none are counted, too."""
    sent = spans((0, 99))
    several = [PrintedVersion(1, spans((0, 29))), PrintedVersion(3, spans((30, 79)))]
    cases = {
        "": [],
        "Version 7": [PrintedVersion(6, spans((100, 199))), PrintedVersion(7, spans((0, 500)))],
        "Version 1: 30\nVersion 3: 50\nNot stated: 20": several,
    }
    for artwork, printed in cases.items():
        line = sent_line(sent, printed)
        assert write_packing_list("", shipment(1, lines=[line]), CALENDAR).lines[0].artwork == artwork


def test_coupons_in_no_pack_are_listed() -> None:
    sent = spans((0, 149), (200, 200))
    lines = [
        sent_line(sent),
        sent_line(spans((900, 900)), id=OTHER, sku="AMB-4L", name="Amber 4 L"),
    ]
    found = write_packing_list("", shipment(1, lines=lines), CALENDAR)
    assert found.loose == [WrittenRest("AMB-1L", "51", ["100–149", "200"]), WrittenRest("AMB-4L", "1", ["900"])]
    assert [line.packs for line in found.lines] == ["1", "0"]


def test_recalled_coupons_in_a_pack_were_not_sent() -> None:
    line = sent_line(spans((0, 9), (20, 199)))
    found = write_packing_list("", shipment(2, lines=[line]), CALENDAR)
    assert [pack.quantity for pack in found.packs] == ["90\n10 recalled", "100"]
    assert found.loose == []


def test_ranges_are_shortened() -> None:
    sent = spans(*((n * 10, n * 10 + 4) for n in range(2_000)))
    line = sent_line(sent)
    found = write_packing_list("", shipment(0, lines=[line], packs=[SentPack(sscc(1), LINE, sent)]), CALENDAR)
    assert found.lines[0].serials[-2:] == ["110–114", "and 1,988 more ranges"]
    assert found.packs[0].serials == ["0–4", "10–14", "20–24", "and 1,997 more ranges"]


def test_packs_beyond_the_limit_are_counted() -> None:
    """What is in no pack is not stated then, because not all packs are known."""
    found = write_packing_list("", shipment(1, pack_count=2_001), CALENDAR)
    assert (found.more_packs, found.total_packs) == ("2,000 more packs are not listed here.", "2,001")
    assert (found.loose, found.lines[0].packs) == ([], "")


def test_a_voided_dispatch_says_so() -> None:
    found = write_packing_list("", shipment(1, voided_at=DISPATCHED, void_reason="Wrong truck"), CALENDAR)
    assert found.void == "The sender voided this dispatch on 10 March 2026 at 14:30 IST. Reason: Wrong truck"


def test_a_label_states_its_pack() -> None:
    (label,) = write_labels("Amber Club", "Label", [labeled()], CALENDAR, links=True).labels
    assert (label.code, label.quantity, label.serials) == (f"(00) {sscc(1)}", "100", ["0–99"])
    assert (label.batch, label.consignment, label.packed) == ("BAT-2026-000004", "CON-2026-000001", "10 March 2026")
    assert (label.receiver["name"], label.mark) == ("Second Pack", "")
    assert digital_link(sscc(1)) == f"https://id.gs1.org/00/{sscc(1)}"


def test_marks_of_labels() -> None:
    packs = [labeled(voided=True), labeled(opened=True), labeled(batch=None, receiver=None)]
    found = write_labels("", "", packs, CALENDAR, links=False).labels
    assert [label.mark for label in found] == ["VOID", "OPENED", ""]
    assert (found[2].batch, found[2].receiver, found[2].qr) == ("", {"name": "", "city": "", "code": ""}, "")
