"""Mutations of enrollments over HTTP, and notifications about them."""

from typing import Any
from uuid import UUID

import asyncpg

from domain.node_kinds import NodeKind
from tests.support.client import Client, document, gid
from tests.support.world import key

# The code, the path from `input` down, and the message of one error.
InputError = tuple[str, str, str]

UNKNOWN_SCHEME = gid(NodeKind.SCHEME, key("no such scheme"))
UNKNOWN_ECP = gid(NodeKind.ECP, key("no such ECP"))
UNKNOWN_ENROLLMENT = gid(NodeKind.ENROLLMENT, key("no such enrollment"))
NO_SUCH_SCHEME = ("NOT_FOUND", "schemeId", "This scheme does not exist.")
NO_SUCH_ECP = ("NOT_FOUND", "ecpId", "This ECP does not exist.")
NO_SUCH_ENROLLMENT = ("NOT_FOUND", "enrollmentId", "This enrollment does not exist.")
DOCUMENTS = {
    "enroll": "mobile/Enroll",
    "withdrawEnrollment": "mobile/WithdrawEnrollment",
    "decideEnrollment": "portal/DecideEnrollment",
}
NOTIFICATIONS = "{ viewer { notifications(first: 50) { nodes { kind message scheme { id } actor { displayName } } } } }"
EVENTS = """
SELECT kind, object_id, subject_ids[array_position(subject_kinds, 'SCHEME')],
    subject_ids[array_position(subject_kinds, 'ACCOUNT')]
FROM event ORDER BY xid, id
"""


def scheme_gid(scheme_id: UUID) -> str:
    """The global id of a scheme."""
    return gid(NodeKind.SCHEME, scheme_id)


def ecp_gid(ecp_id: UUID) -> str:
    """The global id of an ECP."""
    return gid(NodeKind.ECP, ecp_id)


def enrollment_gid(enrollment_id: UUID) -> str:
    """The global id of an enrollment."""
    return gid(NodeKind.ENROLLMENT, enrollment_id)


async def payload_of(client: Client, field: str, **given: Any) -> Any:
    """Send a mutation and return its payload."""
    return (await client.send(document(DOCUMENTS[field]), input=given)).data[field]


async def mutate(client: Client, field: str, **given: Any) -> Any:
    """Send a mutation that must succeed, and return the enrollment."""
    payload = await payload_of(client, field, **given)
    assert payload["errors"] == []
    return payload["enrollment"]


async def expect_errors(client: Client, field: str, **given: Any) -> list[InputError]:
    """Send a mutation that must be rejected, and return its errors."""
    payload = await payload_of(client, field, **given)
    assert payload["errors"]
    assert payload["enrollment"] is None
    return read_errors(payload)


def read_errors(payload: Any) -> list[InputError]:
    """Return the errors of a payload."""
    assert all(error["path"][0] == "input" for error in payload["errors"])
    return [(error["code"], ".".join(error["path"][1:]), error["message"]) for error in payload["errors"]]


async def enroll(client: Client, scheme_id: UUID, terms_version: int = 1, ecp_id: UUID | None = None) -> Any:
    """Enroll the client or the given ECP, and return the enrollment."""
    named = {} if ecp_id is None else {"ecpId": ecp_gid(ecp_id)}
    return await mutate(client, "enroll", schemeId=scheme_gid(scheme_id), termsVersion=terms_version, **named)


async def expect_error(
    client: Client, scheme_id: UUID, terms_version: int = 1, ecp_id: UUID | None = None
) -> InputError:
    """Try to enroll, and return the only error."""
    named = {} if ecp_id is None else {"ecpId": ecp_gid(ecp_id)}
    (only_error,) = await expect_errors(
        client, "enroll", schemeId=scheme_gid(scheme_id), termsVersion=terms_version, **named
    )
    return only_error


async def messages(client: Client, scheme_id: UUID) -> list[tuple[str, str]]:
    """Return notifications about enrollments in a scheme, newest first, as (kind, message)."""
    nodes = (await client.send(NOTIFICATIONS)).data["viewer"]["notifications"]["nodes"]
    about = [node for node in nodes if node["kind"].startswith("ENROLLMENT_")]
    assert all((node["scheme"], node["actor"]) == ({"id": scheme_gid(scheme_id)}, None) for node in about)
    return [(node["kind"], node["message"]) for node in about]


async def events(database_url: str, *prefixes: str) -> list[tuple[str, UUID, UUID | None, UUID | None]]:
    """The events whose kinds begin so, oldest first: kind, object, scheme and account."""
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch(EVENTS)
    await connection.close()
    return [tuple(row) for row in rows if row["kind"].startswith(prefixes)]
