"""Clients without a valid credential read and change nothing, at any root field (R25)."""

import pytest

from tests.support.client import Clients, document
from tests.support.unchanged import nothing_changes

ROOTS = [
    "{ viewer { roles } }",
    '{ node(id: "x") { id } }',
    '{ nodes(ids: ["x"]) { id } }',
    "{ workQueues { key } }",
    "{ schemes { totalCount } }",
    '{ scheme(code: "SCH-2026-000001") { id } }',
    "{ tiers { name } }",
    "{ categories }",
    "{ products { totalCount } }",
    "{ variants { totalCount } }",
    "{ geographies { name } }",
    "{ vendors { totalCount } }",
    "{ accounts { totalCount } }",
    "{ apiKeys { totalCount } }",
    "{ webhookEndpoints { totalCount } }",
    "{ auditLog { totalCount } }",
    '{ coupon(code: "x") { serial } }',
    "{ events { resumeAt } }",
    "{ ecps { totalCount } }",
    '{ ecp(code: "ECP-2026-000001") { id } }',
    "{ openSchemes { totalCount } }",
    'mutation { registerEcp(input: {displayName: "N", email: "n@o.org", geographyId: "x"}) { ecp { id } } }',
    'mutation { requestCodeDownload(input: {consignmentId: "x"}) { url } }',
    'mutation { createScheme(input: {title: "Nobody", earningChannels: [SALE]}) { scheme { id } } }',
]


@pytest.mark.parametrize("query", [*ROOTS, document("portal/LandingPage"), document("portal/CatalogPickers")])
async def test_anonymous_clients_get_no_data(clients: Clients, database_url: str, query: str) -> None:
    """R25: UNAUTHENTICATED for every root field, and no data."""
    async with nothing_changes(database_url):
        answer = await clients.anonymous.send(query)
    assert set(answer.codes) == {"UNAUTHENTICATED"}
    assert not any((answer.body.get("data") or {}).values())
    assert answer.errors[0]["message"] == "You are not signed in. Send a token or an API key."
