"""Clients that send and read large bodies at once, a thread for each; they cost little beside the servers."""

import socket
import threading
from collections.abc import Callable, Sequence
from secrets import token_bytes
from time import perf_counter
from typing import Final

from msgspec import Struct

_START: Final = b"\x89PNG\r\n\x1a\n"
_BLOCK: Final = token_bytes(2**20)
_TIMEOUT_S: Final = 900


class Transfer(Struct, frozen=True):
    """One body to move: the port and path of its request, and its size. Bodies with other numbers differ."""

    port: int
    path: str
    size: int
    number: int


def put(transfer: Transfer) -> None:
    """Send a body and check that it was accepted."""
    with _connected(transfer, "PUT", f"Content-Length: {transfer.size}\r\n") as connection:
        start = _START + transfer.number.to_bytes(8, "big")
        connection.sendall(start)
        left = transfer.size - len(start)
        while left > 0:
            connection.sendall(_BLOCK[:left] if left < len(_BLOCK) else _BLOCK)
            left -= len(_BLOCK)
        answer = connection.recv(2**16)
        assert b" 201 " in answer.partition(b"\r\n")[0], answer


def get(transfer: Transfer) -> None:
    """Read a body to its end and check its size."""
    with _connected(transfer, "GET", "") as connection:
        buffer = bytearray(2**20)
        count = connection.recv_into(buffer)
        head, _, body = bytes(buffer[:count]).partition(b"\r\n\r\n")
        assert b" 200 " in head.partition(b"\r\n")[0], head
        received = len(body)
        while received < transfer.size:
            count = connection.recv_into(buffer)
            assert count, f"The body ended after {received} bytes."
            received += count


def run_together(act: Callable[[Transfer], None], transfers: Sequence[Transfer]) -> float:
    """Make all transfers at once and return how many seconds they took. Raises the first error."""
    errors: list[BaseException] = []

    def attempt(transfer: Transfer) -> None:
        try:
            act(transfer)
        except BaseException as error:  # noqa: BLE001 - raised again below
            errors.append(error)

    threads = [threading.Thread(target=attempt, args=(transfer,)) for transfer in transfers]
    began = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = perf_counter() - began
    if errors:
        raise errors[0]
    return seconds


def _connected(transfer: Transfer, method: str, headers: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", transfer.port), timeout=_TIMEOUT_S)
    connection.sendall(
        f"{method} {transfer.path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n".encode()
    )
    return connection
