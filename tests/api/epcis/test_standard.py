"""What this server answers, and what it takes, by the standard: GS1's JSON Schema, and the hashes of events."""

from typing import Any

import pytest
from epcis_event_hash_generator.hash_generator import epcis_hashes_from_events  # type: ignore[import-untyped]
from epcis_event_hash_generator.json_to_py import event_list_from_epcis_document_json  # type: ignore[import-untyped]

from domain.consignments.facts import TRANSITIONS
from domain.epcis.events import EventWriter
from domain.epcis.facts import Occurrence
from domain.epcis.identifiers import EpcFormat, Identifiers
from domain.epcis.vocabulary import CONTEXT
from domain.permissions import Role
from domain.spans import Span, Spans
from graphql_api.context import Environment
from tests.domain.epcis.test_events import facts
from tests.support.client import Clients
from tests.support.epcis import ask, document, event, events_of, gcn_of, send, set_prefix, vendor_with_key
from tests.support.epcis_schema import violations
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.world import BEGINNING

pytestmark = [
    pytest.mark.long,
    # The reference implementation reads its copy of GS1's context in a way that Python deprecates.
    pytest.mark.filterwarnings("ignore:open_text is deprecated:DeprecationWarning"),
]


def hash_of(found: dict[str, Any]) -> str:
    """The hash of an event, by the reference implementation of GS1."""
    (only,) = epcis_hashes_from_events(event_list_from_epcis_document_json(document(found)))
    return str(only)


@pytest.mark.parametrize("prefix", [None, "0614141"])
@pytest.mark.parametrize("form", EpcFormat)
def test_every_kind_of_event_is_valid(prefix: str | None, form: EpcFormat) -> None:
    """R14: also with so many coupons that it does not list them."""
    writer = EventWriter(Identifiers("urn:tessera", prefix), form)
    at = Occurrence(BEGINNING, "+05:30", BEGINNING)
    movements = [*((kind, condition) for kind, _, condition in TRANSITIONS), ("PACKED", "GOOD"), ("UNPACKED", "GOOD")]
    events = [
        writer.write(facts(kind, condition, Spans((Span(0, last),)), at))
        for kind, condition in movements
        for last in (3, 5000)
    ]
    body = {"queryResults": {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": events}}}
    found = {"@context": list(CONTEXT), "type": "EPCISQueryDocument", "schemaVersion": "2.0", "epcisBody": body}
    assert violations({**found, "creationDate": "2026-03-10T09:00:00Z"}) == []
    assert violations({**found, "epcisBody": {}}) != []


async def test_answers_are_valid_and_hashes_stay(
    consignments: ConsignmentFactory, clients: Clients, environment: Environment
) -> None:
    """R14: a captured event that is queried has the hash that it had, in both formats of EPCs."""
    await set_prefix(environment.database)
    await consignments.created()
    gcn = await gcn_of(environment.database)
    printer = await vendor_with_key(clients, environment.database, "PRN-1")
    urn = f"urn:epc:id:sgcn:0614141.{gcn[-6:-1]}."
    sent = [
        event("commissioning", [], epcList=[f"{urn}{serial}" for serial in range(5)], disposition="active"),
        event(
            "shipping",
            [],
            epcList=[f"{gcn}{serial}" for serial in range(3)],
            bizTransactionList=[{"type": "desadv", "bizTransaction": "urn:epcglobal:cbv:bt:0614141111114:A-77"}],
            sourceList=[{"type": "possessing_party", "source": "https://id.gs1.org/417/0614141000005"}],
        ),
    ]
    for each in sent:
        assert violations(each) == []
        assert violations(document(each)) == []
        response = await send(printer, each)
        assert response.status_code == 201, response.text
    for form in EpcFormat:
        answered = await ask(clients[Role.OPERATIONS], {"GS1-EPC-Format": form.value})
        assert violations(answered.json()) == []
        assert [hash_of(each) for each in events_of(answered)] == [hash_of(each) for each in sent]
    changed = {**sent[0], "eventTimeZoneOffset": "+05:00"}
    assert hash_of(changed) != hash_of(sent[0])
