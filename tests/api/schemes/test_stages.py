"""Stored stages agree with the facts in every state and at any time: dates take effect without a write (R8)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from msgspec.structs import replace

from domain.channels import EarningChannel
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.schemes.lifecycle import stages_at, timeline
from domain.schemes.lifecycle_facts import StageSpan
from domain.schemes.stages import STAGE_ORDER, WizardStepKind
from resolvers.schemes.loaders import stages_by_scheme
from resolvers.schemes.reschedule_scheme_revision import reschedule_scheme_revision
from resolvers.schemes.revise_scheme import revise_scheme
from resolvers.schemes.revision_time import ReviseScheme
from resolvers.schemes.save_scheme_basics import SaveSchemeBasics, save_scheme_basics
from resolvers.schemes.save_scheme_coupon_values import SaveSchemeCouponValues, save_scheme_coupon_values
from resolvers.schemes.save_scheme_products import SaveSchemeProducts, save_scheme_products
from tests.support.client import Client, Clients, gid
from tests.support.clock import TestClock
from tests.support.factories.schemes import SchemeFactory
from tests.support.unchanged import nothing_changes
from tests.support.world import World

SALE = (EarningChannel.SALE,)
PAST = (date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28))
UNDER_WAY = (date(2026, 2, 1), date(2026, 3, 31), date(2026, 3, 1), date(2026, 4, 30))
APRIL, LATER = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 4, 15, tzinfo=UTC)
Make = Callable[[SchemeFactory, World], Awaitable[UUID]]


async def _half_defined(factory: SchemeFactory, world: World) -> UUID:
    scheme_id = await factory.created("Half defined")
    command = SaveSchemeProducts(scheme_id, 0, (world.variants["AMB-1L"].id,))
    await save_scheme_products(factory.operation(), command)
    return scheme_id


async def _without_values(factory: SchemeFactory, world: World) -> UUID:
    """A step that was complete and is not any more, because of another step."""
    scheme_id = await factory.complete("Without values", skus=("AMB-1L",))
    variants = tuple(world.variants[sku].id for sku in ("AMB-1L", "CED-250"))
    await save_scheme_products(factory.operation(), SaveSchemeProducts(scheme_id, 1, variants))
    return scheme_id


async def _edited(factory: SchemeFactory, scheme_id: UUID) -> UUID:
    basics = (await factory.definition(scheme_id)).content.basics
    changed = replace(basics, title="Edited since", ends_on=date(2026, 8, 31))
    await save_scheme_basics(factory.operation(), SaveSchemeBasics(scheme_id, 1, changed))
    return scheme_id


async def _back_again(factory: SchemeFactory) -> UUID:
    """Edited after the submission, and back to exactly what was submitted."""
    scheme_id = await factory.submitted()
    before = (await factory.definition(scheme_id)).content.basics
    await _edited(factory, scheme_id)
    await save_scheme_basics(factory.operation(), SaveSchemeBasics(scheme_id, 2, before))
    return scheme_id


async def _no_coupons_any_more(factory: SchemeFactory, world: World) -> UUID:
    """Coupon values of nothing, after the channel was taken away."""
    scheme_id = await factory.complete("No coupons any more", skus=("AMB-1L",))
    basics = (await factory.definition(scheme_id)).content.basics
    await save_scheme_basics(factory.operation(), SaveSchemeBasics(scheme_id, 1, replace(basics, channels=SALE)))
    await save_scheme_coupon_values(factory.operation(), SaveSchemeCouponValues(scheme_id, 1, ()))
    return scheme_id


STATES: dict[str, tuple[Make, tuple[str, str]]] = {
    "created": (lambda factory, _: factory.created(), ("DEFINITION", "STEP_PENDING")),
    "half defined": (_half_defined, ("DEFINITION", "STEP_PENDING")),
    "without values": (_without_values, ("DEFINITION", "STEP_PENDING")),
    "no coupons any more": (_no_coupons_any_more, ("DEFINITION", "STEP_PENDING")),
    "complete": (lambda factory, _: factory.complete(), ("DEFINITION", "REVIEW_PENDING")),
    "submitted": (lambda factory, _: factory.submitted(), ("APPROVAL", "APPROVAL_PENDING")),
    "edited": (lambda factory, _: _submitted_and_edited(factory), ("DEFINITION", "REVIEW_PENDING")),
    "edited and back": (lambda factory, _: _back_again(factory), ("APPROVAL", "APPROVAL_PENDING")),
    "given back": (lambda factory, _: factory.given_back(), ("DEFINITION", "CHANGES_REQUESTED")),
    "given back and edited": (lambda factory, _: _given_back_and_edited(factory), ("DEFINITION", "CHANGES_REQUESTED")),
    "submitted again": (lambda factory, _: _submitted_again(factory), ("APPROVAL", "APPROVAL_PENDING")),
    "rejected": (lambda factory, _: factory.rejected(), ("APPROVAL", "REJECTED")),
    "approved": (lambda factory, _: factory.approved(), ("COUPON_GENERATION", "COUPONS_NOT_GENERATED")),
    "approved for sales": (lambda factory, _: _approved(factory), ("RUNNING", "NOT_STARTED")),
    "approved under way": (lambda factory, _: _approved(factory, UNDER_WAY), ("RUNNING", "RUNNING")),
    "approved too late": (lambda factory, _: _approved(factory, PAST), ("SETTLEMENT", "GRACE_PERIOD")),
    "opened revision": (lambda factory, _: _revision(factory), ("DEFINITION", "REVIEW_PENDING")),
    "moved revision": (lambda factory, _: _moved(factory), ("DEFINITION", "REVIEW_PENDING")),
    "approved revision": (lambda factory, _: _approved_revision(factory), ("APPROVAL", "APPROVED")),
    "under revision": (lambda factory, _: _under_revision(factory), ("RUNNING", "RUNNING")),
}


async def _submitted_and_edited(factory: SchemeFactory) -> UUID:
    return await _edited(factory, await factory.submitted())


async def _given_back_and_edited(factory: SchemeFactory) -> UUID:
    return await _edited(factory, await factory.given_back())


async def _submitted_again(factory: SchemeFactory) -> UUID:
    return await factory.submitted(await _given_back_and_edited(factory))


async def _approved(factory: SchemeFactory, dates: tuple[date, date, date, date] | None = None) -> UUID:
    given: dict[str, Any] = {} if dates is None else {"dates": dates}
    return await factory.approved(await factory.complete("For sales", SALE, **given))


async def _revision(factory: SchemeFactory) -> UUID:
    live = await _approved(factory, UNDER_WAY)
    return await revise_scheme(factory.operation(), ReviseScheme(live, APRIL))


async def _moved(factory: SchemeFactory) -> UUID:
    """Moved after it was submitted: the submission counts no longer, and what is due is due later."""
    revision = await factory.submitted(await _revision(factory))
    return await reschedule_scheme_revision(factory.operation(), ReviseScheme(revision, LATER))


async def _approved_revision(factory: SchemeFactory) -> UUID:
    return await factory.approved(await _revision(factory))


async def _under_revision(factory: SchemeFactory) -> UUID:
    live = (await factory.definition(await _approved_revision(factory))).scheme.revises
    assert live is not None
    return live


@pytest.mark.parametrize("state", STATES)
async def test_stored_stages_agree_with_the_facts(
    factory: SchemeFactory, world: World, database_url: str, state: str
) -> None:
    """R8: every span of every stage, and what is read of it at every moment at which something changes."""
    make, expected = STATES[state]
    scheme_id = await make(factory, world)
    definition = await factory.definition(scheme_id)
    spans = timeline(definition.facts)
    assert await _stored(database_url, scheme_id) == sorted(_line(span) for span in spans)
    assert definition.scheme.content_hash == definition.content_hash
    assert {kind: definition.sections[kind].state for kind in WizardStepKind} == {
        step.kind: step.state for step in definition.steps
    }
    current = next(stage for stage in stages_at(definition.facts, definition.as_of) if stage.current)
    assert (current.kind.value, current.status and current.status.value) == expected


@pytest.mark.parametrize("state", ["created", "given back", "approved", "approved for sales", "approved revision"])
async def test_stages_agree_with_the_facts_at_any_time(
    factory: SchemeFactory, world: World, clock: TestClock, state: str
) -> None:
    """R8: on both sides of every turning point, eight stages and one of them current."""
    scheme_id = await STATES[state][0](factory, world)
    facts = (await factory.definition(scheme_id)).facts
    moments = {span.valid_from for span in timeline(facts) if span.valid_from >= clock.now}
    for moment in sorted(moments | {clock.now, datetime(2030, 1, 1, tzinfo=UTC)}):
        clock.now = moment
        operation = factory.operation()
        (rows,) = await stages_by_scheme(operation, [scheme_id])
        await operation.close()
        expected = stages_at(facts, operation.now)
        assert [row.kind for row in rows] == list(STAGE_ORDER)
        assert [(row.state, row.status, row.since, row.is_current) for row in rows] == [
            (stage.state, stage.status, stage.since, stage.current) for stage in expected
        ]


LIST = """query ($filter: SchemeFilter) { schemes(filter: $filter) { totalCount nodes {
    status statusLabel progress stage { kind state since waitingOn } } } }"""
CALENDAR = [
    (datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC), "RUNNING", "NOT_STARTED", "Not started", "NOT_STARTED"),
    (datetime(2026, 4, 1, tzinfo=UTC), "RUNNING", "ENROLLMENT_OPEN", "Enrollment open", "IN_PROGRESS"),
    (datetime(2026, 4, 30, 23, 59, 59, tzinfo=UTC), "RUNNING", "ENROLLMENT_OPEN", "Enrollment open", "IN_PROGRESS"),
    (datetime(2026, 5, 1, tzinfo=UTC), "RUNNING", "RUNNING", "Running", "IN_PROGRESS"),
    (datetime(2026, 7, 31, 23, 59, 59, tzinfo=UTC), "RUNNING", "RUNNING", "Running", "IN_PROGRESS"),
    (
        datetime(2026, 8, 1, tzinfo=UTC),
        "SETTLEMENT",
        "GRACE_PERIOD",
        "Settlement begins on 31 August 2026",
        "NOT_STARTED",
    ),
    (
        datetime(2026, 8, 30, 23, 59, 59, tzinfo=UTC),
        "SETTLEMENT",
        "GRACE_PERIOD",
        "Settlement begins on 31 August 2026",
        "NOT_STARTED",
    ),
    (datetime(2026, 8, 31, tzinfo=UTC), "SETTLEMENT", "SETTLEMENT_PENDING", "Settlement pending", "PENDING"),
]


async def test_status_stage_and_filters_follow_the_clock_without_a_write(
    factory: SchemeFactory, clients: Clients, clock: TestClock, database_url: str
) -> None:
    """R8, R9: at midnight UTC, lists and their filters reflect the new date."""
    await _approved(factory)
    manager = clients[Role.PROGRAM_MANAGER]
    async with nothing_changes(database_url):
        for moment, stage, status, label, state in CALENDAR:
            clock.now = moment
            (node,) = (await manager.send(LIST)).data["schemes"]["nodes"]
            shown = (node["stage"]["kind"], node["status"], node["statusLabel"], node["stage"]["state"])
            assert shown == (stage, status, label, state)
            for wanted in ("NOT_STARTED", "ENROLLMENT_OPEN", "RUNNING", "GRACE_PERIOD", "SETTLEMENT_PENDING"):
                assert await _count(manager, statuses=[wanted]) == (1 if wanted == status else 0)
            for kind in ("RUNNING", "SETTLEMENT"):
                assert await _count(manager, stages=[kind]) == (1 if kind == stage else 0)
                assert await _count(manager, stages=[kind], statuses=[status]) == (1 if kind == stage else 0)


async def test_the_queue_of_settlements_fills_when_the_grace_period_is_over(
    factory: SchemeFactory, clients: Clients, clock: TestClock, database_url: str
) -> None:
    """R10: the queue, its count and its filter change together, without a write."""
    await _approved(factory)
    manager = clients[Role.PROGRAM_MANAGER]
    async with nothing_changes(database_url):
        clock.now = datetime(2026, 8, 30, 23, 59, 59, tzinfo=UTC)
        assert await _queue(manager, "SETTLEMENT_PENDING") == (0, None)
        assert await _count(manager, queue="SETTLEMENT_PENDING") == 0
        clock.now = datetime(2026, 8, 31, tzinfo=UTC)
        assert await _queue(manager, "SETTLEMENT_PENDING") == (1, "2026-08-31T00:00:00Z")
        assert await _count(manager, queue="SETTLEMENT_PENDING") == 1


async def test_a_scheme_with_coupons_keeps_its_stage_while_dates_pass(
    factory: SchemeFactory, clients: Clients, clock: TestClock
) -> None:
    """R8: stages overlap: it runs, and still somebody must generate coupons first."""
    scheme_id = await factory.approved()
    clock.now = datetime(2026, 5, 1, tzinfo=UTC)
    operations = clients[Role.OPERATIONS]
    document = "query ($id: ID!) { node(id: $id) { ... on Scheme { status stages { kind state statusLabel } } } }"
    scheme = (await operations.send(document, id=gid(NodeKind.SCHEME, scheme_id))).data["node"]
    assert scheme["status"] == "COUPONS_NOT_GENERATED"
    assert scheme["stages"][6] == {"kind": "RUNNING", "state": "IN_PROGRESS", "statusLabel": "Running"}
    approved_at = (await factory.definition(scheme_id)).scheme.approved_at
    assert approved_at is not None
    since = approved_at.isoformat().replace("+00:00", "Z")
    assert await _queue(operations, "COUPONS_TO_GENERATE") == (1, since)
    assert await _count(operations, stages=["RUNNING"]) == 0


async def _queue(client: Client, key: str) -> tuple[int, str | None]:
    queues = (await client.send("{ workQueues { key count oldestSince } }")).data["workQueues"]
    (found,) = [queue for queue in queues if queue["key"] == key]
    return found["count"], found["oldestSince"]


async def _count(client: Client, **chosen: Any) -> int:
    listed = (await client.send(LIST, filter=chosen)).data["schemes"]
    assert len(listed["nodes"]) == listed["totalCount"]
    return int(listed["totalCount"])


async def _stored(url: str, scheme_id: UUID) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(url)
    columns = (
        "kind, valid_from, valid_until, state, status, since, done, total, open_step, waiting_role, "
        "waiting_vendor_ids, waiting_variant_ids, due_on, blocked_by, is_current, position"
    )
    rows = await connection.fetch(f"SELECT {columns} FROM scheme_stage WHERE scheme_id = $1", scheme_id)
    await connection.close()
    decoded = [{**row, "blocked_by": msgspec.json.decode(row["blocked_by"])} for row in rows]
    return sorted(tuple(row.values()) for row in decoded)


def _line(span: StageSpan) -> tuple[Any, ...]:
    stage = span.stage
    texts = [value and value.value for value in (stage.kind, stage.state, stage.status, stage.open_step)]
    role = stage.waiting_role and stage.waiting_role.value
    waiting = (role, list(stage.waiting_vendor_ids) or None, list(stage.waiting_variant_ids) or None)
    progress = (stage.since, stage.done, stage.total, texts[3], *waiting, stage.due_on)
    blocks = msgspec.json.decode(msgspec.json.encode(stage.blocked_by))
    place = (blocks, stage.current, stage.kind.position)
    return (texts[0], span.valid_from, span.valid_until, *texts[1:3], *progress, *place)
