"""What programs of others say about the server: the audits of graphql-http, and the client graphql-sse (N10)."""

import pytest

from domain.permissions import Role
from tests.fixtures import LiveServer
from tests.support.client import Clients
from tests.support.npm_packages import node, npm_package


@pytest.mark.process
async def test_every_audit_of_graphql_http_passes(live_server: LiveServer, clients: Clients) -> None:
    folder = npm_package("graphql-http", "1.23.1")
    results = await node("audits.cjs", str(folder), f"{live_server.address}/graphql")
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == 61


@pytest.mark.process
@pytest.mark.parametrize(
    ("document", "code", "message"),
    [
        (
            "subscription { nothing }",
            "GRAPHQL_VALIDATION_FAILED",
            "Cannot query field 'nothing' on type 'Subscription'.",
        ),
        (
            'subscription { schemeActivity(schemeId: "x") { cursor } }',
            "BAD_USER_INPUT",
            "This scheme does not exist.",
        ),
    ],
)
async def test_graphql_sse_reads_why_a_subscription_is_rejected(
    live_server: LiveServer, clients: Clients, document: str, code: str, message: str
) -> None:
    folder = npm_package("graphql-sse", "2.6.1")
    credential = clients[Role.ANALYST].headers["Authorization"]
    read = await node("subscribe.cjs", str(folder), f"{live_server.address}/graphql", credential, document)
    errors = [(error["message"], error["extensions"]["code"]) for error in read["messages"][0]["errors"]]
    assert (errors, len(read["messages"]), read["end"]) == ([(message, code)], 1, "complete")
