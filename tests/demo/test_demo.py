"""What the demo data promises: it is loaded once and whole, is always the same, and shows everything there is."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, get_args
from uuid import UUID

import pytest
from msgspec import Struct
from sqlalchemy import select

from db.database import Database
from db.models import Base
from db.rows import AccountRow, StageRow
from db.statements.accounts import OLDEST_ENABLED_ACCOUNTS
from db.statements.schemes import STAGES_BY_SCHEME
from domain.catalog import NAME_LENGTH, GeographyLevel, VendorKind, code_problems
from domain.events import SCHEME_ACTIVITIES
from domain.lifecycle import stages_at
from domain.permissions import Role
from domain.rules.model import AllOf, AnyOf, Clause, Limits, Not, Reward
from domain.rules.traversal import walk
from domain.schemes.inputs import text_problems
from domain.stages import SchemeStatus, StageKind, WizardStepKind, WizardStepState
from graphql_api.demo import load_demo
from graphql_api.demo.catalog import PRODUCTS, VENDORS
from graphql_api.demo.load import SCHEMES
from graphql_api.demo.people import ACCOUNTS, CAUGHT_UP
from graphql_api.demo.rules import RULES
from resolvers.schemes.definitions import Definition, load_definitions
from resolvers.schemes.review import warnings_of
from tests.conftest import KEPT

# Five minutes after midnight: whatever happened "today" would lie in the future.
NOW: Final = datetime(2026, 3, 10, 0, 5, tzinfo=UTC)
MOMENTS: Final = (NOW, NOW + timedelta(days=30), NOW + timedelta(days=500))

# Coupons, vendors and settlement are not there yet; no scheme can reach these.
UNREACHABLE: Final = {
    SchemeStatus.COUPONS_GENERATED,
    SchemeStatus.VENDOR_NOT_ASSIGNED,
    SchemeStatus.PARTLY_ALLOCATED,
    SchemeStatus.FULLY_ALLOCATED,
    SchemeStatus.ARTWORK_APPROVAL_PENDING,
    SchemeStatus.ARTWORK_REVISION_REQUESTED,
    SchemeStatus.ARTWORK_APPROVED,
    SchemeStatus.PRODUCTION_NOT_STARTED,
    SchemeStatus.IN_PRODUCTION,
    SchemeStatus.IN_TRANSIT,
    SchemeStatus.DELIVERED,
    SchemeStatus.SETTLED,
}

Tables = dict[str, list[dict[str, Any]]]
_FILLED: Final = [table for table in Base.metadata.sorted_tables if table.name not in KEPT]


class Demo(Struct, frozen=True):
    """Everything that was loaded, read once and kept: loading takes seconds."""

    tables: Tables
    definitions: list[Definition]
    stages: dict[datetime, list[StageRow]]
    first_accounts: dict[str, AccountRow]


_kept: list[Demo] = []


@pytest.fixture
async def demo(database: Database) -> Demo:
    if not _kept:
        assert await load_demo(database, NOW)
        _kept.append(await _read(database))
    return _kept[0]


async def test_interrupted_loading_stores_nothing_and_the_next_one_stores_the_same(
    demo: Demo, database: Database
) -> None:
    await _emptied(database)
    interrupted = asyncio.create_task(load_demo(database, NOW))
    await asyncio.sleep(0.3)
    interrupted.cancel()
    with pytest.raises(asyncio.CancelledError):
        await interrupted
    assert not any((await _tables(database)).values())

    first = asyncio.create_task(load_demo(database, NOW))
    await asyncio.sleep(0.3)
    at_the_same_time = load_demo(database, NOW + timedelta(seconds=1))
    assert tuple(await asyncio.gather(first, at_the_same_time)) == (True, False)
    loaded = await _tables(database)
    assert loaded == demo.tables

    assert not await load_demo(database, NOW + timedelta(days=1))
    assert await _tables(database) == loaded


def test_all_times_have_passed_and_spread_over_months(demo: Demo) -> None:
    stored = [
        value
        for name, rows in demo.tables.items()
        if name != "scheme_stage"
        for row in rows
        for value in row.values()
        if isinstance(value, datetime)
    ]
    current = [stage.since for stage in demo.stages[NOW] if stage.since]
    assert max(stored + current) <= NOW
    created = [row["created_at"] for row in demo.tables["scheme"]]
    assert len({(at.year, at.month) for at in created}) >= 6
    assert all(row["created_at"] <= row["updated_at"] for row in demo.tables["scheme"])


def test_codes_and_ids_are_in_the_order_of_creation(demo: Demo) -> None:
    schemes = sorted(demo.tables["scheme"], key=lambda row: row["created_at"])
    assert [row["code"] for row in schemes] == sorted(row["code"] for row in schemes)
    assert [row["id"] for row in schemes] == sorted(row["id"] for row in schemes)
    assert all(re.fullmatch(r"SCH-202[56]-\d{6}", row["code"]) for row in schemes)
    for row in schemes:
        assert row["id"].version == 7
        assert row["id"].int >> 80 == int(row["created_at"].timestamp() * 1000)


def test_catalog_is_large_enough_and_would_pass_the_mutations(demo: Demo) -> None:
    tables = demo.tables
    assert len(tables["product"]) >= 12
    assert len({row["category"] for row in tables["product"]}) >= 4
    assert len(tables["variant"]) >= 60
    levels = Counter(row["level"] for row in tables["geography"])
    assert levels[GeographyLevel.COUNTRY] in {1, 2}
    assert levels[GeographyLevel.REGION] >= 8
    assert levels[GeographyLevel.CITY] >= 50
    ranked = sorted((row["rank"], row["name"]) for row in tables["tier"])
    assert ranked == [(1, "Bronze"), (2, "Silver"), (3, "Gold"), (4, "Platinum")]
    assert len(tables["vendor"]) >= 12
    assert {row["kind"] for row in tables["vendor"]} == set(VendorKind)
    assert all(row["city"] for row in tables["vendor"])
    for row in (row for name in ("variant", "geography", "tier", "vendor") for row in tables[name]):
        assert not list(code_problems(row.get("code") or row["sku"], (), "The code"))
        assert not list(text_problems(row["name"], (), "The name", NAME_LENGTH))
    assert len(PRODUCTS) == len(tables["product"])
    assert len(VENDORS) == len(tables["vendor"])


def test_oldest_account_of_each_role_has_that_role_alone(demo: Demo) -> None:
    assert set(demo.first_accounts) == set(Role)
    assert all(account.roles == [role] for role, account in demo.first_accounts.items())
    assert demo.first_accounts[Role.VENDOR].vendor_id is not None
    held: dict[UUID, set[str]] = {}
    for row in demo.tables["account_role"]:
        held.setdefault(row["account_id"], set()).add(row["role"])
    assert {Role.PROGRAM_MANAGER, Role.APPROVER} in held.values()
    assert list(held.values()).count({Role.PROGRAM_MANAGER}) >= 2
    assert all(row["email"].endswith("@example.com") for row in demo.tables["account"])


def test_there_is_a_scheme_at_every_status_and_every_open_step(demo: Demo) -> None:
    assert len(demo.definitions) == len(SCHEMES) >= 40
    current = [stage for stage in demo.stages[NOW] if stage.is_current]
    assert len(current) == len(SCHEMES)
    assert {stage.status for stage in demo.stages[NOW]} - {None} == set(SchemeStatus) - UNREACHABLE
    assert {stage.open_step for stage in current} - {None} == set(WizardStepKind)
    sale_only = {
        definition.scheme.id for definition in demo.definitions if definition.scheme.earning_channels == ["SALE"]
    }
    running = {stage.status for stage in current if stage.kind == StageKind.RUNNING and stage.scheme_id in sale_only}
    assert running == {SchemeStatus.NOT_STARTED, SchemeStatus.ENROLLMENT_OPEN, SchemeStatus.RUNNING}
    assert any(stage.kind == StageKind.SETTLEMENT and stage.scheme_id in sale_only for stage in current)


def test_each_step_but_the_basics_is_incomplete_somewhere(demo: Demo) -> None:
    incomplete = {
        WizardStepKind(row["section"])
        for row in demo.tables["scheme_section"]
        if row["state"] == WizardStepState.INCOMPLETE
    }
    assert incomplete == set(WizardStepKind) - {WizardStepKind.BASICS}
    problems = [problem.message for found in demo.definitions for step in found.steps for problem in step.problems]
    assert any("mentions AMB-5W30-3L5, which is not in the scheme" in message for message in problems)


def test_some_reviews_have_warnings_and_some_were_acknowledged(demo: Demo) -> None:
    drafts = [found for found in demo.definitions if found.submission is None]
    warned = {warning.code for found in drafts for warning in warnings_of(found)}
    assert warned >= {"BUDGET_EXCEEDED", "ENROLLMENT_CLOSED"}
    assert sum(bool(row["acknowledged_warnings"]) for row in demo.tables["scheme_submission"]) >= 2


def test_rules_use_every_clause_reward_and_limit(demo: Demo) -> None:
    rules = [rule for found in demo.definitions for rule in found.content.rules]
    nodes = [node for rule in rules for node in walk(rule.condition)]
    assert {type(node.condition) for node in nodes} == {AllOf, AnyOf, Not, *get_args(Clause)}
    assert {type(rule.reward) for rule in rules} == set(get_args(Reward))
    assert max(node.depth for node in nodes) >= 4
    for name in Limits.__struct_fields__:
        assert any(getattr(rule.limits, name) is not None for rule in rules)
    groups = [Counter(rule.exclusive_group for rule in found.content.rules) for found in demo.definitions]
    assert any(times > 1 for group in groups for name, times in group.items() if name)
    assert {rule.name for rule in rules} == {plan.name for plan in RULES.values()}


def test_everything_that_happened_is_activity_and_told_to_others(demo: Demo) -> None:
    activity = {row["id"]: row for row in demo.tables["scheme_activity"]}
    assert len(activity) == sum(len(plan.turns) for plan in SCHEMES)
    kinds = {row["kind"] for row in activity.values()}
    assert SCHEME_ACTIVITIES - kinds >= {"SCHEME_PARTICIPANT_REMOVED"}
    assert all(row["message"].endswith((".", "?", "!")) for row in activity.values())
    told = demo.tables["notification"]
    assert len({(row["account_id"], row["activity_id"]) for row in told}) == len(told) >= 100
    assert not any(row["account_id"] == row["actor_id"] for row in told)
    assert all(row["created_at"] == activity[row["activity_id"]]["at"] for row in told)
    together = Counter(row["scheme_id"] for row in demo.tables["scheme_participant"])
    assert len(together) == len(SCHEMES)
    assert sum(number > 1 for number in together.values()) == sum(plan.colleague is not None for plan in SCHEMES) >= 3
    events = Counter(row["kind"] for row in demo.tables["event"])
    assert events["NOTIFICATION_ADDED"] == len(told)
    assert events["ACCOUNT_SAVED"] == len(ACCOUNTS)
    assert sum(events[kind] for kind in SCHEME_ACTIVITIES) == len(activity)


def test_everybody_has_read_what_is_old_and_has_something_left(demo: Demo) -> None:
    reading = {row["account_id"] for row in demo.tables["notification"]}
    assert len(reading) == len(CAUGHT_UP)
    for account_id in reading:
        told = [row for row in demo.tables["notification"] if row["account_id"] == account_id]
        unread = [row["created_at"] for row in told if row["read_at"] is None]
        read = [row for row in told if row["read_at"] is not None]
        assert 1 <= len(unread) <= 15
        assert max(row["created_at"] for row in read) < min(unread)
        assert len({row["read_at"] for row in read}) == 1
        assert all(row["created_at"] <= row["read_at"] for row in read)


def test_stored_stages_are_the_derived_ones(demo: Demo) -> None:
    for at, stored in demo.stages.items():
        derived = [row for found in demo.definitions for row in _derived(found, at)]
        assert sorted(stored, key=_place) == sorted(derived, key=_place)
    for found in demo.definitions:
        assert found.scheme.content_hash == found.content_hash
        assert all(found.sections[step.kind].state == step.state for step in found.steps)


def _derived(found: Definition, at: datetime) -> Iterator[StageRow]:
    for stage in stages_at(found.facts, at):
        details = (stage.done, stage.total, stage.open_step, stage.waiting_on, stage.due_on)
        row = StageRow(
            found.scheme.id,
            stage.kind,
            stage.kind.position,
            stage.state,
            stage.status,
            stage.since,
            *details,
            list(stage.blocked_by),
            stage.current,
        )
        yield row


def _place(row: StageRow) -> tuple[UUID, int]:
    return row.scheme_id, row.position


async def _read(database: Database) -> Demo:
    tables = await _tables(database)
    ids = [row["id"] for row in tables["scheme"]]
    reading = database.reading()
    try:
        definitions = [found for found in await load_definitions(reading, ids, NOW) if found]
        stages = {at: await reading.fetch(STAGES_BY_SCHEME, ids=ids, now=at) for at in MOMENTS}
        first_accounts = dict(await reading.fetch(OLDEST_ENABLED_ACCOUNTS))
    finally:
        await reading.close()
    return Demo(tables, definitions, stages, first_accounts)


async def _tables(database: Database) -> Tables:
    """Every row of every table, in an order that does not depend on how they were stored.

    Left out is what PostgreSQL numbers by itself: the places of events.
    """
    found: Tables = {}
    async with database.engine.connect() as connection:
        for table in _FILLED:
            columns = [column for column in table.columns if table.name != "event" or column.name not in {"xid", "id"}]
            rows = await connection.execute(select(*columns))
            found[table.name] = sorted((dict(row) for row in rows.mappings()), key=repr)
    return found


async def _emptied(database: Database) -> None:
    async with database.engine.begin() as connection:
        for table in reversed(_FILLED):
            await connection.execute(table.delete())
