"""Erasing an ECP whose account has other roles: the account survives and is unlinked (R18)."""

from uuid import UUID

import asyncpg
import msgspec

from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.stored_facts import AsWritten
from tests.support.client import Client, Clients, gid
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.mutations.ecps import NOTIFICATIONS, events, mutate, registration_input
from tests.support.traces import REASON, create_account_client, find_columns, find_links, keys_of
from tests.support.world import World

BOTH = (Role.ECP, Role.PROGRAM_MANAGER)
# One more notification of a kind for the account that is both.
COPY = """
INSERT INTO notification (id, account_id, kind, fact, created_at)
SELECT gen_random_uuid(), account_id, $2, $1, now() FROM ecp WHERE code = 'ECP-2026-000001'
"""


async def fetch_messages(client: Client) -> list[tuple[str, str]]:
    """Return the notifications of an account about ECPs and enrollments, newest first."""
    nodes = (await client.send(NOTIFICATIONS)).data["viewer"]["notifications"]["nodes"]
    return [(node["kind"], node["message"]) for node in nodes]


async def a_manager_with_a_history(
    clients: Clients, enrollments: EnrollmentFactory, world: World, database_url: str
) -> tuple[Client, str, UUID]:
    """A program manager who is also an ECP, notified in both roles: the client, the ECP, and the account."""
    both, manager = await create_account_client(enrollments.ecps, clients, *BOTH), clients["second manager"]
    made = await mutate(both, "registerEcp", **registration_input(world))
    await mutate(manager, "verifyEcp", ecpId=made["id"], tierId=gid(NodeKind.TIER, world.tiers["Gold"].id))
    ((ecp_id, account_id),) = await keys_of(database_url)
    world.ecps[account_id] = ecp_id
    await enrollments.enrolled(await enrollments.open_scheme("One"), ecp_id)
    await enrollments.rejected(await enrollments.open_scheme("Two"), ecp_id, "Rao does not answer under 020 5550101.")
    await enrollments.ecps.registered("Binod Thapa", practice=None)
    await mutate(manager, "suspendEcp", ecpId=made["id"], reason="Rao does not answer.")
    return both, made["id"], account_id


async def test_an_account_with_other_roles_survives_and_is_unlinked(
    clients: Clients, enrollments: EnrollmentFactory, world: World, database_url: str
) -> None:
    """R18: it keeps its name and its other notifications, and may register again."""
    both, made, account_id = await a_manager_with_a_history(clients, enrollments, world, database_url)
    about_itself = ["ECP_SUSPENDED", "ENROLLMENT_DECIDED", "ENROLLMENT_REQUESTED", "ECP_VERIFIED"]
    assert [kind for kind, _ in await fetch_messages(both)] == [about_itself[0], "ECP_REGISTERED", *about_itself[1:]]
    assert await find_links(database_url, account_id) == ["enrollment.requested_by", "ecp.account_id"]
    await mutate(clients["second manager"], "eraseEcp", ecpId=made, reason=REASON)
    document = "{ viewer { account { displayName email } roles ecp { id } } }"
    assert (await both.send(document)).data["viewer"] == {
        "account": {"displayName": "Asha Rao", "email": "asha.rao@example.com"},
        "roles": ["ECP", "PROGRAM_MANAGER"],
        "ecp": None,
    }
    kept = "ECP-2026-000002 registered in Pune and is waiting for verification."
    assert await fetch_messages(both) == [("ECP_REGISTERED", kept)]
    assert await find_links(database_url, account_id) == []
    assert await find_columns(database_url, ["rao"]) == [
        "account.display_name",
        "account.email",
        "account.email_key",
        "account.search_words",
        "account.sort_name",
    ]
    assert (await events(database_url))[-1] == "ECP_ERASED"
    again = await mutate(both, "registerEcp", **registration_input(world))
    assert (again["code"], again["id"] != made) == ("ECP-2026-000003", True)


async def test_sentences_from_before_facts_are_deleted_by_the_code_they_begin_with(
    clients: Clients, enrollments: EnrollmentFactory, world: World, database_url: str
) -> None:
    """R18: those about the ECP itself, and none about another ECP or another thing."""
    both, made, _ = await a_manager_with_a_history(clients, enrollments, world, database_url)
    written = {
        "ECP_VERIFIED": "ECP-2026-000001 is verified, with the tier Gold.",
        "ENROLLMENT_DECIDED": "You are enrolled in “One”.",
        "ECP_REGISTERED": "ECP-2026-000002 registered in Pune and is waiting for verification.",
        "SCHEME_CREATED": "Asha created “One”.",
    }
    connection = await asyncpg.connect(database_url)
    for kind, sentence in written.items():
        fact = msgspec.json.encode(AsWritten(sentence)).decode()
        await connection.execute("UPDATE notification SET fact = $1, kind = $2 WHERE kind = $2", fact, kind)
        await connection.execute(COPY, fact, kind)
    await connection.close()
    await mutate(clients["second manager"], "eraseEcp", ecpId=made, reason=REASON)
    assert {message for _, message in await fetch_messages(both)} == {
        written["ECP_REGISTERED"],
        written["SCHEME_CREATED"],
    }
