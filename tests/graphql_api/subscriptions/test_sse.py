"""Server-sent events: the form of a stream, how a browser resumes it, and when an answer is one."""

import asyncio
from typing import Any

import httpx
import orjson
import pytest

from domain.permissions import Role
from graphql_api.subscriptions.hub import Hub
from tests.graphql_api.subscriptions.conftest import released
from tests.support.client import Client, Clients
from tests.support.followed_scheme import (
    ACTIVITY,
    NOTIFICATIONS,
    POLL_ACTIVITY,
    QUEUES,
    FollowedScheme,
    messages_of,
    polled,
)
from tests.support.sockets import Closed, SseStream, following, until

STREAM, JSON, GRAPHQL = "text/event-stream", "application/json", "application/graphql-response+json"
URQL = f"{GRAPHQL}, application/graphql+json, {JSON}, {STREAM}, multipart/mixed"
TIERS = "{ tiers { name } }"
MUTATION = 'mutation { createScheme(input: {title: "By stream", earningChannels: [SALE]}) { errors { code } } }'


async def test_the_bytes_of_a_stream(analyst: Client, scheme: FollowedScheme) -> None:
    """A line feed ends each line, whatever is in an event; the first bytes come at once."""
    body = {"query": ACTIVITY, "variables": {"schemeId": scheme.id}}
    headers = {**analyst.headers, "Accept": STREAM, "X-Request-Id": "seven"}
    async with analyst.http.stream("POST", "/graphql", json=body, headers=headers) as response:
        assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        assert response.headers["cache-control"] == "no-cache, no-transform"
        assert (response.headers["x-accel-buffering"], response.headers["x-request-id"]) == ("no", "seven")
        assert "content-length" not in response.headers
        parts = response.aiter_raw()
        assert await anext(parts) == b":\n\n"
        await scheme.record("One\r\ntwo\u2028“three”")
        event = await anext(parts)
    page = (await analyst.send(POLL_ACTIVITY, schemeId=scheme.id, first=200)).data["page"]
    cursor = page["edges"][-1]["cursor"]
    text = '{"data":{"schemeActivity":{"activity":{"message":"One\\r\\ntwo\u2028“three”"}}}'
    assert event.decode() == (f'event: next\nid: {cursor}\ndata: {text},"extensions":{{"cursor":"{cursor}"}}}}\n\n')


async def test_an_event_source_follows_with_get(analyst: Client, scheme: FollowedScheme) -> None:
    """Variables are JSON in the address; the header counts before the cursor there, which is of the beginning."""
    _, start = await polled(analyst, POLL_ACTIVITY, schemeId=scheme.id)
    await scheme.record("One.", "Two.")
    variables = orjson.dumps({"schemeId": scheme.id, "after": start}).decode()
    parameters = {"query": ACTIVITY, "variables": variables}
    headers = {**analyst.headers, "Accept": STREAM, "Cache-Control": "no-store"}
    async with analyst.http.stream("GET", "/graphql", params=parameters, headers=headers) as response:
        first, second = await SseStream(response).many(2)
    assert messages_of([first, second]) == ["One.", "Two."]
    headers["Last-Event-ID"] = first.id or ""
    async with analyst.http.stream("GET", "/graphql", params=parameters, headers=headers) as response:
        assert (await SseStream(response).next()).payload == second.payload


async def test_a_heartbeat_advances_the_cursor(
    clients: Clients, analyst: Client, scheme: FollowedScheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not an event. On a stream without cursors it carries none."""
    monkeypatch.setattr("graphql_api.transport.sse.HEARTBEAT_INTERVAL_S", 0.05)
    manager = clients[Role.PROGRAM_MANAGER]
    async with following(analyst, NOTIFICATIONS) as quiet, following(manager, QUEUES) as queues:
        assert await quiet.block() == {}
        (first,) = (await quiet.block() or {}).values()
        await scheme.record("For others.")
        async with asyncio.timeout(5):
            while (await quiet.block() or {})["id"] == first:
                pass
        assert quiet.comments == [""]
        assert quiet.last_id is not None
        assert await queues.block() == {}
        assert (await queues.next()).id is None
        assert [await queues.block() for _ in range(2)] == [{}, {}]
        assert (queues.comments, queues.last_id) == ([""] * 3, None)
    headers = {"Last-Event-ID": quiet.last_id}
    await scheme.join(Role.ANALYST)
    await scheme.record("For the analyst.")
    async with following(analyst, NOTIFICATIONS, headers) as again:
        assert messages_of([await again.next()]) == ["For the analyst."]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (STREAM, STREAM),
        (f"{STREAM}, */*;q=0.1", STREAM),
        (f"{JSON};q=0.5, {STREAM}", STREAM),
        (URQL, GRAPHQL),
        (f"{STREAM}, {JSON}", JSON),
        (f"{STREAM};q=0.5, {JSON}", JSON),
        (f"{STREAM}, */*", JSON),
        (f"{STREAM};q=0", JSON),
        (f"{STREAM};q=x", JSON),
        (f"{STREAM};q=2", JSON),
        (f"{STREAM};q=nan", JSON),
        (f"{STREAM};q=0.900, {JSON};q=0.8", STREAM),
        ("*/*", JSON),
        ("", JSON),
    ],
)
async def test_a_query_is_streamed_only_if_the_client_prefers_it(analyst: Client, accept: str, kind: str) -> None:
    """Then of one event, and its end."""
    headers = {**analyst.headers, "Accept": accept}
    response = await analyst.http.post("/graphql", json={"query": TIERS}, headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (200, f"{kind}; charset=utf-8")
    text = '{"data":{"tiers":[{"name":"Bronze"},{"name":"Silver"},{"name":"Gold"},{"name":"Platinum"}]}}'
    assert response.text == (f"event: next\ndata: {text}\n\nevent: complete\ndata: \n\n" if kind is STREAM else text)


async def test_a_mutation_is_answered_as_a_stream_too(clients: Clients) -> None:
    headers = {**clients[Role.PROGRAM_MANAGER].headers, "Accept": STREAM}
    response = await clients.anonymous.http.post("/graphql", json={"query": MUTATION}, headers=headers)
    assert response.text.splitlines()[1] == 'data: {"data":{"createScheme":{"errors":[]}}}'


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (STREAM, 200),
        (URQL, 200),
        (f"{JSON}, {STREAM};q=0.1", 200),
        (JSON, 406),
        (GRAPHQL, 406),
        ("*/*", 406),
        ("", 406),
        (f"{STREAM};q=0, {JSON}", 406),
    ],
)
async def test_a_subscription_is_streamed_if_the_client_accepts_it(
    analyst: Client, scheme: FollowedScheme, accept: str, status: int
) -> None:
    async with following(analyst, ACTIVITY, {"Accept": accept}, schemeId=scheme.id) as stream:
        assert stream.response.status_code == status
        if status == 200:
            assert stream.response.headers["content-type"] == "text/event-stream; charset=utf-8"
        else:
            await stream.response.aread()
            message = "Subscribe with “Accept: text/event-stream”, or over a WebSocket."
            kind = GRAPHQL if accept == GRAPHQL else JSON
            assert error_of(stream.response) == (kind, "BAD_USER_INPUT", message)


def error_of(response: httpx.Response) -> tuple[str, str, str]:
    """Content type, code and message of an answer that is one error in JSON."""
    assert response.json().keys() == {"errors"}
    (error,) = response.json()["errors"]
    return (
        response.headers["content-type"].removesuffix("; charset=utf-8"),
        error["extensions"]["code"],
        error["message"],
    )


UNNAMED = "Name one operation of the document in “operationName”: it has none, or more than one."
BAD: list[tuple[str, dict[str, Any], str, str]] = [
    ("subscription {", {}, "GRAPHQL_PARSE_FAILED", "Syntax Error: Expected Name, found <EOF>."),
    (
        "subscription { nothing }",
        {},
        "GRAPHQL_VALIDATION_FAILED",
        "Cannot query field 'nothing' on type 'Subscription'.",
    ),
    (f"{QUEUES} query {{ tiers {{ name }} }}", {}, "GRAPHQL_VALIDATION_FAILED", ""),
    (f"{QUEUES.replace('subscription', 'subscription A')} query B {TIERS}", {}, "BAD_USER_INPUT", UNNAMED),
    (
        ACTIVITY,
        {},
        "BAD_USER_INPUT",
        "Variable '$schemeId' has invalid value: Expected a value of non-null type 'ID!' to be provided.",
    ),
    (ACTIVITY, {"schemeId": "x"}, "BAD_USER_INPUT", "This scheme does not exist."),
]


@pytest.mark.parametrize("accept", [STREAM, URQL])
async def test_a_client_without_access_gets_no_stream(clients: Clients, analyst: Client, accept: str, hub: Hub) -> None:
    """In JSON, with the status that says so."""
    kind = GRAPHQL if accept == URQL else JSON
    sign_in = "You are not signed in. Send a token or an API key."
    invalid = "This token is not valid: sign in again."
    for client, message in ((clients.anonymous, sign_in), (clients.with_credential("x"), invalid)):
        async with following(client, NOTIFICATIONS, {"Accept": accept}) as stream:
            await stream.response.aread()
            assert stream.response.status_code == 401
            assert error_of(stream.response) == (kind, "UNAUTHENTICATED", message)
            assert stream.response.headers["www-authenticate"] == "Bearer"
    assert hub.counts().sessions == 0


async def test_a_client_that_reads_only_streams_gets_its_errors_as_one(analyst: Client, hub: Hub) -> None:
    """With the status 200, without which graphql-sse reads nothing."""
    for document, variables, code, message in BAD:
        async with following(analyst, document, {"Accept": STREAM}, **variables) as stream:
            assert (stream.response.status_code, stream.response.headers["content-type"]) == (
                200,
                f"{STREAM}; charset=utf-8",
            ), document
            error = (await stream.next()).errors[0]
            assert error["extensions"]["code"] == code
            assert error["message"] == message or not message
            with pytest.raises(Closed):
                await stream.next()
            assert stream.complete
    assert hub.counts().sessions == 0


@pytest.mark.parametrize(("method", "accept"), [("GET", STREAM), ("POST", URQL)])
async def test_other_clients_get_errors_in_json(analyst: Client, method: str, accept: str, hub: Hub) -> None:
    """With a status on which an EventSource, which sends GET, does not connect again."""
    for document, variables, code, message in BAD:
        body = {"query": document, "variables": variables}
        given: dict[str, Any] = {"json": body}
        if method == "GET":
            given = {"params": {"query": document, "variables": orjson.dumps(variables).decode()}}
        response = await analyst.http.request(
            method, "/graphql", headers={**analyst.headers, "Accept": accept}, **given
        )
        assert response.status_code == 400, document
        found = response.json()["errors"][0]
        assert found["extensions"]["code"] == code
        assert found["message"] == message or not message
    assert hub.counts().sessions == 0


async def test_a_disconnected_client_leaves_nothing_behind(analyst: Client, scheme: FollowedScheme, hub: Hub) -> None:
    """Before the first event or between events."""
    before = asyncio.all_tasks()
    for count in (0, 1, 5):
        async with following(analyst, ACTIVITY, schemeId=scheme.id) as stream:
            assert hub.counts().sessions == 1
            await scheme.record(*(["Something."] * 6))
            await stream.many(count)
        await released(hub)
    await until(lambda: asyncio.all_tasks() <= before)
