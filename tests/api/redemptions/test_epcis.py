"""Redemptions as events of EPCIS (R14, R22)."""

from domain.permissions import Role
from tests.support.epcis import ask, events_of, own_epc
from tests.support.epcis_schema import violations
from tests.support.redemptions import RedemptionScene


async def test_a_redemption_ends_the_life_of_a_coupon(scene: RedemptionScene) -> None:
    """A DELETE at the time of the scan, found by coupon, step, and time; it names neither a place nor the ECP."""
    await scene.redeem(3)
    scene.clock.advance(minutes=1)
    await scene.redeem(5, scannedAt="2026-05-10T08:00:00Z")
    operations = scene.clients[Role.OPERATIONS]
    first, second = events_of(await ask(operations, EQ_bizStep="decommissioning"))
    assert {name: value for name, value in second.items() if name not in {"eventID", "recordTime"}} == {
        "type": "ObjectEvent",
        "action": "DELETE",
        "bizStep": "decommissioning",
        "disposition": "inactive",
        "eventTime": "2026-05-10T08:00:00.000+00:00",
        "eventTimeZoneOffset": "+00:00",
        "epcList": [own_epc(5)],
    }
    assert first["epcList"] == [own_epc(3)]
    everything = events_of(await ask(operations))
    assert everything[-2:] == [first, second]
    assert [each["bizStep"] for each in events_of(await ask(operations, MATCH_epc=own_epc(3)))] == [
        "commissioning",
        "shipping",
        "receiving",
        "installing",
        "decommissioning",
    ]
    pages = await ask(operations, perPage="1", EQ_bizStep="decommissioning")
    assert events_of(pages) == [first]
    assert events_of(await ask(operations, GE_eventTime="2026-05-10T08:30:00Z")) == [first]
    assert events_of(await ask(operations, EQ_bizTransaction_po="urn:tessera:consignment:CON-2026-000009")) == []


async def test_vendors_see_no_redemptions(scene: RedemptionScene) -> None:
    await scene.redeem(3)
    assert events_of(await ask(scene.clients[Role.VENDOR], EQ_bizStep="decommissioning")) == []
    assert events_of(await ask(scene.clients[Role.VENDOR])) != []


async def test_the_event_is_valid(scene: RedemptionScene) -> None:
    """By GS1's JSON Schema."""
    await scene.redeem(3)
    answer = await ask(scene.clients[Role.OPERATIONS], EQ_bizStep="decommissioning")
    assert violations(answer.json()) == []
