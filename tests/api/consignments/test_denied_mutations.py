"""Mutations of coupons and consignments are denied to roles without the permission, and nothing changes (R25)."""

import pytest

from domain.permissions import Role
from tests.support.client import Clients, document
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.consignments import OPERATIONS_MUTATIONS, VENDOR_MUTATIONS, document_of
from tests.support.operations import PREPARATIONS
from tests.support.unchanged import nothing_changes


@pytest.mark.parametrize("field", [*OPERATIONS_MUTATIONS, *VENDOR_MUTATIONS])
async def test_only_one_role_may(field: str, clients: Clients, factory: SchemeFactory, database_url: str) -> None:
    """Operations allocate, and vendors move."""
    name = document_of(field)
    allowed, variables = await PREPARATIONS[name](factory, clients.world)
    assert allowed == (Role.VENDOR if field in VENDOR_MUTATIONS else Role.OPERATIONS)
    async with nothing_changes(database_url):
        for role in Role:
            if role != allowed:
                answer = await clients[role].send(document(name), **variables)
                assert answer.codes == ["FORBIDDEN"], role
        assert (await clients.anonymous.send(document(name), **variables)).codes == ["UNAUTHENTICATED"]
    payload = (await clients[allowed].send(document(name), **variables)).data[field]
    assert payload["errors"] == []
