"""Bulk loading stores the same rows as the mutations: both load the same people and are compared."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import pytest
from msgspec.structs import asdict

from db.database import Database
from domain.enrollments.facts import EnrollmentStatus
from domain.notifications.stored_facts import NOTIFICATION_DECODER
from domain.stored_facts import StoredFact
from graphql_api.demo import load, load_demo, timeline
from graphql_api.demo.clock import RECENT_DAYS
from graphql_api.demo.ecps.ecp_plan import FIRST_DAY, EcpPlan, plan_ecps
from graphql_api.demo.enrollments import enrollment_plan
from graphql_api.demo.enrollments.enrollment_plan import EnrollmentPlan, plan_enrollments
from graphql_api.demo.schemes.all_schemes import SCHEMES as ALL_SCHEMES
from tests.graphql_api.demo.conftest import Tables, read_tables
from tests.support.databases import Cleaner
from tests.support.demo_template import CALENDAR, NOW

pytestmark = pytest.mark.long

TITLES: Final = (
    "Everyday Workshop Points",
    "Everyday Optician Points",
    "Everyday Studio Points",
    "Southern Synthetic Push",
    "Contact Lens Starter Practices",
)
SCHEMES: Final = tuple(plan for plan in ALL_SCHEMES if plan.title in TITLES)
COMPARED: Final = ("account", "account_role", "ecp", "ecp_count", "enrollment", "notification", "code_counter")
_CALLED: Final = {"account": "email", "ecp": "code", "scheme": "title", "tier": "code", "geography": "code"}


async def test_rows_equal_those_of_mutations_except_ids_and_times_of_day(
    database: Database, cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned_ecps, enrollments = _sample()
    monkeypatch.setattr(load, "SCHEMES", SCHEMES)
    monkeypatch.setattr(load, "COUPONS", ())
    monkeypatch.setattr(timeline, "plan_ecps", lambda: planned_ecps)
    monkeypatch.setattr(timeline, "plan_enrollments", lambda *_: enrollments)
    monkeypatch.setattr(timeline, "plan_activities", lambda _: ())
    assert await load_demo(database, NOW)
    by_week = _comparable(await read_tables(database))

    await cleaner.empty()
    for module in (timeline, enrollment_plan):
        monkeypatch.setattr(module, "RECENT_DAYS", FIRST_DAY)
    assert await load_demo(database, NOW)
    one_by_one = _comparable(await read_tables(database))

    assert len(by_week["ecp"]) == len(planned_ecps)
    assert len(by_week["enrollment"]) == len(enrollments)
    for name in COMPARED:
        assert by_week[name] == one_by_one[name], name


def _sample() -> tuple[tuple[EcpPlan, ...], tuple[EnrollmentPlan, ...]]:
    """One enrollment and one ECP of each kind, registered on different days, which their codes show."""
    everybody = plan_ecps()
    planned = [plan for plan in plan_enrollments(everybody, SCHEMES) if not plan.is_recent]
    kinds: Mapping[Any, EnrollmentPlan] = _first_of_each(
        [plan for plan in planned if plan.ecp.person is None],
        lambda plan: (plan.status, plan.by_manager, plan.decided is None),
    )
    assert {kind for kind, *_ in kinds} == set(EnrollmentStatus)
    assert len(kinds) == 6
    old = [plan for plan in everybody if plan.registered > RECENT_DAYS and plan.erased is None]
    sorts = _first_of_each(old, lambda plan: (plan.tier, plan.verified is None, plan.suspended is None))
    travelers = [plan for plan in old if plan.place.count("-") == 1][:1]
    chosen = [everybody[0], *(plan.ecp for plan in kinds.values()), *sorts.values(), *travelers]
    planned_ecps = {plan.registered: plan for plan in reversed(chosen)}
    assert {plan.verified is None for plan in planned_ecps.values()} == {True, False}
    known = set(planned_ecps.values())
    ordered = tuple(sorted(known, key=lambda plan: -plan.registered))
    return ordered, tuple(plan for plan in planned if plan.ecp in known)


def _first_of_each(plans: Sequence[Any], kind: Callable[[Any], Any]) -> dict[Any, Any]:
    return {kind(plan): plan for plan in reversed(plans)}


def _comparable(tables: Tables) -> Tables:
    """The rows of ECPs, with names in place of ids and days in place of times."""
    names = {row["id"]: row[column] for table, column in _CALLED.items() for row in tables[table]}
    ecps = {row["account_id"] for row in tables["ecp"]}
    notifications = [
        {**row, "fact": NOTIFICATION_DECODER.decode_known(row["fact"])}
        for row in tables["notification"]
        if row["account_id"] in ecps
    ]
    # Rows with a count of zero are left out.
    counts = [row for row in tables["ecp_count"] if row["count"]]
    found = {**{name: tables[name] for name in COMPARED}, "notification": notifications, "ecp_count": counts}
    return {
        name: sorted(({key: _named(value, names) for key, value in row.items()} for row in rows), key=repr)
        for name, rows in found.items()
    }


def _named(value: Any, names: Mapping[UUID, str]) -> str | date | Any:
    if isinstance(value, StoredFact):
        return {name: _named(part, names) for name, part in {**asdict(value), "kind": type(value).__name__}.items()}
    if isinstance(value, UUID):
        return names.get(value, "an id")
    return CALENDAR.day_of(value) if isinstance(value, datetime) else value
