"""Every document of `operations/` is executed against a real server, and answers without errors."""

import pytest

from tests.support.client import Clients, document
from tests.support.factories.schemes import SchemeFactory
from tests.support.operations import PREPARATIONS
from tests.support.operations.documents import DOCUMENTS, NAMES
from tests.support.world import World


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_document_answers_without_errors(
    name: str, clients: Clients, factory: SchemeFactory, world: World
) -> None:
    account, variables = await PREPARATIONS[name](factory, world)
    data = (await clients[account].send(document(name), **variables)).data
    for payload in data.values():
        if isinstance(payload, dict) and "errors" in payload:
            assert payload["errors"] == []


def test_no_document_is_forgotten() -> None:
    assert sorted(PREPARATIONS) == NAMES
    assert {name.partition("/")[0] for name in NAMES} == {"dashboard", "integration", "mobile", "portal", "vendor"}
