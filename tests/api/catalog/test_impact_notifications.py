"""People learn of a change of the catalog that concerns them: managers, approvers, and ECPs (N1, R6)."""

from typing import Any

import asyncpg
import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.rules.model import TierClause
from resolvers.ecps import notify
from resolvers.schemes.participants import Participation
from resolvers.schemes.remove_scheme_participant import remove_scheme_participant
from tests.support.client import Client, Clients, gid
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.notifications import fetch_messages, notifications
from tests.support.world import World

TIER = "mutation ($input: UpsertTierInput!) { upsertTier(input: $input) { errors { message } } }"
PLACE = "mutation ($input: UpsertGeographyInput!) { upsertGeography(input: $input) { errors { message } } }"
ECP = "mutation ($input: UpdateEcpInput!) { updateEcp(input: $input) { errors { message } } }"
RANKED = "Admin changed the rank of the tier Silver from 2 to 9."
WAITS = "This changes what {scheme} will pay or whom it will include if it is approved."
CHANGED = "This changes what {scheme} pays or whom it includes from now on. Earlier sales keep their points."


async def rank_silver(admin: Client, world: World) -> None:
    """Silver ranks above Gold now."""
    silver = world.tiers["Silver"]
    given = {"id": gid(NodeKind.TIER, silver.id), "code": silver.code, "name": silver.name, "rank": 9}
    answer = await admin.send(TIER, input={**given, "acknowledgeImpact": True})
    assert answer.data["upsertTier"]["errors"] == []


async def move(admin: Client, world: World, name: str, parent: str) -> None:
    """A geography gets another parent."""
    place, above = world.geographies[name], world.geographies[parent]
    given: dict[str, Any] = {"code": place.code, "name": place.name, "level": place.level, "acknowledgeImpact": True}
    given |= {"id": gid(NodeKind.GEOGRAPHY, place.id), "parentId": gid(NodeKind.GEOGRAPHY, above.id)}
    assert (await admin.send(PLACE, input=given)).data["upsertGeography"]["errors"] == []


async def test_participants_and_approvers_are_notified(clients: Clients, factory: SchemeFactory, world: World) -> None:
    """The activity of each scheme says what changed. An approver is asked to review a submission again."""
    gold = factory.rule("Rule", TierClause(at_least=world.tiers["Gold"].id))
    live = await factory.approved(await factory.complete("Live", rules=[gold]))
    waiting = await factory.submitted(await factory.complete("Waiting", rules=[gold]))
    await factory.complete("Draft", rules=[gold])
    manager, approver = clients[Role.PROGRAM_MANAGER], clients[Role.APPROVER]
    before = await fetch_messages(approver)
    await rank_silver(clients[Role.ADMIN], world)
    expected = [f"{RANKED} {CHANGED.format(scheme='“Live”')}", f"{RANKED} {WAITS.format(scheme='“Waiting”')}"]
    found = await notifications(manager)
    assert sorted(node["message"] for node in found[:2]) == expected
    assert {node["kind"] for node in found[:2]} == {"SCHEME_CATALOG_CHANGED"}
    review = "This changes what “Waiting” would pay or whom it would include. Review it again."
    messages = await fetch_messages(approver)
    assert messages[: len(messages) - len(before)] == [f"{RANKED} {review}"]
    document = "query ($id: ID!) { node(id: $id) { ... on Scheme { activity(first: 1) { nodes { message kind } } } } }"
    for scheme_id, message in zip((live, waiting), expected, strict=True):
        node = (await manager.send(document, id=gid(NodeKind.SCHEME, scheme_id))).data["node"]
        assert node["activity"]["nodes"] == [{"message": message, "kind": "SCHEME_CATALOG_CHANGED"}]


async def test_a_scheme_without_participants_is_a_matter_of_all_managers(
    clients: Clients, factory: SchemeFactory, world: World
) -> None:
    gold = factory.rule("Rule", TierClause(at_least=world.tiers["Gold"].id))
    live = await factory.approved(await factory.complete("Live", rules=[gold]))
    manager = world.accounts[Role.PROGRAM_MANAGER].id
    await remove_scheme_participant(factory.operation(), Participation(live, manager))
    await rank_silver(clients[Role.ADMIN], world)
    for name in (Role.PROGRAM_MANAGER, "second manager"):
        message = (await fetch_messages(clients[name]))[0]
        assert message == f"{RANKED} {CHANGED.format(scheme='“Live”')}"


async def test_ecps_are_notified_when_they_are_moved(
    clients: Clients, factory: SchemeFactory, world: World, database_url: str
) -> None:
    """With the city, with the region above it, or alone; and others are not."""
    ecp_id = await factory.ecps.verified()
    await factory.ecps.verified("Binod Thapa", place="Kathmandu")
    ecp, admin = clients[Role.ECP], clients[Role.ADMIN]
    await move(admin, world, "Pune", "Karnataka")
    await move(admin, world, "Karnataka", "Nepal")
    given = {"ecpId": gid(NodeKind.ECP, ecp_id), "geographyId": gid(NodeKind.GEOGRAPHY, world.geographies["Mumbai"].id)}
    assert (await clients[Role.PROGRAM_MANAGER].send(ECP, input=given)).data["updateEcp"]["errors"] == []
    found = (await notifications(ecp))[:3]
    assert [(node["message"], node["kind"], node["actor"]) for node in found] == [
        ("Your place is now Mumbai.", "ECP_UPDATED", None),
        ("Karnataka, where you work, now belongs to Nepal.", "GEOGRAPHY_SAVED", None),
        ("Pune, where you work, now belongs to Karnataka.", "GEOGRAPHY_SAVED", None),
    ]
    assert await _announced(database_url) == 3


async def test_events_announce_a_bounded_number_of_notifications(
    clients: Clients, factory: SchemeFactory, world: World, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All ECPs of a place have a notification, also those whom no event tells so."""
    for name in ("Binod Thapa", "Chitra Iyer", "Dev Patel"):
        await factory.ecps.verified(name)
    monkeypatch.setattr(notify, "LIVE_NOTIFICATIONS", 2)
    await move(clients[Role.ADMIN], world, "Pune", "Karnataka")
    assert await _announced(database_url) == 2
    stored = "SELECT count(*) FROM notification WHERE kind = 'GEOGRAPHY_SAVED'"
    assert await _fetch(database_url, stored) == 3


async def _announced(url: str) -> Any:
    """How many notifications about places events have announced."""
    return await _fetch(
        url,
        "SELECT count(*) FROM event JOIN notification ON notification.id = object_id WHERE event.kind = "
        "'NOTIFICATION_ADDED' AND notification.kind IN ('GEOGRAPHY_SAVED', 'ECP_UPDATED')",
    )


async def _fetch(url: str, query: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()
