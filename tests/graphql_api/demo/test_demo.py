"""The demo data as a whole: loaded once and completely, and always the same."""

import asyncio
import os
import re
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from db.database import Database
from domain.catalog.facts import GeographyLevel, VendorKind
from domain.checks import NAME_LENGTH, code_problems, text_problems
from domain.events import EventKind
from domain.permissions import Role
from graphql_api.demo import load_demo
from graphql_api.demo.catalog.catalog import PRODUCTS, VENDORS
from resolvers.events.table import EVENTS
from tests.graphql_api.demo.conftest import Demo, Tables, read_tables
from tests.support.databases import Cleaner
from tests.support.demo_template import NOW, SHORT_HISTORY, load_history
from tests.support.short_demo import LITTLE, short_plans

pytestmark = pytest.mark.long


async def test_interrupted_loading_stores_nothing_and_the_next_one_stores_the_same(
    database: Database, cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With few people and schemes."""
    for module, name, value in short_plans():
        monkeypatch.setattr(module, name, value)
    await cleaner.empty()
    interrupted = asyncio.create_task(load_demo(database, NOW))
    await asyncio.sleep(0.3)
    interrupted.cancel()
    with pytest.raises(asyncio.CancelledError):
        await interrupted
    nothing = await read_tables(database)
    assert [row["time_zone"] for row in nothing.pop("program")] == ["UTC"]
    assert not any(nothing.values())

    first = asyncio.create_task(load_demo(database, NOW, history=LITTLE))
    await asyncio.sleep(0.3)
    at_the_same_time = load_demo(database, NOW + timedelta(seconds=1))
    assert tuple(await asyncio.gather(first, at_the_same_time)) == (True, False)
    await load_history(database)
    loaded = await read_tables(database)

    assert not await load_demo(database, NOW + timedelta(days=1))
    assert await read_tables(database) == loaded

    await cleaner.empty()
    assert await load_demo(database, NOW, history=LITTLE)
    await load_history(database)
    assert _comparable(await read_tables(database)) == _comparable(loaded)


@pytest.mark.skipif("TESSERA_FUZZ" not in os.environ, reason="loading everything takes half a minute: make fuzz")
async def test_everything_is_loaded_the_same_in_every_process(demo: Demo, database: Database, cleaner: Cleaner) -> None:
    await cleaner.empty()
    assert await load_demo(database, NOW, history=SHORT_HISTORY)
    await load_history(database)
    assert _comparable(await read_tables(database)) == _comparable(demo.tables)


def _comparable(tables: Tables) -> Tables:
    """The rows without what PostgreSQL draws or numbers: numbers of sales, ECPs, and schemes, and some ids.

    It draws the ids of notifications and of the lines of settlements, which reports and files of payouts name.
    """
    first = {
        "number": min(row["number"] for row in tables["sale_key"]),
        "ecp": min(row["ecp"] for row in tables["sale_key"]),
        "scheme": min((row["scheme"] for row in tables["valuation"]), default=0),
    }
    first |= dict.fromkeys(("sale", "returning_sale", "returns", "cause"), first["number"])
    first["previous_ecp"] = first["ecp"]
    found = {
        name: [{column: _from_first(column, value, first) for column, value in row.items()} for row in rows]
        for name, rows in tables.items()
    }
    for row in found["event"]:
        if row["kind"] == EventKind.NOTIFICATION_ADDED:
            row["object_id"] = None
    for row in (*found["notification"], *found["settlement_line"]):
        row["id"] = None
    for row in found["idempotency_key"]:
        if row["mutation"] == "RecordPayouts":
            row["digest"] = None
    for row in found["stored_file"]:
        if row["name"].startswith("payable-"):
            row["sha256"] = None
    for row in found["points_entry"]:
        row["settlement_line_id"] = row["settlement_line_id"] is not None
    # The slice of a pool depends on the number of the ECP. The worker of the job has a lease of its own.
    pools = Counter[tuple[int, UUID]]()
    for row in found.pop("points_pool"):
        pools[row["scheme"], row["rule_id"]] += row["rest"]
    del found["job"]
    compared = {name: sorted(rows, key=repr) for name, rows in found.items()}
    return {**compared, "points_pool": [{"rest": pools}]}


def _from_first(column: str, value: Any, first: dict[str, int]) -> Any:
    return value - first[column] if column in first and isinstance(value, int) else value


def test_every_event_names_the_subjects_of_its_kind(demo: Demo) -> None:
    """R17: also the events of leader tasks."""
    for row in demo.tables["event"]:
        assert set(row["subject_kinds"]) == EVENTS[EventKind(row["kind"])].subjects, row


def test_all_times_have_passed_and_spread_over_months(demo: Demo) -> None:
    stored = [
        value
        for name, rows in demo.tables.items()
        if name != "scheme_stage"
        for row in rows
        for column, value in row.items()
        if isinstance(value, datetime) and column not in {"effective_at", "valid_from"}
    ]
    current = [stage.since for stage in demo.stages[NOW] if stage.since]
    assert max(stored + current) <= NOW
    created = [row["created_at"] for row in demo.tables["scheme"]]
    assert len({(at.year, at.month) for at in created}) >= 6
    assert all(row["created_at"] <= row["updated_at"] for row in demo.tables["scheme"])


def test_codes_and_ids_are_in_the_order_of_creation(demo: Demo) -> None:
    schemes = sorted(demo.schemes, key=lambda row: row["created_at"])
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
    addresses = [row["email"] for name in ("account", "ecp") for row in demo.tables[name] if row["email"]]
    assert {address.partition("@")[2] for address in addresses} == {"example.com", "example.org", "example.net"}
