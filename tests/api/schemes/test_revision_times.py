"""When revisions are in force: in a row, at their boundaries, before anybody has applied them, and out of order."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.permissions import Role
from graphql_api.context import Environment
from resolvers.schemes.revisions import content_in_force
from tests.support.client import Client, Clients
from tests.support.clock import TestClock
from tests.support.factories.revisions import JULY, JUNE, RevisionFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.schemes import scheme

TICK = timedelta(microseconds=1)
LATEST = datetime(2026, 7, 15, 18, 30, tzinfo=UTC)
LIVE = """query ($id: ID!) { node(id: $id) { ... on Scheme { revision budget
  terms { version markdown publishedAt } } } }"""
HISTORY = """query ($id: ID!) { node(id: $id) { ... on Scheme { revisions { number effectiveAt
  changes { field before after } } } } }"""
REVIEW = """query ($id: ID!) { node(id: $id) { ... on Scheme { review { replaces changes { field before after }
  warnings { code message } } } } }"""


async def test_revisions_in_a_row_take_effect_one_after_the_other(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, clock: TestClock
) -> None:
    """Each begins with the one before, though that is not in force yet, and is reviewed against it."""
    await factory.ecps.crowd(10)
    live = await factory.approved()
    manager = clients[Role.PROGRAM_MANAGER]
    times = (JUNE, JULY, LATEST)
    everybody = {"field": "description", "before": "For workshops.", "after": "For everybody."}
    for number, (at, budget) in enumerate(zip(times, (200_000, 300_000, 400_000), strict=True), start=2):
        only_the_first = {"description": "For everybody."} if number == 2 else {}
        opened = await revisions.opened(live, at, budget=budget, **only_the_first)
        change = {"field": "budget", "before": None if number == 2 else budget - 100_000, "after": budget}
        changes = [everybody, change] if number == 2 else [change]
        review = await _review(manager, opened)
        assert (review["replaces"], review["changes"], review["warnings"]) == (number - 1, changes, [])
        await factory.approved(opened)
    for number, at in enumerate(times, start=2):
        clock.now = at - TICK * 2
        assert (await revisions.apply_due(), (await _live(manager, live))["revision"]) == (0, number - 1)
        clock.now = at
        assert await revisions.apply_due() == 1
        found = await _live(manager, live)
        assert (found["revision"], found["budget"]) == (number, number * 100_000)
    history = await _history(manager, live)
    assert [item["number"] for item in history] == [1, 2, 3, 4]
    assert [item["effectiveAt"] for item in history[1:]] == [
        "2026-06-01T00:00:00Z",
        "2026-07-01T00:00:00Z",
        "2026-07-15T18:30:00Z",
    ]
    assert [item["changes"] for item in history] == [
        [],
        [everybody, {"field": "budget", "before": None, "after": 200_000}],
        [{"field": "budget", "before": 200_000, "after": 300_000}],
        [{"field": "budget", "before": 300_000, "after": 400_000}],
    ]


async def test_all_that_are_overdue_take_effect_in_their_order(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, clock: TestClock
) -> None:
    """After a long time without a leader: each is recorded. Unapproved revisions do not take effect."""
    live, other = await factory.approved(), await factory.approved()
    await factory.submitted(await revisions.opened(other, JUNE, budget=200_000))
    await revisions.approved(live, JULY, budget=300_000, terms_markdown="Be fairest.")
    await revisions.approved(live, JUNE, budget=200_000, terms_markdown="Be fairer.")
    clock.now = JULY + timedelta(hours=3)
    assert await revisions.apply_due() == 2
    manager = clients[Role.PROGRAM_MANAGER]
    found = await _live(manager, live)
    assert (found["revision"], found["budget"]) == (2, 300_000)
    assert found["terms"] == {"version": 3, "markdown": "Be fairest.", "publishedAt": "2026-07-01T00:00:00Z"}
    assert (await _live(manager, other))["revision"] == 1
    query = "query ($id: ID!) { node(id: $id) { ... on Scheme { activity(first: 2) { nodes { kind message } } } } }"
    nodes = (await manager.send(query, id=scheme(live))).data["node"]["activity"]["nodes"]
    took_effect = "of “Monsoon Care” has taken effect: it changed the terms and"
    assert [node["message"] for node in nodes] == [
        f"Revision 2 {took_effect} changed the budget from 200,000 to 300,000 points.",
        f"Revision 3 {took_effect} set the budget to 200,000 points.",
    ]


async def test_two_simultaneous_leaders_apply_a_revision_once(
    factory: SchemeFactory, revisions: RevisionFactory, clock: TestClock
) -> None:
    live = await factory.approved()
    await revisions.approved(live, JUNE, budget=200_000)
    clock.now = JUNE
    assert sorted(await asyncio.gather(*(revisions.apply(live) for _ in range(4)))) == [0, 0, 0, 1]
    assert (await factory.definition(live)).scheme.revision == 2


async def test_a_revision_that_a_later_one_undoes_has_a_warning(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory
) -> None:
    """It begins with the scheme as it is then, and not with the revision that comes later."""
    await factory.ecps.crowd(10)
    live = await factory.approved()
    await revisions.approved(live, JULY, budget=300_000)
    earlier = await revisions.opened(live, JUNE, description="For everybody.")
    review = await _review(clients[Role.PROGRAM_MANAGER], earlier)
    change = {"field": "description", "before": "For workshops.", "after": "For everybody."}
    assert (review["replaces"], review["changes"]) == (1, [change])
    message = (
        "Revision 2 is approved already and takes effect after this one, on 1 July 2026 at 00:00 UTC: "
        "what this one changes ends then."
    )
    assert review["warnings"] == [{"code": "REVISION_UNDONE_LATER", "message": message}]


async def test_the_review_warns_of_a_revision_that_does_nothing_or_comes_too_late(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory
) -> None:
    await factory.ecps.crowd(10)
    revision = await revisions.opened(await factory.approved(), JULY)
    manager = clients[Role.PROGRAM_MANAGER]
    nothing = {"code": "REVISION_CHANGES_NOTHING", "message": "The revision changes nothing."}
    assert (await _review(manager, revision))["warnings"] == [nothing]
    last = datetime(2026, 6, 30, tzinfo=UTC).date()
    await revisions.changed(revision, ends_on=last)
    message = "The scheme will be over when the revision takes effect: it ends on 30 June 2026."
    assert (await _review(manager, revision))["warnings"] == [{"code": "REVISION_AFTER_END", "message": message}]


async def test_terms_that_are_not_in_force_yet_are_not_published(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory
) -> None:
    """Neither those of a revision nor those that the next one takes over from it; the others stay as they are."""
    live = await factory.approved()
    manager = clients[Role.PROGRAM_MANAGER]
    published = (await _live(manager, live))["terms"]
    assert published["version"] == 1
    changed = await revisions.opened(live, JUNE)
    assert (await _live(manager, changed))["terms"] == published
    await revisions.changed(changed, terms_markdown="Be fairer.")
    later = {"version": 2, "markdown": "Be fairer.", "publishedAt": None}
    assert (await _live(manager, changed))["terms"] == later
    await factory.approved(changed)
    assert (await _live(manager, await revisions.opened(live, JULY)))["terms"] == later
    assert (await _live(manager, live))["terms"] == published


async def test_as_of_answers_at_every_boundary(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, environment: Environment, clock: TestClock
) -> None:
    """The same of a scheme and of its revision, and after the revision has been applied; and so does valuation."""
    live = await factory.approved()
    manager, approved_at = clients[Role.PROGRAM_MANAGER], (await factory.definition(live)).scheme.approved_at
    assert approved_at is not None
    revision = await revisions.approved(live, JUNE, budget=200_000)
    numbers = {approved_at - TICK: None, approved_at: 1, JUNE - TICK: 1, JUNE: 2, LATEST: 2}
    budgets = {approved_at - TICK: "nothing", approved_at: None, JUNE - TICK: None, JUNE: 200_000, LATEST: 200_000}
    for asked in (live, revision):
        assert {at: await _as_of(manager, asked, at) for at in numbers} == numbers
    assert {at: await _budget(environment, live, at) for at in budgets} == budgets
    clock.now = JUNE + timedelta(days=3)
    assert {at: await _budget(environment, live, at) for at in budgets} == budgets
    assert await revisions.apply_due() == 1
    assert {at: await _as_of(manager, live, at) for at in numbers} == numbers
    assert {at: await _budget(environment, live, at) for at in budgets} == budgets


async def test_a_scheme_that_was_never_approved_has_no_revisions(
    clients: Clients, factory: SchemeFactory, environment: Environment
) -> None:
    for scheme_id in (await factory.submitted(), await factory.rejected(), await factory.given_back()):
        assert await _history(clients[Role.PROGRAM_MANAGER], scheme_id) == []
        assert await _as_of(clients[Role.PROGRAM_MANAGER], scheme_id, LATEST) is None
        assert await _budget(environment, scheme_id, LATEST) == "nothing"


async def _live(client: Client, scheme_id: UUID) -> Any:
    return (await client.send(LIVE, id=scheme(scheme_id))).data["node"]


async def _history(client: Client, scheme_id: UUID) -> Any:
    return (await client.send(HISTORY, id=scheme(scheme_id))).data["node"]["revisions"]


async def _review(client: Client, scheme_id: UUID) -> Any:
    return (await client.send(REVIEW, id=scheme(scheme_id))).data["node"]["review"]


async def _as_of(client: Client, scheme_id: UUID, at: datetime) -> int | None:
    query = "query ($id: ID!, $at: DateTime!) { node(id: $id) { ... on Scheme { asOf(at: $at) { number } } } }"
    found = (await client.send(query, id=scheme(scheme_id), at=at.isoformat())).data["node"]["asOf"]
    return None if found is None else int(found["number"])


async def _budget(environment: Environment, scheme_id: UUID, at: datetime) -> Any:
    operation = environment.operation(None)
    content = await content_in_force(operation, scheme_id, at)
    await operation.close()
    return "nothing" if content is None else content.basics.budget
