"""A field that a role may not read is null with an error, beside the data of the others (R25)."""

from typing import Any

import pytest
from graphql import GraphQLNonNull

from domain.permissions import GRANTS, Permission, Role
from schema.build import Query, build_schema
from schema.roots import POLICY
from tests.support.client import Clients

PAGE = """query {
    viewer { account { displayName } }
    schemes(first: 1) { totalCount }
    accounts(first: 1) { totalCount }
    vendors(first: 1) { totalCount }
    ecps(first: 1) { totalCount }
}"""


@pytest.mark.parametrize(
    ("role", "forbidden"),
    [("ADMIN", []), ("PROGRAM_MANAGER", ["accounts"]), ("ECP", ["accounts", "vendors", "ecps"])],
)
async def test_one_document_serves_several_roles(clients: Clients, role: str, forbidden: list[str]) -> None:
    answer = await clients[role].send(PAGE)
    assert answer.status == 200
    errors = answer.body.get("errors", [])
    assert sorted(error["path"] for error in errors) == sorted([name] for name in forbidden)
    assert {error["extensions"]["code"] for error in errors} <= {"FORBIDDEN"}
    read = {name for name, value in answer.body["data"].items() if value is not None}
    assert read == {"viewer", "schemes", "accounts", "vendors", "ecps"} - {*forbidden}


def test_fields_that_some_role_may_not_read_are_nullable() -> None:
    """And those that every role may read are not null because of their permission."""
    built: Any = build_schema()
    restricted = 0
    for field in Query.__strawberry_definition__.fields:
        requires: Permission = field.metadata[POLICY]
        if any(requires not in GRANTS[role] for role in Role):
            restricted += 1
            name = built.config.name_converter.get_graphql_name(field)
            query = built._schema.query_type  # noqa: SLF001 - strawberry offers no other way
            assert query is not None
            assert not isinstance(query.fields[name].type, GraphQLNonNull), name
    assert restricted > 20
