"""The ECPs of the demo data: how many there are where, with which tier and status, and what they did."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.ecps.facts import ERASED_NAME, EcpStatus
from domain.ecps.inputs import details_problems
from domain.events import EventKind
from domain.permissions import Role
from domain.rules.model import ActivityClause
from domain.rules.traversal import walk_clauses
from graphql_api.demo.accounts.people import ACCOUNTS, TARA
from graphql_api.demo.ecps.activity_plan import plan_activities
from graphql_api.demo.ecps.ecp_plan import plan_ecps
from tests.graphql_api.demo.conftest import Demo
from tests.support.demo_template import CALENDAR, NOW, TODAY


def test_there_are_2000_ecps_of_every_status_and_tier(demo: Demo) -> None:
    ecps = demo.tables["ecp"]
    assert Counter(row["status"] for row in ecps) == {
        EcpStatus.ACTIVE: 1_908,
        EcpStatus.PENDING: 52,
        EcpStatus.SUSPENDED: 38,
        EcpStatus.CLOSED: 2,
    }
    tiers = {row["id"]: row["name"] for row in demo.tables["tier"]}
    assert Counter(tiers[row["tier_id"]] for row in ecps if row["status"] == EcpStatus.ACTIVE) == {
        "Bronze": 1_087,
        "Silver": 543,
        "Gold": 222,
        "Platinum": 56,
    }
    assert {row["tier_id"] for row in ecps if row["status"] == EcpStatus.PENDING} == {None}


def test_the_counts_that_reach_reads_are_those_of_the_ecps(demo: Demo) -> None:
    ecps = Counter((row["geography_id"], row["tier_id"], row["status"]) for row in demo.tables["ecp"])
    kept = {
        (row["geography_id"], row["tier_id"], row["status"]): row["count"]
        for row in demo.tables["ecp_count"]
        if row["count"]
    }
    assert kept == ecps


def test_pune_has_no_gold_ecp_and_nagpur_few_platinum_ecps(demo: Demo) -> None:
    assert _active_by_tier(demo, "IN-MH-PUN") == {"Silver": 41, "Bronze": 35}
    assert _active_by_tier(demo, "IN-MH-NAG") == {"Bronze": 14, "Silver": 14, "Gold": 5, "Platinum": 4}
    rules = {found.content.basics.title: found.content.rules for found in demo.live}["Maharashtra Excellence Circle"]
    assert [rule.name for rule in rules] == [
        "Gold and above earn a tenth more",
        "Silver and above in Mumbai and Thane",
        "Gold in Pune",
        "Platinum in Nagpur",
    ]
    # The first two overlap.
    assert _active_by_tier(demo, "IN-MH-MUM").keys() > {"Gold", "Platinum"}


def test_every_city_and_some_regions_have_ecps_in_their_region_and_country(demo: Demo) -> None:
    places = {row["id"]: row for row in demo.tables["geography"]}
    numbers = Counter(places[row["geography_id"]]["level"] for row in demo.tables["ecp"])
    assert numbers == {"CITY": 1_990, "REGION": 10}
    cities = {row["id"] for row in places.values() if row["level"] == "CITY"}
    assert {row["geography_id"] for row in demo.tables["ecp"]} >= cities
    for row in demo.tables["ecp"]:
        place = places[row["geography_id"]]
        region = place if place["level"] == "REGION" else places[place["parent_id"]]
        assert (row["region_id"], row["country_id"]) == (region["id"], region["parent_id"])


def test_every_ecp_would_pass_registration_and_has_an_account_with_that_role_alone(demo: Demo) -> None:
    plans = plan_ecps()
    assert plans == plan_ecps()
    assert not [problem for plan in plans for problem in details_problems(plan.details)]
    assert len({plan.details.display_name for plan in plans}) == len({plan.details.email for plan in plans}) == 2_000
    roles = Counter(row["account_id"] for row in demo.tables["account_role"])
    accounts = {row["id"]: row for row in demo.tables["account"]}
    for ecp in demo.tables["ecp"]:
        if ecp["status"] == EcpStatus.CLOSED:
            assert (ecp["display_name"], ecp["email"], ecp["account_id"]) == (ERASED_NAME, None, None)
            continue
        account = accounts[ecp["account_id"]]
        assert (account["display_name"], account["email"]) == (ecp["display_name"], ecp["email"])
        assert roles[account["id"]] == 1
        assert account["created_at"] <= ecp["registered_at"]


def test_codes_and_ids_are_in_the_order_of_registration(demo: Demo) -> None:
    ecps = sorted(demo.tables["ecp"], key=lambda row: row["registered_at"])
    assert [row["code"] for row in ecps] == sorted(row["code"] for row in ecps)
    assert [row["id"].int >> 80 for row in ecps] == [int(row["registered_at"].timestamp() * 1000) for row in ecps]


def test_registrations_have_waited_for_days_or_weeks_and_only_late_ones_notify(demo: Demo) -> None:
    waiting = [row for row in demo.tables["ecp"] if row["status"] == EcpStatus.PENDING]
    assert {(TODAY - CALENDAR.day_of(row["registered_at"])).days // 7 for row in waiting} == {0, 1, 2, 3, 4}
    late = [row for row in demo.tables["ecp"] if row["registered_at"] > NOW - timedelta(days=9)]
    events = Counter(row["kind"] for row in demo.tables["event"])
    assert events[EventKind.ECP_REGISTERED] == len(late) == 22
    assert events[EventKind.ACCOUNT_SAVED] == len(late) + len(ACCOUNTS) + 2
    assert events[EventKind.ECP_ERASED] == 2
    # Reviews of artwork notify vendors, too.
    assert events[EventKind.NOTIFICATION_ADDED] < 1_500
    week = [row for row in demo.tables["ecp"] if (row["verified_at"] or NOW) > NOW - timedelta(days=7)]
    verified = [row for row in demo.tables["event"] if row["kind"] == EventKind.ECP_VERIFIED]
    assert {row["id"] for row in week if row["verified_at"]} <= {row["object_id"] for row in verified}


def test_one_account_with_the_role_has_not_registered(demo: Demo) -> None:
    registered = {row["account_id"] for row in demo.tables["ecp"]}
    held: dict[UUID, set[str]] = {}
    for row in demo.tables["account_role"]:
        held.setdefault(row["account_id"], set()).add(row["role"])
    enabled = {row["id"]: row["email"] for row in demo.tables["account"] if row["disabled_at"] is None}
    without = [enabled[key] for key in enabled.keys() - registered if held.get(key) == {Role.ECP}]
    assert without == ["bina.unbegun@example.com"]
    assert demo.first_accounts[Role.ECP].email == TARA.email
    assert demo.first_accounts[Role.ECP].id in registered


def test_rules_name_the_recorded_activities_and_one_that_nobody_did(demo: Demo) -> None:
    done = Counter(row["kind"] for row in demo.tables["ecp_activity"])
    asked = {
        clause.activity
        for found in demo.definitions
        for rule in found.content.rules
        for clause in walk_clauses(rule.condition)
        if isinstance(clause, ActivityClause)
    }
    assert asked - done.keys() == {"LENS_SCANNER_CONNECTED"}
    assert done.keys() <= asked
    assert done.total() == len(plan_activities(plan_ecps())) == 1_470
    assert len({row["ecp_id"] for row in demo.tables["ecp_activity"]}) == 758


def test_the_connected_system_reported_them_over_the_last_year(demo: Demo) -> None:
    activities = demo.tables["ecp_activity"]
    registered = {row["id"]: row["registered_at"] for row in demo.tables["ecp"]}
    assert {row["recorded_by"] for row in activities} == {demo.first_accounts[Role.INTEGRATION].id}
    assert len({row["recorded_at"] for row in activities}) == 11
    ages = [(NOW - row["occurred_at"]).days for row in activities]
    assert (min(ages), max(ages)) == (1, 364)
    assert all(row["occurred_at"] < row["recorded_at"] > registered[row["ecp_id"]] for row in activities)


def _active_by_tier(demo: Demo, code: str) -> dict[str, int]:
    """How many active ECPs of each tier there are in a city."""
    (place_id,) = (row["id"] for row in demo.tables["geography"] if row["code"] == code)
    tiers: dict[UUID, Any] = {row["id"]: row["name"] for row in demo.tables["tier"]}
    here = [row for row in demo.tables["ecp"] if row["geography_id"] == place_id]
    return Counter(tiers[row["tier_id"]] for row in here if row["status"] == EcpStatus.ACTIVE)
