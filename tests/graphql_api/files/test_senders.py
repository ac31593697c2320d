"""No account keeps others from sending files: by many requests, slow ones, or ones that break off (R16, R20)."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from graphql_api.files import receiving
from graphql_api.files.credentials import Rejected
from graphql_api.files.receiving import stream_body
from graphql_api.files.senders import CONCURRENT_OF_ACCOUNT, Senders

ONE, OTHER = UUID(int=1), UUID(int=2)
DAY = 24 * 3600.0


def test_an_account_sends_a_few_files_at_once() -> None:
    """Others still can, and it can again when one of its files has arrived."""
    senders = Senders()
    open_ones = [senders.sending(ONE) for _ in range(CONCURRENT_OF_ACCOUNT)]
    for one in open_ones:
        one.__enter__()
    with pytest.raises(Rejected) as rejected, senders.sending(ONE):
        pass
    message = "You are sending 4 files at the moment. Wait until one of them has arrived."
    assert (rejected.value.status, rejected.value.message) == (429, message)
    with senders.sending(OTHER):
        pass
    open_ones[0].__exit__(None, None, None)
    with senders.sending(ONE):
        pass


def test_bytes_of_requests_that_broke_off_count_for_a_day() -> None:
    """They are those of one account."""
    senders = Senders()
    for at, size in ((0.0, 5), (10.0, 6), (200.0, 7), (300.0, 0)):
        senders.add_broken(ONE, size, at)
    assert [senders.broken_bytes(ONE, now) for now in (300.0, DAY + 100, DAY + 201)] == [18, 7, 0]
    assert senders.broken_bytes(OTHER, 300.0) == 0


async def test_a_body_that_comes_too_slowly_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Although each chunk comes in time; a fast one with the same pauses goes on."""
    monkeypatch.setattr(receiving, "GRACE_S", 0.02)
    monkeypatch.setattr(receiving, "SLOWEST", 100.0)

    def request(size: int) -> Any:
        async def stream() -> AsyncIterator[bytes]:
            for _ in range(8):
                await asyncio.sleep(0.01)
                yield b"x" * size

        return SimpleNamespace(stream=stream)

    assert sum([len(chunk) async for chunk in stream_body(request(100))]) == 800
    with pytest.raises(TimeoutError):
        [chunk async for chunk in stream_body(request(0))]
