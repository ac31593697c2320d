"""The coupons and consignments of the demo data: over a year, at every point of their way."""

from collections import Counter
from datetime import timedelta

import pytest

from db.database import Database
from domain.consignments.facts import BatchStatus, ConsignmentStatus, DiscrepancyKind, MovementKind
from domain.permissions import Role
from tests.graphql_api.demo.conftest import Demo, SignedIn
from tests.support.custody import check_states, findings_of
from tests.support.demo_template import NOW, TODAY

_VENDORS = 12


async def test_everything_stored_follows_from_the_movements(demo_database: Database) -> None:
    """N3: `tessera custody verify` finds nothing, and states are those that custody says."""
    await check_states(demo_database)
    reading = demo_database.reading()
    try:
        assert await findings_of(reading, NOW) == []
    finally:
        await reading.close()


def test_places_hold_every_coupon_of_each_line(demo: Demo) -> None:
    held: Counter[object] = Counter()
    for row in demo.tables["custody_place"]:
        held[row["line_id"]] += row["quantity"]
    canceled = {row["id"] for row in demo.tables["consignment"] if row["canceled_at"]}
    for line in demo.tables["consignment_line"]:
        assert held[line["id"]] == (0 if line["consignment_id"] in canceled else line["quantity"])


def test_consignments_of_twelve_vendors_spread_over_a_year(demo: Demo) -> None:
    consignments = demo.tables["consignment"]
    assert len(consignments) >= 60
    assert min(row["created_at"] for row in consignments) < NOW - timedelta(days=350)
    assert len({(row["created_at"].year, row["created_at"].month) for row in consignments}) >= 8
    vendors = {row["vendor_id"] for row in demo.tables["consignment_leg"]}
    working = {row["vendor_id"] for row in demo.tables["account"] if row["vendor_id"]}
    assert vendors == working
    assert len(vendors) == _VENDORS
    chains = Counter(row["consignment_id"] for row in demo.tables["consignment_leg"])
    assert set(chains.values()) == {2, 3, 4}
    codes = [row["code"] for row in sorted(consignments, key=lambda row: row["created_at"])]
    assert codes == sorted(codes)


def test_consignments_batches_and_movements_of_every_kind(demo: Demo) -> None:
    statuses = Counter(row["status"] for row in demo.tables["consignment_state"])
    assert set(statuses) == set(ConsignmentStatus)
    batches = Counter(row["status"] for row in demo.tables["batch"])
    assert set(batches) == set(BatchStatus)
    assert batches[BatchStatus.IN_TRANSIT] >= 4
    assert {row["kind"] for row in demo.tables["movement"]} == set(MovementKind)
    discrepancies = Counter((row["kind"], row["resolved_at"] is None) for row in demo.tables["discrepancy"])
    every = {(kind, is_open) for kind in DiscrepancyKind for is_open in (True, False)}
    # What carries superseded artwork waits for Operations.
    assert set(discrepancies) == every - {(DiscrepancyKind.ARTWORK_SUPERSEDED, False)}
    delivered = {
        row["consignment_id"]
        for row in demo.tables["consignment_state"]
        if row["status"] in {ConsignmentStatus.DELIVERED, ConsignmentStatus.CANCELED}
    }
    waiting = [row for row in demo.tables["consignment"] if row["id"] not in delivered]
    assert sum(row["due_on"] is not None and row["due_on"] < TODAY for row in waiting) >= 4
    assert demo.tables["shortfall_closure"]
    runs = Counter((row["scheme_id"], row["variant_id"]) for row in demo.tables["coupon_run"])
    assert 2 in runs.values()


@pytest.mark.parametrize("role", [Role.VENDOR, Role.OPERATIONS])
async def test_queues_hold_work(signed_in: SignedIn, role: Role) -> None:
    """R13: the vendor of the printed token has work in all of its queues, and so has Operations."""
    queues = (await signed_in(role).send("{ workQueues { key count } }")).data["workQueues"]
    assert queues
    assert all(queue["count"] for queue in queues), queues


async def test_a_vendor_sees_its_own_consignments(signed_in: SignedIn, demo: Demo) -> None:
    (vendor_id,) = (row["id"] for row in demo.tables["vendor"] if row["code"] == "PRN-01")
    own = {row["consignment_id"] for row in demo.tables["consignment_leg"] if row["vendor_id"] == vendor_id}
    codes = {row["code"] for row in demo.tables["consignment"] if row["id"] in own}
    found = await signed_in(Role.VENDOR).send("{ consignments(first: 100) { nodes { code } } }")
    assert {node["code"] for node in found.data["consignments"]["nodes"]} == codes
    assert len(codes) >= 10
