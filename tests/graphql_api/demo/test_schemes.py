"""The schemes of the demo data: every stage, rules of every kind, and activity by several people."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, get_args
from uuid import UUID

import msgspec
from msgspec.structs import replace

from db.schemes.stage_rows import StageRow
from domain.rules.model import AllOf, AnyOf, Clause, Not, Reward, RuleLimits
from domain.rules.traversal import walk_condition
from domain.schemes.events import EVENTS
from domain.schemes.lifecycle import stages_at
from domain.schemes.stages import SchemeStatus, StageKind, WizardStepKind, WizardStepState
from domain.schemes.stored_facts import StageBlock, StageRejected
from graphql_api.demo.accounts.people import TARA
from graphql_api.demo.consignments.consignment_plan import MoveKind
from graphql_api.demo.history.load import CONNECTOR
from graphql_api.demo.load import COUPONS
from graphql_api.demo.notifications.reading import LAST_READ_DAYS_AGO
from graphql_api.demo.rules.bonus_rules import RULES
from graphql_api.demo.schemes.all_schemes import SCHEMES
from resolvers.schemes.definitions import Definition
from resolvers.schemes.review import list_warnings
from tests.graphql_api.demo.conftest import Demo
from tests.support.demo_template import NOW
from tests.support.stored_facts import render_again

# What failed to be paid is in a settlement of its own, which waits for approval.
UNREACHABLE: Final = {SchemeStatus.SETTLED}


def test_there_is_a_scheme_at_every_status_and_every_open_step(demo: Demo) -> None:
    live = {found.scheme.id for found in demo.live}
    assert len(live) == len(SCHEMES) >= 40
    current = [stage for stage in demo.stages[NOW] if stage.is_current and stage.scheme_id in live]
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
    warned = {warning.code for found in drafts for warning in list_warnings(found)}
    assert warned >= {"BUDGET_EXCEEDED", "ENROLLMENT_CLOSED"}
    assert sum(bool(row["acknowledged_warnings"]) for row in demo.tables["scheme_submission"]) >= 2


def test_rules_use_every_clause_reward_and_limit(demo: Demo) -> None:
    rules = [rule for found in demo.definitions for rule in found.content.rules]
    nodes = [node for rule in rules for node in walk_condition(rule.condition)]
    assert {type(node.condition) for node in nodes} == {AllOf, AnyOf, Not, *get_args(Clause)}
    assert {type(rule.reward) for rule in rules} == set(get_args(Reward))
    assert max(node.depth for node in nodes) >= 4
    for name in RuleLimits.__struct_fields__:
        assert any(getattr(rule.limits, name) is not None for rule in rules)
    groups = [Counter(rule.exclusive_group for rule in found.content.rules) for found in demo.definitions]
    assert any(times > 1 for group in groups for name, times in group.items() if name)
    assert {rule.name for rule in rules} == {plan.name for plan in RULES.values()}


def test_every_event_is_an_activity_and_notifies_other_participants(demo: Demo) -> None:
    activity = {row["id"]: row for row in demo.tables["scheme_activity"]}
    steps = [move.kind for plan in COUPONS for consignment in plan.consignments for move in consignment.moves]
    of_coupons = sum(
        len(plan.generated) + len(plan.consignments) + (plan.shortfall_closed is not None) for plan in COUPONS
    )
    of_coupons += sum(steps.count(kind) for kind in (MoveKind.CANCEL, MoveKind.RECALL, MoveKind.POSTPONE))
    # Each version and each review of artwork is an activity, too.
    of_artwork = sum(row["kind"].startswith("ARTWORK_") for row in activity.values())
    assert len(activity) == sum(len(plan.steps) for plan in SCHEMES) + of_coupons + of_artwork
    assert of_artwork >= 100
    assert {row["kind"] for row in activity.values()} == EVENTS.keys() - {
        "SCHEME_PARTICIPANT_REMOVED",
        "SCHEME_CATALOG_CHANGED",
    }
    rows = [row for row in demo.tables["notification"] if row["activity_id"] is not None]
    assert len({(row["account_id"], row["activity_id"]) for row in rows}) == len(rows) >= 100
    assert not any(row["account_id"] == row["actor_id"] for row in rows)
    assert all(row["created_at"] == activity[row["activity_id"]]["at"] for row in rows)
    live = {row["id"] for row in demo.schemes}
    together = Counter(row["scheme_id"] for row in demo.tables["scheme_participant"] if row["scheme_id"] in live)
    assert len(together) == len(SCHEMES)
    assert sum(number > 1 for number in together.values()) == sum(plan.colleague is not None for plan in SCHEMES) >= 3
    events = Counter(row["kind"] for row in demo.tables["event"])
    assert sum(events[kind] for kind in EVENTS) == len(activity)


def test_every_account_has_read_old_notifications_and_has_unread_ones(demo: Demo) -> None:
    (tara,) = (row["id"] for row in demo.tables["account"] if row["email"] == TARA.email)
    reading = {row["account_id"] for row in demo.notifications_of({*demo.staff, tara})}
    # The connected system is notified of its imports, and reads nothing.
    (connector,) = (row["id"] for row in demo.tables["account"] if row["email"] == CONNECTOR.email)
    reading.remove(connector)
    assert len(reading) == len(LAST_READ_DAYS_AGO)
    for account_id in reading:
        rows = demo.notifications_of({account_id})
        unread = [row["created_at"] for row in rows if row["read_at"] is None]
        read = [row for row in rows if row["read_at"] is not None]
        assert 1 <= len(unread) <= 30
        assert max(row["created_at"] for row in read) < min(unread)
        assert len({row["read_at"] for row in read}) == 1
        assert all(row["created_at"] <= row["read_at"] for row in read)


def test_stored_stages_are_the_derived_ones(demo: Demo) -> None:
    for at, stored in demo.stages.items():
        names = {row["id"]: row["display_name"] for row in demo.tables["account"]}
        derived = [row for found in demo.definitions for row in _derived(demo, found, at, names)]
        assert sorted(map(_in_one_form, stored), key=_place) == sorted(derived, key=_place)
    for found in demo.definitions:
        assert found.scheme.content_hash == found.content_hash
        assert all(found.sections[step.kind].state == step.state for step in found.steps)


def test_a_rejected_scheme_says_who_rejected_it_and_why(demo: Demo) -> None:
    rejected = [row for rows in demo.stages.values() for row in rows if row.kind == StageKind.APPROVAL]
    blocked = [row.blocked_by for row in rejected if row.blocked_by]
    assert blocked
    assert all(sentence.startswith("Rejected by ") for sentences in blocked for sentence in sentences)


def test_every_stored_fact_can_be_read(demo: Demo) -> None:
    """N1: each one gives a sentence again, and the reach of each submission too."""
    for table in ("notification", "scheme_activity"):
        rows = [row for row in demo.tables[table] if row["fact"] is not None]
        sentences = [render_again(table, row["fact"], row.get("changes")) for row in rows]
        assert len(sentences) >= 50
        assert all(sentence.endswith((".", "?", "!")) for sentence in sentences)


def _in_one_form(row: StageRow) -> StageRow:
    """PostgreSQL writes JSON in a form of its own."""
    blocks = msgspec.json.decode(row.blocks_json, type=list[StageBlock])
    return replace(row, blocks_json=msgspec.json.encode(blocks).decode())


def _derived(demo: Demo, found: Definition, at: datetime, names: Mapping[UUID, str]) -> Iterator[StageRow]:
    for stage in stages_at(demo.facts[found.scheme.id], at):
        blocking = [names[block.account_id] for block in stage.blocked_by if isinstance(block, StageRejected)]
        yield StageRow(
            scheme_id=found.scheme.id,
            kind=stage.kind,
            position=stage.kind.position,
            state=stage.state,
            status=stage.status,
            since=stage.since,
            done=stage.done,
            total=stage.total,
            open_step=stage.open_step,
            waiting_role=stage.waiting_role,
            waiting_vendor_ids=list(stage.waiting_vendor_ids) or None,
            waiting_variant_ids=list(stage.waiting_variant_ids) or None,
            due_on=stage.due_on,
            blocks_json=msgspec.json.encode(stage.blocked_by).decode(),
            blocking_name=next(iter(blocking), None),
            is_current=stage.current,
        )


def _place(row: StageRow) -> tuple[UUID, int]:
    return row.scheme_id, row.position
