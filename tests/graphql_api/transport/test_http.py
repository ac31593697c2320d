"""GraphQL over HTTP: rejected requests, both media types, masked errors, and introspection."""

from typing import Any

import httpx
import orjson
import pytest

from domain.permissions import Role
from graphql_api.settings import Settings
from tests.support.client import Client, Clients
from tests.support.factories.schemes import SchemeFactory
from tests.support.unchanged import nothing_changes

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
TIERS = "{ tiers { name } }"
TWO = "query A { tiers { name } } query B { categories }"
MUTATION = 'mutation { createScheme(input: {title: "By GET", earningChannels: [SALE]}) { scheme { id } } }'
WRONG = "Variable '$first' has invalid value"
TYPED = "query ($first: Int!) { products(first: $first) { totalCount } }"


@pytest.fixture
def manager(clients: Clients) -> Client:
    """A client that is signed in."""
    return clients[Role.PROGRAM_MANAGER]


async def post(client: Client, content: bytes, **headers: str) -> httpx.Response:
    """Post a body and return the response."""
    sent = {
        "Content-Type": JSON,
        **client.headers,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return await client.http.post("/graphql", content=content, headers=sent)


def error_of(response: httpx.Response) -> tuple[int, str, str]:
    """Status, code and message of an answer that is one error and no data."""
    body = response.json()
    assert body.keys() == {"errors"}, body
    (error,) = body["errors"]
    return response.status_code, error["extensions"]["code"], error["message"]


OBJECT = "The body must be a JSON object with a “query”."
NOT_JSON = "The body is not valid JSON, or nested too deeply."
NO_QUERY = "There is no “query”: send a GraphQL document as text."
NO_OBJECT = "“variables” must be a JSON object."
BODIES = [
    (b"1", OBJECT),
    (b'"x"', OBJECT),
    (b"null", OBJECT),
    (b"true", OBJECT),
    (b"[]", OBJECT),
    (b'[{"query": "{ categories }"}]', OBJECT),
    (b"", NOT_JSON),
    (b"\xff\xfe", NOT_JSON),
    (b'{"query": "\xff"}', NOT_JSON),
    (b"[" * 100_000, NOT_JSON),
    (b'{"query":' * 50_000, NOT_JSON),
    (b"{", NOT_JSON),
    (b"NaN", NOT_JSON),
    (b"{}", NO_QUERY),
    (b'{"query": null}', NO_QUERY),
    (b'{"query": 1}', NO_QUERY),
    (b'{"query": ["{ categories }"]}', NO_QUERY),
    (b'{"query": "  "}', NO_QUERY),
    (b'{"query": "{ categories }", "variables": 1}', NO_OBJECT),
    (b'{"query": "{ categories }", "variables": []}', NO_OBJECT),
    (b'{"query": "{ categories }", "variables": "{}"}', NO_OBJECT),
    (b'{"query": "{ categories }", "operationName": 1}', "“operationName” must be text."),
    (b'{"query": "{ categories }", "extensions": 1}', "“extensions” must be a JSON object."),
    (b'{"query": "{ categories }", "extensions": "{}"}', "“extensions” must be a JSON object."),
]


async def test_malformed_bodies_are_rejected(manager: Client) -> None:
    """Each with a message, in either media type, and the next request works."""
    for body, message in BODIES:
        for accept in (JSON, GRAPHQL):
            response = await post(manager, body, Accept=accept)
            assert error_of(response) == (400, "BAD_USER_INPUT", message), body[:40]
            assert response.headers["content-type"] == f"{accept}; charset=utf-8"
        assert len((await manager.send(TIERS)).data["tiers"]) == 4


async def test_a_large_body_is_rejected(manager: Client, settings: Settings) -> None:
    """As soon as it exceeds the limit. A body at the limit is accepted."""
    query = b'{"query": "%s' % TIERS.encode()
    fitting = query + b" " * (settings.body_limit - len(query) - 2) + b'"}'
    assert len(fitting) == settings.body_limit
    assert (await post(manager, fitting)).status_code == 200
    message = "The request is larger than 1,048,576 bytes."
    assert error_of(await post(manager, fitting + b" ")) == (413, "BAD_USER_INPUT", message)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/graphql"],
)
async def test_other_content_types_are_rejected(manager: Client, content_type: str) -> None:
    """A page of another site can send these without asking; JSON it cannot."""
    body = orjson.dumps({"query": TIERS})
    message = "Send the request as JSON, with “Content-Type: application/json”."
    assert error_of(await post(manager, body, Content_Type=content_type)) == (415, "BAD_USER_INPUT", message)


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
async def test_json_is_accepted_however_it_is_written(manager: Client, content_type: str) -> None:
    """Parameters and case do not matter."""
    response = await post(manager, orjson.dumps({"query": TIERS, "variables": None}), Content_Type=content_type)
    assert response.status_code == 200


async def get(client: Client, accept: str = JSON, **parameters: str) -> httpx.Response:
    """Send a GET request and return the response."""
    return await client.http.get("/graphql", params=parameters, headers={**client.headers, "Accept": accept})


async def test_queries_can_be_sent_with_get(manager: Client) -> None:
    """With variables and the name of the operation."""
    assert (await get(manager, query=TIERS)).json()["data"]["tiers"][0] == {"name": "Bronze"}
    counted = await get(manager, query=TYPED, variables='{"first": 1}')
    assert counted.json() == {"data": {"products": {"totalCount": 3}}}
    assert list((await get(manager, query=TWO, operationName="B")).json()["data"]) == ["categories"]
    wrong = await get(manager, query=TYPED, variables="{")
    assert error_of(wrong) == (400, "BAD_USER_INPUT", "“variables” is not valid JSON.")


async def test_mutations_cannot_be_sent_with_get(manager: Client, database_url: str) -> None:
    """So a link changes nothing."""
    async with nothing_changes(database_url):
        rejected = await get(manager, query=MUTATION)
        both = f"query A {TIERS} mutation B {MUTATION.removeprefix('mutation ')}"
        named = await get(manager, query=both, operationName="B")
    for response in (rejected, named):
        assert error_of(response) == (405, "BAD_USER_INPUT", "GET is for queries; send mutations with POST.")
        assert "POST" in response.headers["allow"]
    assert (await get(manager, query=both, operationName="A")).status_code == 200


async def test_other_methods_are_rejected(manager: Client) -> None:
    """Neither PUT nor DELETE."""
    for method in ("PUT", "DELETE", "PATCH"):
        response = await manager.http.request(method, "/graphql", headers=manager.headers)
        message = "This address does not take this method. It takes GET, HEAD, POST."
        assert error_of(response) == (405, "METHOD_NOT_ALLOWED", message)
        assert response.headers["allow"] == "GET, HEAD, POST"


async def test_the_slash_at_the_end_does_not_matter(manager: Client) -> None:
    """Without a redirect, which many clients do not follow with POST."""
    body = {"query": TIERS}
    sent = await manager.http.post("/graphql/", json=body, headers=manager.headers)
    asked = await manager.http.get("/graphql/", params=body, headers=manager.headers)
    assert sent.json() == asked.json() == (await manager.send(TIERS)).body


@pytest.mark.parametrize(
    ("query", "given", "code", "message"),
    [
        ("{ tiers {", {}, "GRAPHQL_PARSE_FAILED", "Syntax Error: Expected Name, found <EOF>."),
        ("{ nothing }", {}, "GRAPHQL_VALIDATION_FAILED", "Cannot query field 'nothing' on type 'Query'."),
        (
            TYPED,
            {},
            "BAD_USER_INPUT",
            f"{WRONG}: Expected a value of non-null type 'Int!' to be provided.",
        ),
        (
            TYPED,
            {"variables": {"first": None}},
            "BAD_USER_INPUT",
            f"{WRONG}: Expected value of non-null type 'Int!' not to be None.",
        ),
        (
            TYPED,
            {"variables": {"first": "x"}},
            "BAD_USER_INPUT",
            f"{WRONG}: Int cannot represent non-integer value: 'x'",
        ),
    ],
)
async def test_invalid_operations_are_rejected(
    manager: Client, query: str, given: dict[str, Any], code: str, message: str
) -> None:
    """No data; 400 for clients that know the newer media type, 200 for those that read bodies only."""
    body = orjson.dumps({"query": query, **given})
    for accept, status in ((GRAPHQL, 400), (JSON, 200), ("*/*", 200)):
        assert error_of(await post(manager, body, Accept=accept)) == (status, code, message)


async def test_unknown_operation_names_are_rejected(manager: Client) -> None:
    """The name is one of the document's, and needed when there are several."""
    unknown = await post(manager, orjson.dumps({"query": TWO, "operationName": "C"}), Accept=GRAPHQL)
    assert error_of(unknown) == (400, "BAD_USER_INPUT", "The document has no operation “C”.")
    unnamed = await post(manager, orjson.dumps({"query": TWO}), Accept=GRAPHQL)
    message = "Name one operation of the document in “operationName”: it has none, or more than one."
    assert error_of(unnamed) == (400, "BAD_USER_INPUT", message)


async def test_an_executed_request_is_200_in_either_media_type(manager: Client) -> None:
    """Also when a field failed: the client finds data and errors in the body."""
    for accept in (JSON, GRAPHQL, f"{GRAPHQL}, {JSON};q=0.5"):
        response = await post(manager, orjson.dumps({"query": TIERS}), Accept=accept)
        expected = GRAPHQL if GRAPHQL in accept else JSON
        assert (response.status_code, response.headers["content-type"]) == (200, f"{expected}; charset=utf-8")
        failed = await post(
            manager, orjson.dumps({"query": "{ viewer { roles } accounts { totalCount } }"}), Accept=accept
        )
        assert failed.status_code == 200
        assert failed.json()["data"] == {"viewer": {"roles": ["PROGRAM_MANAGER"]}, "accounts": None}
        assert [error["extensions"]["code"] for error in failed.json()["errors"]] == ["FORBIDDEN"]


async def test_internal_errors_are_masked(
    manager: Client, factory: SchemeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client gets a reference and no detail, and the next request works."""
    await factory.complete()
    query = "{ schemes { nodes { rules { name } } } }"

    async def broken(*_arguments: object) -> None:
        message = "the secret of the house"
        raise RuntimeError(message)

    with monkeypatch.context() as patched:
        patched.setattr("resolvers.rules.loaders.rule_views", broken)
        first, second = await manager.send(query), await manager.send(query)
    (error,) = first.errors
    assert error["extensions"].keys() == {"code", "reference"}
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    reference = error["extensions"]["reference"]
    assert error["message"] == f"Something went wrong on our side. Quote the reference {reference} when you report it."
    assert reference != second.errors[0]["extensions"]["reference"]
    assert "secret" not in str(first.body)
    assert (await manager.send(query)).data["schemes"]["nodes"] == [{"rules": [{"name": "Gold bonus"}]}]


@pytest.mark.parametrize("credential", ["x", "tsk_x", "a.b.c", "tsk_" + "A" * 43])
async def test_bad_credentials_are_rejected_before_execution(clients: Clients, credential: str) -> None:
    """R25: 401 in either media type."""
    for accept in (JSON, GRAPHQL):
        client = clients.with_credential(credential)
        response = await post(client, orjson.dumps({"query": TIERS}), Accept=accept)
        assert error_of(response)[:2] == (401, "UNAUTHENTICATED")
        assert response.headers["www-authenticate"] == "Bearer"


async def test_a_developer_reads_the_schema_without_signing_in(clients: Clients) -> None:
    """And a guess at a name is helped."""
    query = '{ __schema { queryType { name } } __type(name: "Tier") { fields { name description } } }'
    known = (await clients.anonymous.send(query)).data
    assert known["__schema"] == {"queryType": {"name": "Query"}}
    rank = {"name": "rank", "description": "The rank of the tier. A higher rank is a better tier."}
    assert rank in known["__type"]["fields"]
    guess = await clients.anonymous.send("{ tier }")
    assert "tiers" in guess.errors[0]["message"]
