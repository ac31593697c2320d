"""Web pages of other origins call the API where the settings allow it, and nowhere else (R25)."""

from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from starlette.requests import Request
from starlette.routing import Route
from websockets.exceptions import InvalidStatus

from graphql_api.origins import OpenApplication, Origins
from graphql_api.settings import Settings
from tests.fixtures import LiveServer
from tests.support.client import Clients
from tests.support.sockets import opened

PORTAL = "https://portal.example.com"
LOCAL = "http://localhost:5173"
EXPOSED = "access-control-expose-headers"
ALLOWED = "access-control-allow-origin"
PREFLIGHT = {
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type,x-client",
}


@pytest.mark.parametrize(
    ("origins", "origin", "allowed"),
    [
        (Origins(frozenset({PORTAL}), local=False), PORTAL, True),
        (Origins(frozenset({PORTAL}), local=False), "https://portal.example.com.evil.example", False),
        (Origins(frozenset({PORTAL}), local=False), "http://portal.example.com", False),
        (Origins(frozenset({PORTAL}), local=False), "https://portal.example.com:8443", False),
        (Origins(frozenset({PORTAL}), local=False), LOCAL, False),
        (Origins(frozenset({PORTAL}), local=False), "null", False),
        (Origins(frozenset({"*"}), local=False), "https://anywhere.example", True),
        (Origins(frozenset(), local=True), LOCAL, True),
        (Origins(frozenset(), local=True), "http://127.0.0.1:8080", True),
        (Origins(frozenset(), local=True), "http://[::1]:3000", True),
        (Origins(frozenset(), local=True), "https://app.localhost", True),
        (Origins(frozenset(), local=True), "http://localhost.evil.example", False),
        (Origins(frozenset(), local=True), "http://[broken", False),
        (Origins(frozenset(), local=True), "file://localhost", False),
    ],
)
def test_an_origin_is_allowed_as_a_whole(origins: Origins, origin: str, *, allowed: bool) -> None:
    assert origins.allow(origin) is allowed


def test_the_setting_is_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESSERA_ALLOWED_ORIGINS", f" {PORTAL}, http://10.0.0.7:8080,")
    origins = Settings(env="production").origins
    assert origins == Origins(frozenset({PORTAL, "http://10.0.0.7:8080"}), local=False)
    assert Settings(env="dev").origins.local


@pytest.mark.parametrize(
    "value",
    ["portal.example.com", f"{PORTAL}/", f"{PORTAL}/app", "https://PORTAL.example.com", "https://a@b.example", "null"],
)
def test_what_is_no_origin_is_said(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TESSERA_ALLOWED_ORIGINS", value)
    with pytest.raises(ValidationError, match=f"“{value}” is no origin: write the scheme, the host"):
        Settings()


async def test_a_browser_learns_once_a_day_what_it_may_send(http: httpx.AsyncClient) -> None:
    answer = await http.options("/graphql", headers={"origin": LOCAL, **PREFLIGHT})
    assert (answer.status_code, answer.headers[ALLOWED]) == (200, LOCAL)
    assert answer.headers["access-control-max-age"] == "86400"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-headers"] == "authorization,content-type,x-client"
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers


async def test_another_origin_is_refused_with_the_setting(http: httpx.AsyncClient) -> None:
    answer = await http.options("/graphql", headers={"origin": PORTAL, **PREFLIGHT})
    assert (answer.status_code, ALLOWED in answer.headers) == (400, False)
    assert answer.text == "Pages of this origin may not call this server: add the origin to TESSERA_ALLOWED_ORIGINS.\n"


@pytest.mark.parametrize(
    ("method", "path", "given", "status"),
    [
        ("POST", "/graphql", {"json": {"query": "{ viewer { account { id } } }"}}, 200),
        ("POST", "/graphql", {"content": b"{", "headers": {"content-type": "application/json"}}, 400),
        ("GET", "/files/no-link", {}, 403),
        ("GET", "/nothing-here", {}, 404),
        ("DELETE", "/graphql", {}, 405),
    ],
)
async def test_every_answer_can_be_read(
    http: httpx.AsyncClient, method: str, path: str, given: dict[str, Any], status: int
) -> None:
    """A page that cannot read an error shows “network error” instead of the reason."""
    given = {**given, "headers": {**given.get("headers", {}), "origin": LOCAL}}
    answer = await http.request(method, path, **given)
    assert (answer.status_code, answer.headers.get(ALLOWED)) == (status, LOCAL)
    assert {"Retry-After", "X-Request-Id", "ETag"} <= set(answer.headers[EXPOSED].split(", "))


async def test_an_answer_to_a_bug_can_be_read() -> None:
    def fail(_request: Request) -> None:
        raise LookupError

    app = OpenApplication(Origins(frozenset({PORTAL}), local=False), routes=[Route("/", fail)])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://server.example") as client:
        answers = [await client.get("/", headers={"origin": origin}) for origin in (PORTAL, LOCAL)]
    assert [(answer.status_code, answer.headers.get(ALLOWED)) for answer in answers] == [(500, PORTAL), (500, None)]


async def test_a_stream_of_events_can_be_read(clients: Clients) -> None:
    client = clients["ADMIN"]
    headers = {**client.headers, "origin": LOCAL, "accept": "text/event-stream"}
    document = {"query": "subscription { notificationAdded { cursor } }"}
    async with client.http.stream("POST", "/graphql", json=document, headers=headers) as stream:
        assert (stream.status_code, stream.headers[ALLOWED]) == (200, LOCAL)


async def test_a_socket_of_a_foreign_page_is_refused(live_server: LiveServer, clients: Clients) -> None:
    """Browsers let every page open a WebSocket, and only say where it comes from."""
    with pytest.raises(InvalidStatus) as refused:
        async with opened(live_server.address, origin="https://evil.example"):
            pass
    assert refused.value.response.status_code == 403
    for origin in (LOCAL, live_server.address, None):
        async with opened(live_server.address, origin=origin) as socket:
            assert await socket.init(clients["ADMIN"].headers) == {"type": "connection_ack"}
