"""Automatic persisted queries: by Apollo's extension and by `documentId`, with verified hashes and bounded memory."""

from hashlib import sha256
from typing import Any

import httpx
import orjson
import pytest

from domain.permissions import Role
from graphql_api.transport.graphql_request import BadRequest, GraphQLRequest
from graphql_api.transport.persisted import DOCUMENTS_LIMIT, TEXT_LIMIT, PersistedDocuments, PersistedFailure
from tests.support.client import Client, Clients
from tests.support.unchanged import nothing_changes

JSON, GRAPHQL = "application/json", "application/graphql-response+json"
NOT_FOUND = ("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")


@pytest.fixture
def manager(clients: Clients) -> Client:
    """A client that is signed in."""
    return clients[Role.PROGRAM_MANAGER]


def digest_of(query: str) -> str:
    """The hash of a document."""
    return sha256(query.encode()).hexdigest()


def apollo(query: str) -> dict[str, Any]:
    """The extension that Apollo sends."""
    return {"persistedQuery": {"version": 1, "sha256Hash": digest_of(query)}}


async def post(client: Client, accept: str = JSON, **body: Any) -> httpx.Response:
    """Post a request and return the response."""
    return await client.http.post("/graphql", json=body, headers={**client.headers, "Accept": accept})


def error_of(response: httpx.Response) -> tuple[str, str]:
    """Code and message of an answer that is one error."""
    (error,) = response.json()["errors"]
    return error["extensions"]["code"], error["message"]


async def test_apollo_sends_a_text_once(manager: Client) -> None:
    """First the hash, then hash and text, then the hash again; later also with GET."""
    query = "query Apollo { tiers { name } }"
    extensions = apollo(query)
    for accept, status in ((JSON, 200), (GRAPHQL, 400)):
        unknown = await post(manager, accept, extensions=extensions)
        assert (unknown.status_code, error_of(unknown)) == (status, NOT_FOUND)
        assert (unknown.headers["cache-control"], "data" in unknown.json()) == ("no-store", False)
    first = await post(manager, query=query, extensions=extensions)
    again = await post(manager, extensions=extensions, operationName="Apollo")
    parameters = {"extensions": orjson.dumps(extensions).decode()}
    by_get = await manager.http.get("/graphql", params=parameters, headers={**manager.headers, "Accept": "text/html"})
    assert first.json()["data"]["tiers"][0] == {"name": "Bronze"}
    assert again.json() == by_get.json() == first.json()


async def test_a_document_id_is_a_hash_too(manager: Client) -> None:
    query = "query ById { categories }"
    document_id = f"sha256:{digest_of(query)}"
    headers = {**manager.headers, "Accept": "*/*"}
    unknown = await manager.http.get("/graphql", params={"documentId": document_id}, headers=headers)
    assert (unknown.headers["content-type"], error_of(unknown)) == (f"{JSON}; charset=utf-8", NOT_FOUND)
    sent = await post(manager, query=query, documentId=document_id)
    known = await manager.http.get("/graphql", params={"documentId": document_id}, headers=headers)
    assert list(known.json()["data"]) == ["categories"]
    assert known.json() == sent.json()


async def test_a_link_with_a_hash_changes_nothing(manager: Client, database_url: str) -> None:
    mutation = 'mutation Kept { createScheme(input: {title: "", earningChannels: [SALE]}) { errors { code } } }'
    assert (await post(manager, query=mutation, extensions=apollo(mutation))).json()["data"]["createScheme"]["errors"]
    parameters = {"extensions": orjson.dumps(apollo(mutation)).decode()}
    async with nothing_changes(database_url):
        response = await manager.http.get("/graphql", params=parameters, headers=manager.headers)
    message = "GET is for queries; send mutations with POST."
    assert (response.status_code, error_of(response)) == (405, ("BAD_USER_INPUT", message))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            {"query": "{ categories }", "extensions": apollo("{ tiers { name } }")},
            "The hash of the persisted query is not that of “query”: send the SHA-256 of its text.",
        ),
        ({"extensions": {"persistedQuery": 1}}, "“extensions.persistedQuery” must be a JSON object."),
        (
            {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "x"}}},
            "“extensions.persistedQuery.sha256Hash” must be the SHA-256 of the query, as 64 hexadecimal digits.",
        ),
        (
            {"documentId": "42"},
            "“documentId” must be “sha256:” and the SHA-256 of the document, as 64 hexadecimal digits.",
        ),
        ({"query": "{ categories }", "extensions": []}, "“extensions” must be a JSON object."),
        ({"query": "{ categories }", "extensions": "x"}, "“extensions” must be a JSON object."),
    ],
)
async def test_a_wrong_hash_is_a_bad_request(manager: Client, body: dict[str, Any], message: str) -> None:
    response = await post(manager, **body)
    assert (response.status_code, error_of(response)) == (400, ("BAD_USER_INPUT", message))


async def test_apollo_falls_back_from_an_unknown_version(manager: Client) -> None:
    response = await post(manager, extensions={"persistedQuery": {"version": 2, "sha256Hash": "x"}})
    assert error_of(response) == ("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported")


async def test_nothing_is_kept_for_anonymous_clients_or_invalid_documents(clients: Clients, manager: Client) -> None:
    anonymous, invalid = "query Anonymous { __typename }", "query Invalid { nothing }"
    assert (await post(clients.anonymous, query=anonymous, extensions=apollo(anonymous))).json()["data"]
    assert error_of(await post(manager, query=invalid, extensions=apollo(invalid)))[0] == "GRAPHQL_VALIDATION_FAILED"
    for query in (anonymous, invalid):
        assert error_of(await post(manager, extensions=apollo(query))) == NOT_FOUND


def asked(query: str, *, text: bool = True) -> GraphQLRequest:
    """A request with the hash of a document, and its text or not."""
    return GraphQLRequest(query if text else "", None, None, document_hash=digest_of(query))


def test_the_store_is_bounded() -> None:
    """The least recently used text goes first, and a long one is not kept."""
    documents = PersistedDocuments()
    for number in range(DOCUMENTS_LIMIT):
        documents.keep(asked(f"{{ field{number} }}"))
    assert documents.resolve(asked("{ field0 }", text=False)).query == "{ field0 }"
    documents.keep(asked("{ another }"))
    documents.keep(asked("{ a }" + " " * TEXT_LIMIT))
    assert len(documents) == DOCUMENTS_LIMIT
    assert documents.resolve(asked("{ field0 }", text=False)).query == "{ field0 }"
    for query in ("{ field1 }", "{ a }" + " " * TEXT_LIMIT):
        with pytest.raises(PersistedFailure):
            documents.resolve(asked(query, text=False))
    documents.keep(GraphQLRequest("{ plain }", None, None))
    assert len(documents) == DOCUMENTS_LIMIT


def test_a_text_is_never_kept_under_the_hash_of_another() -> None:
    documents = PersistedDocuments()
    forged = GraphQLRequest("{ evil }", None, None, document_hash=digest_of("{ good }"))
    with pytest.raises(BadRequest, match="is not that of “query”"):
        documents.resolve(forged)
    assert len(documents) == 0
