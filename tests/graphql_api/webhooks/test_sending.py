"""Webhooks against real sockets: good endpoints, broken ones and hostile ones."""

import asyncio
from typing import Any

import pytest

from graphql_api.webhooks.sending import ANSWER_LIMIT_BYTES, Outcome, WebhookSender
from tests.support.endpoint import PUBLIC, Answer, Endpoint, Resolver, endpoint, reset, sender, silent


async def sent(served: Endpoint, **changed: Any) -> Outcome:
    """Send one webhook to an endpoint and return the result."""
    async with sender(**changed) as sending:
        return await sending.post(f"http://127.0.0.1:{served.port}/", {}, b"{}")


async def test_a_webhook_is_delivered_as_it_was_given() -> None:
    async with endpoint() as served, sender() as sending:
        url = f"http://127.0.0.1:{served.port}//hooks;v=1/a?b=c;d&e=%20"
        outcome = await sending.post(url, {"Webhook-Id": "msg_1", "x-empty-next": "a b"}, b'{"n":1}')
    assert (outcome.status, outcome.error, outcome.delivered, outcome.gone) == (200, None, True, False)
    assert 0 < outcome.seconds < 10
    assert served.requests == [
        b"POST //hooks;v=1/a?b=c;d&e=%20 HTTP/1.1\r\n"
        b"host: 127.0.0.1:" + str(served.port).encode() + b"\r\n"
        b"content-type: application/json\r\n"
        b"user-agent: Tessera-Webhooks/1\r\n"
        b"webhook-id: msg_1\r\n"
        b"x-empty-next: a b\r\n"
        b"Content-Length: 7\r\n\r\n"
        b'{"n":1}'
    ]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (201, None),
        (204, None),
        (301, "The endpoint answered 301, a redirect, which webhooks never follow."),
        (304, "The endpoint answered 304, a redirect, which webhooks never follow."),
        (400, "The endpoint answered 400."),
        (410, "The endpoint answered 410: it wants no more webhooks."),
        (429, "The endpoint answered 429: it gets too many requests."),
        (503, "The endpoint answered 503."),
        (999, "The endpoint answered 999."),
    ],
)
async def test_every_status_has_its_sentence(status: int, error: str | None) -> None:
    async with endpoint(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status) as served:
        outcome = await sent(served)
    assert (outcome.status, outcome.error, outcome.delivered) == (status, error, error is None)
    assert outcome.gone == (status == 410)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"Retry-After: 120\r\n", "120"),
        (b"retry-after: \xe9\r\nRetry-After: 120\r\n", "é"),
        (b"", None),
    ],
)
async def test_the_first_pause_that_is_asked_for_is_read(head: bytes, expected: str | None) -> None:
    async with endpoint(b"HTTP/1.1 503 X\r\n%bContent-Length: 0\r\n\r\n" % head) as served:
        assert (await sent(served)).retry_after == expected


async def test_redirects_are_not_followed() -> None:
    async with endpoint() as elsewhere:
        location = b"Location: http://127.0.0.1:%d/\r\n" % elsewhere.port
        async with endpoint(b"HTTP/1.1 307 Moved\r\n" + location + b"Content-Length: 0\r\n\r\n") as served:
            outcome = await sent(served)
    assert outcome.error == "The endpoint answered 307, a redirect, which webhooks never follow."
    assert elsewhere.connections == 0


def dribbling(first: bytes, piece: bytes, pause: float = 0.02) -> Answer:
    """An answer that never ends; no single read of it takes long."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return answer


@pytest.mark.parametrize(
    ("first", "piece"),
    [(b"", b"H"), (b"HTTP/1.1 200 OK\r\nx: ", b"x"), (b"", b"HTTP/1.1 100 Continue\r\n\r\n")],
)
async def test_an_answer_that_dribbles_in_ends_at_the_deadline(first: bytes, piece: bytes) -> None:
    async with endpoint(dribbling(first, piece)) as served:
        outcome = await sent(served, timeout=0.3)
        await asyncio.wait_for(served.broken.wait(), 10)
    assert (outcome.status, outcome.error) == (None, "No answer within 0.3 seconds.")
    assert 0.3 <= outcome.seconds < 5


async def test_no_answer_at_all_ends_at_the_deadline() -> None:
    async with endpoint(silent) as served:
        outcome = await sent(served, timeout=0.3)
    assert (outcome.status, outcome.error) == (None, "No answer within 0.3 seconds.")


async def test_a_body_that_dribbles_in_ends_at_the_deadline_and_changes_nothing() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
    async with endpoint(dribbling(head, b"x")) as served:
        outcome = await sent(served, timeout=1)
        await asyncio.wait_for(served.broken.wait(), 10)
    assert (outcome.status, outcome.error) == (200, None)
    assert 1 <= outcome.seconds < 10


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\n"])
async def test_an_endless_body_is_cut_long_before_the_deadline(head: bytes) -> None:
    async with endpoint(dribbling(head, bytes(ANSWER_LIMIT_BYTES), pause=0)) as served, sender(timeout=60) as sending:
        outcome = await sending.post(f"http://127.0.0.1:{served.port}/", {}, b"{}")
        await asyncio.wait_for(served.broken.wait(), 10)
    assert (outcome.status, outcome.error) == (200, None)
    assert outcome.seconds < 30


NO_ANSWER = "The endpoint closed the connection without an answer."
NOT_HTTP = "The endpoint answered something that is not HTTP/1.1."


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reset, NO_ANSWER),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", NOT_HTTP),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", NOT_HTTP),
        (b"\x00\xff" * 100 + b"\r\n\r\n", NOT_HTTP),
        (b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n", NOT_HTTP),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", NOT_HTTP),
        (b"HTTP/1.1 200 OK\r\nx: " + b"x" * 200_000, NOT_HTTP),
    ],
)
async def test_answers_that_are_not_http_have_a_message(answer: Answer | bytes, error: str) -> None:
    async with endpoint(answer) as served:
        outcome = await sent(served)
    assert (outcome.status, outcome.error) == (None, error)


async def close(writer: asyncio.StreamWriter) -> None:
    """Close the connection."""
    writer.close()


async def close_within(writer: asyncio.StreamWriter) -> None:
    """Close the connection in the middle of a body."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx")
    writer.close()


async def test_the_status_counts_even_if_the_body_breaks() -> None:
    async with endpoint(close) as served:
        assert (await sent(served)).error == NO_ANSWER
        served.answer = close_within
        assert (await sent(served)).delivered


async def test_a_closed_port_has_a_message() -> None:
    async with endpoint() as served:
        pass
    outcome = await sent(served)
    assert (outcome.status, outcome.error) == (None, "The endpoint cannot be reached: connection refused.")


async def test_private_addresses_are_never_called(monkeypatch: pytest.MonkeyPatch) -> None:
    async with endpoint() as served, sender(allowed=()) as sending:
        literal = await sending.post(f"http://127.0.0.1:{served.port}/", {}, b"{}")
        assert literal.error == "The address 127.0.0.1 is private, and webhooks never call private addresses."
        Resolver(["127.0.0.1"]).install(monkeypatch)
        named = await sending.post(f"http://internal.example:{served.port}/", {}, b"{}")
        assert (
            named.error
            == "The address 127.0.0.1 of internal.example is private, and webhooks never call private addresses."
        )
        unsafe = await WebhookSender().post("http://example.com/", {}, b"{}")
        assert unsafe == Outcome(None, "The URL must begin with https://.", unsafe.seconds)
    assert served.connections == 0


async def test_a_name_is_resolved_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    dialed: list[str] = []
    connect = asyncio.get_running_loop().create_connection

    async def dial(factory: Any, host: str, port: int, **options: Any) -> Any:
        dialed.append(host)
        return await connect(factory, "127.0.0.1", port, **options)

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", dial)
    resolver = Resolver([PUBLIC], ["127.0.0.1"]).install(monkeypatch)
    async with endpoint() as served, sender(allowed=()) as sending:
        url = f"http://rebinding.example:{served.port}/"
        assert (await sending.post(url, {}, b"{}")).delivered
        assert (resolver.asked, dialed) == (["rebinding.example"], [PUBLIC])
        # The connection is kept; a new one asks anew, and is rejected.
        assert (await sending.post(url, {}, b"{}")).delivered
        assert (len(resolver.asked), served.connections) == (1, 1)
        await sending.close()
        assert (await sending.post(url, {}, b"{}")).status is None
    assert (len(resolver.asked), dialed) == (2, [PUBLIC])


async def test_the_next_address_is_tried_when_one_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    Resolver(["127.0.0.2", "127.0.0.1"]).install(monkeypatch)
    async with endpoint() as served, sender() as sending:
        assert (await sending.post(f"http://hooks.example:{served.port}/", {}, b"{}")).delivered
    assert b"\r\nhost: hooks.example:" in served.requests[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("x", value) for value in ("a\r\nb: c", "a\nb", "a\x00", "a\n", " a", "a ", "é", "")),
        *((name, "a") for name in ("x\r\ny", "x:", "x y", "", "é")),
        *((name, "1") for name in ("Host", "content-length", "Transfer-Encoding", "connection")),
    ],
)
async def test_headers_cannot_be_injected(name: str, value: str) -> None:
    async with sender() as sending:
        with pytest.raises(ValueError, match="cannot be sent"):
            await sending.post("http://127.0.0.1:1/", {name: value}, b"{}")


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
        monkeypatch.setenv(name.upper(), "http://127.0.0.1:1")
    async with endpoint() as served:
        assert (await sent(served)).delivered


async def test_many_webhooks_at_once_and_a_sender_that_is_closed_or_canceled() -> None:
    async with endpoint() as served, sender() as sending:
        url = f"http://127.0.0.1:{served.port}/"
        outcomes = await asyncio.gather(*(sending.post(url, {}, b"{}") for _ in range(60)))
        assert all(outcome.delivered for outcome in outcomes)
        served.answer = silent
        waiting = [asyncio.create_task(sending.post(url, {}, b"{}")) for _ in range(2)]
        while len(served.requests) < 62:
            await served.arrived.wait()
            served.arrived.clear()
        waiting[0].cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting[0]
        await sending.close()
        assert (await asyncio.wait_for(waiting[1], 5)).error == NO_ANSWER
