"""Visibility of revisions: lists, queues, nodes, rules, notifications, and activity."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.node_kinds import NodeKind
from domain.permissions import Role
from resolvers.schemes.add_scheme_participant import add_scheme_participant
from resolvers.schemes.participants import Participation
from resolvers.schemes.remove_scheme_participant import remove_scheme_participant
from tests.support.client import Client, Clients, gid
from tests.support.clock import TestClock
from tests.support.factories.revisions import JULY, JUNE, RevisionFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.schemes import mutate, rule, scheme
from tests.support.world import World

REVISION_QUERY = """query ($live: ID!, $revision: ID!, $code: String!) {
  schemes(orderBy: CREATED_AT_DESC) { totalCount nodes { revision } }
  first: node(id: $live) { id } second: node(id: $revision) { id }
  live: scheme(code: $code) { revision openRevision { revision } revisions { number } asOf(at: "2026-07-31T00:00:00Z") {
    number } } second_by_code: scheme(code: $code, revision: 2) { revision } one: scheme(code: $code, revision: 1) {
    revision } none: scheme(code: $code, revision: 3) { revision } }"""
QUEUES = "{ workQueues { key count schemes { totalCount nodes { revision } } } }"
NOTIFICATIONS_QUERY = """{ viewer { notifications { nodes { kind message actor { displayName } scheme { id revision }
  activity { kind } } } } }"""
ACTIVITY = "query ($id: ID!) { node(id: $id) { ... on Scheme { activity { nodes { kind message step version } } } } }"
STAFF = (Role.ADMIN, Role.PROGRAM_MANAGER, Role.ANALYST)


async def test_each_role_sees_a_revision_from_its_own_stage_on(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, clock: TestClock
) -> None:
    """Those who define, from the beginning; approvers, from the submission; others, once it is in force."""
    live = await factory.approved()
    revision = await revisions.opened(live, budget=900_000)
    for role in STAFF:
        assert await _visible(clients[role], factory, live, revision) == (2, "both", 2, [1])
    for role in (Role.APPROVER, Role.OPERATIONS, Role.DESIGNER):
        assert await _visible(clients[role], factory, live, revision) == (1, "live", None, [1])
    await factory.submitted(revision)
    for role in (*STAFF, Role.APPROVER):
        assert await _visible(clients[role], factory, live, revision) == (2, "both", 2, [1])
    assert await _visible(clients[Role.OPERATIONS], factory, live, revision) == (1, "live", None, [1])
    content_hash = (await factory.definition(revision)).content_hash
    approval = {"schemeId": scheme(revision), "contentHash": content_hash}
    await mutate(clients[Role.APPROVER], "approveScheme", **approval)
    for role in (*STAFF, Role.APPROVER):
        assert await _visible(clients[role], factory, live, revision) == (2, "both", None, [1, 2])
    assert await _visible(clients[Role.OPERATIONS], factory, live, revision) == (1, "live", None, [1])
    clock.now = JUNE
    await revisions.apply_due()
    for role in (*STAFF, Role.APPROVER, Role.OPERATIONS, Role.DESIGNER):
        assert await _visible(clients[role], factory, live, revision) == (1, "applied", None, [1, 2])


async def _visible(
    client: Client, factory: SchemeFactory, live: UUID, revision: UUID
) -> tuple[int, str, Any, list[int]]:
    """How many are listed, which are found, the number of the open one, and the numbers of the approved ones."""
    code = (await factory.definition(live)).scheme.code
    data = (await client.send(REVISION_QUERY, live=scheme(live), revision=scheme(revision), code=code)).data
    listed = data["schemes"]
    assert listed["totalCount"] == len(listed["nodes"])
    found = {
        "first": data["first"] and 1,
        "second": data["second"] and 2,
        "live": data["live"]["revision"],
        "second_by_code": (data["second_by_code"] or {}).get("revision"),
        "one": (data["one"] or {}).get("revision"),
        "none": data["none"],
    }
    numbers = [item["number"] for item in data["live"]["revisions"]]
    assert data["live"]["asOf"]["number"] == numbers[-1]
    both = {"first": 1, "second": 2, "live": 1, "second_by_code": 2, "one": 1, "none": None}
    kinds = {
        "both": both,
        "live": {**both, "second": None, "second_by_code": None},
        "applied": {**both, "second": None, "live": 2, "one": None},
    }
    kind = next(name for name, expected in kinds.items() if found == expected)
    number = data["live"]["openRevision"]
    return listed["totalCount"], kind, number and number["revision"], numbers


async def test_a_revision_is_in_the_queues_of_definition_and_approval_only(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, clock: TestClock
) -> None:
    """R10: counts, lists and filters agree; what follows the approval is the scheme's own work, once."""
    live = await factory.approved()
    revision = await revisions.opened(live)
    waiting = {"COUPONS_TO_GENERATE": [1], "ARTWORK_TO_UPLOAD": [1]}
    assert await _queues(clients) == {**waiting, "REVIEW_PENDING": [2]}
    await revisions.changed(revision, budget=900_000)
    await factory.submitted(revision)
    assert await _queues(clients) == {**waiting, "APPROVAL_PENDING": [2]}
    await revisions.changed(revision, budget=800_000)
    assert await _queues(clients) == {**waiting, "REVIEW_PENDING": [2]}
    await factory.approved(revision)
    assert await _queues(clients) == waiting
    active = 'query { schemes(filter: {activeOn: "2026-06-15"}) { nodes { revision } } }'
    assert (await clients[Role.ADMIN].send(active)).data["schemes"]["nodes"] == [{"revision": 1}]
    clock.now = JUNE
    await revisions.apply_due()
    assert await _queues(clients) == {"COUPONS_TO_GENERATE": [2], "ARTWORK_TO_UPLOAD": [2]}
    assert (await clients[Role.ADMIN].send(active)).data["schemes"]["nodes"] == [{"revision": 2}]


async def _queues(clients: Clients) -> dict[str, list[int]]:
    """Of every queue that is not empty the revisions of the schemes in it."""
    found: dict[str, list[int]] = {}
    for role in (Role.PROGRAM_MANAGER, Role.APPROVER, Role.OPERATIONS, Role.DESIGNER):
        for queue in (await clients[role].send(QUEUES)).data["workQueues"]:
            schemes = queue["schemes"]
            assert queue["count"] == schemes["totalCount"] == len(schemes["nodes"])
            if schemes["nodes"]:
                found[queue["key"]] = [node["revision"] for node in schemes["nodes"]]
    return found


async def test_rules_keep_their_ids_and_are_those_in_force(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, clock: TestClock
) -> None:
    """A scheme and its revision listed together show each its own rules; the id finds the one that counts."""
    live = await factory.approved()
    manager = clients[Role.PROGRAM_MANAGER]
    kept = gid(NodeKind.BONUS_RULE, (await factory.definition(live)).content.rules[0].id)
    revision = await revisions.opened(live)
    rules = [rule(name="Platinum bonus", id=kept), rule(name="Another")]
    saved = {"schemeId": scheme(revision), "expectedVersion": 1}
    await mutate(manager, "saveSchemeBonusRules", **saved, rules=rules)
    listed = "{ schemes(orderBy: CREATED_AT_DESC) { nodes { revision rules { id name } } } }"
    found = (await manager.send(listed)).data["schemes"]["nodes"]
    assert [[item["name"] for item in node["rules"]] for node in found] == [
        ["Platinum bonus", "Another"],
        ["Gold bonus"],
    ]
    assert found[0]["rules"][0]["id"] == found[1]["rules"][0]["id"] == kept
    ids = [item["id"] for item in found[0]["rules"]]
    assert await _names(manager, ids) == ["Gold bonus", "Another"]
    assert await _names(clients[Role.OPERATIONS], ids) == ["Gold bonus", None]
    await factory.approved(revision)
    assert await _names(manager, ids) == ["Gold bonus", "Another"]
    clock.now = JUNE
    await revisions.apply_due()
    assert await _names(manager, ids) == ["Platinum bonus", "Another"]
    assert await _names(clients[Role.OPERATIONS], ids) == ["Platinum bonus", "Another"]
    last = await revisions.opened(live, JULY)
    saved = {"schemeId": scheme(last), "expectedVersion": 1}
    await mutate(manager, "saveSchemeBonusRules", **saved, rules=[rule(name="Only this")])
    await factory.approved(last)
    clock.now = JULY
    await revisions.apply_due()
    assert await _names(manager, ids) == [None, None]


async def _names(client: Client, ids: list[str]) -> list[str | None]:
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on BonusRule { name } } }"
    return [node and node["name"] for node in (await client.send(query, ids=ids)).data["nodes"]]


async def test_participants_are_notified_and_every_notification_has_its_scheme(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, clock: TestClock, world: World
) -> None:
    """R6: of the opening, each step and the effect; a notification of a revision leads to the scheme it became."""
    live = await factory.approved()
    for name in (Role.ADMIN, Role.OPERATIONS):
        await add_scheme_participant(factory.operation(), Participation(live, world.accounts[name].id))
    revision = await revisions.opened(live, by="second manager", budget=900_000)
    await remove_scheme_participant(factory.operation(), Participation(live, world.accounts["ADMIN"].id))
    await factory.approved(revision)
    clock.now = JUNE
    await revisions.apply_due()
    scheme_now = {"id": scheme(live), "revision": 2}
    effect = "Revision 2 of “Monsoon Care” has taken effect: it set the budget to 900,000 points."
    at = "1 June 2026 at 00:00 UTC"
    expected = [
        ("SCHEME_REVISION_APPLIED", effect),
        ("SCHEME_APPROVED", f"Approver approved revision 2 of “Monsoon Care”, which takes effect on {at}."),
        ("SCHEME_STEP_SAVED", "Revision 2: Second Manager set the budget to 900,000 points in “Monsoon Care”."),
        ("SCHEME_REVISION_OPENED", f"Second Manager opened revision 2 of “Monsoon Care”, to take effect on {at}."),
    ]
    notifications = await _notifications(clients[Role.PROGRAM_MANAGER])
    assert [(item["kind"], item["message"]) for item in notifications[:4]] == expected
    assert all(item["scheme"] == scheme_now and item["activity"] == {"kind": item["kind"]} for item in notifications)
    assert (notifications[0]["actor"], notifications[3]["actor"]) == (None, {"displayName": "Second Manager"})
    # Its author is notified. Operations do not see a revision, and an administrator has left the scheme.
    assert [item["kind"] for item in await _notifications(clients["second manager"])][:2] == [
        "SCHEME_REVISION_APPLIED",
        "SCHEME_APPROVED",
    ]
    assert [item["kind"] for item in await _notifications(clients[Role.OPERATIONS])] == [
        "SCHEME_REVISION_APPLIED",
        "SCHEME_PARTICIPANT_REMOVED",
        "SCHEME_PARTICIPANT_ADDED",
        "SCHEME_APPROVED",
    ]
    assert "SCHEME_REVISION_APPLIED" not in [item["kind"] for item in await _notifications(clients[Role.ADMIN])]


async def _notifications(client: Client) -> list[Any]:
    found: list[Any] = (await client.send(NOTIFICATIONS_QUERY)).data["viewer"]["notifications"]["nodes"]
    return found


async def test_the_activity_of_a_revision_stays_in_the_activity_of_its_scheme(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, clock: TestClock
) -> None:
    """The versions of the steps count on, so that each is made by one save."""
    live = await factory.approved()
    manager = clients[Role.PROGRAM_MANAGER]
    before = await _activity(manager, live)
    for at, budget in ((JUNE, 900_000), (JULY, 800_000)):
        revision = await revisions.opened(live, at, budget=budget)
        await revisions.changed(revision, description=f"For {budget:,} points.")
        await factory.approved(revision)
    assert await _activity(manager, live) == before
    clock.now = JULY + timedelta(days=1)
    assert await revisions.apply_due() == 2
    assert await _streamed(manager, live) == ["SCHEME_REVISION_APPLIED", "SCHEME_REVISION_APPLIED"]
    activity = await _activity(manager, live)
    assert activity[-len(before) :] == before
    added = activity[: -len(before)][::-1]
    story = ["REVISION_OPENED", "STEP_SAVED", "STEP_SAVED", "SUBMITTED", "APPROVED"]
    effects = ["REVISION_APPLIED", "REVISION_APPLIED"]
    assert [item["kind"].removeprefix("SCHEME_") for item in added] == [*story, *story, *effects]
    saved = [(item["step"], item["version"]) for item in added if item["kind"] == "SCHEME_STEP_SAVED"]
    assert saved == [("BASICS", 2), ("BASICS", 3), ("BASICS", 4), ("BASICS", 5)]
    versions = "query ($id: ID!) { node(id: $id) { ... on Scheme { wizard { steps { version } } } } }"
    steps = (await manager.send(versions, id=scheme(live))).data["node"]["wizard"]["steps"]
    assert [step["version"] for step in steps] == [5, 1, 1, 1, 1]


async def _streamed(client: Client, scheme_id: UUID) -> list[str]:
    """Return the activity of a scheme since its approval, as the stream delivers it."""
    query = "query ($id: ID!) { schemeActivity(schemeId: $id) { nodes { kind } } }"
    kinds = [node["kind"] for node in (await client.send(query, id=scheme(scheme_id))).data["schemeActivity"]["nodes"]]
    return kinds[kinds.index("SCHEME_APPROVED") + 1 :]


async def _activity(client: Client, scheme_id: UUID) -> list[Any]:
    found: list[Any] = (await client.send(ACTIVITY, id=scheme(scheme_id))).data["node"]["activity"]["nodes"]
    return found
