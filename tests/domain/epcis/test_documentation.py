"""The examples of docs/epcis.md are what the server takes."""

import re
from pathlib import Path

from domain.epcis.documents import read_document, read_event
from domain.epcis.identifiers import Identifiers
from domain.epcis.statements import StatementKind, understand

GUIDE = Path(__file__).parents[3] / "docs" / "epcis.md"


def test_the_examples_of_the_guide_are_understood() -> None:
    """R14: one event, and one document."""
    event, document = re.findall(r"^```json\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    identifiers = Identifiers("urn:tessera")
    alone = understand(read_event(event.encode(), standalone=True), identifiers)
    assert alone.kind is StatementKind.PRODUCED
    sent = [understand(read_event(each, standalone=False), identifiers) for each in read_document(document.encode())]
    assert [each.kind for each in sent] == [StatementKind.PRODUCED, StatementKind.DISPATCHED]
