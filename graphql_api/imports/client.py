"""A client of a server that imports files of sales: sends a file, asks how far it is, and downloads rejected rows."""

import select
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import SplitResult, urlencode, urlsplit

import msgspec

from graphql_api.imports.endpoint import IMPORTS_PATH

# Bytes that are sent between two looks at the answer.
_PIECE: Final = 2**17
_TIMEOUT_S: Final = 60.0
_CONNECTIONS: Final[Mapping[str, type[HTTPConnection]]] = {"http": HTTPConnection, "https": HTTPSConnection}


class ImportImpossible(Exception):
    """A file cannot be imported; the message says why and what to do."""


class ServerSilent(ImportImpossible):
    """The server does not answer."""


class ImportClient:
    """Talks to one server with one credential."""

    def __init__(self, server: str, token: str) -> None:
        """Take the address of the server. Raises ImportImpossible for one that is none."""
        parts = _split(server)
        if parts is None or parts.scheme not in _CONNECTIONS or not parts.hostname:
            message = f"{server} is no address of a server. Write it like https://tessera.example.com."
            raise ImportImpossible(message)
        if not (token.isascii() and token.isprintable()):
            message = "The token has a character that no token has, such as a line break. Copy it again."
            raise ImportImpossible(message)
        self._server = server.rstrip("/")
        self._connect = _CONNECTIONS[parts.scheme]
        self._host = parts.netloc
        self._path = parts.path.rstrip("/")
        self._headers = {"authorization": f"Bearer {token}"}

    def send(self, file: Path, parameters: Mapping[str, str], sent: Callable[[int], None]) -> dict[str, Any]:
        """Send a file, and return the `url` of its import, and `notices`; `sent` gets the bytes of each piece.

        Raises ImportImpossible with the sentence of the server.
        """
        connection = self._open()
        headers = {
            **self._headers,
            "content-length": str(file.stat().st_size),
            "content-type": "application/octet-stream",
        }
        try:
            path = f"{self._path}{IMPORTS_PATH}?{urlencode(parameters, errors='replace')}"
            # A server may answer before the end, and close.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request("POST", path, body=_pieces(file, connection, sent), headers=headers)
            answer = _read_json(connection.getresponse(), expected=202)
        except (OSError, HTTPException) as error:
            raise self._silent(error) from error
        finally:
            connection.close()
        return answer

    def read(self, path: str) -> dict[str, Any]:
        """Read an import. Raises ServerSilent and ImportImpossible."""
        return self._ask("GET", path)

    def cancel(self, path: str) -> dict[str, Any]:
        """Cancel an import, and read it. Raises ServerSilent and ImportImpossible."""
        return self._ask("DELETE", path)

    def _ask(self, method: str, path: str) -> dict[str, Any]:
        connection = self._open()
        try:
            connection.request(method, f"{self._path}{path}", headers=self._headers)
            return _read_json(connection.getresponse(), expected=200)
        except (OSError, HTTPException) as error:
            raise self._silent(error) from error
        finally:
            connection.close()

    def download(self, path: str, target: Path) -> None:
        """Download a file to a place where there is none. Raises ImportImpossible."""
        connection = self._open()
        try:
            connection.request("GET", f"{self._path}{path}", headers=self._headers)
            response = connection.getresponse()
            if response.status != 200:  # noqa: PLR2004 - OK
                _read_json(response, expected=200)
            with create_file(target) as written:
                while piece := response.read(_PIECE):
                    written.write(piece)
        except (OSError, HTTPException) as error:
            raise self._silent(error) from error
        finally:
            connection.close()

    def _open(self) -> HTTPConnection:
        connection: HTTPConnection = self._connect(self._host, timeout=_TIMEOUT_S)
        return connection

    def _silent(self, error: Exception) -> ServerSilent:
        reason = str(error) or type(error).__name__
        return ServerSilent(
            f"The server at {self._server} does not answer: {reason}. Start it with “tessera serve”, or name another "
            "one with --server."
        )


def _split(server: str) -> SplitResult | None:
    """The parts of an address; None for a text that is none."""
    try:
        parts = urlsplit(server)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        return None
    return parts


def create_file(target: Path) -> BinaryIO:
    """Open a file where there is none. Raises ImportImpossible."""
    try:
        return target.open("xb")
    except FileExistsError as error:
        message = f"{target} exists already, so the rejected rows are not written. Download them from the import."
        raise ImportImpossible(message) from error
    except OSError as error:
        message = f"{target} cannot be written: {error.strerror}. Download the rejected rows from the import."
        raise ImportImpossible(message) from error


def _pieces(file: Path, connection: HTTPConnection, sent: Callable[[int], None]) -> Iterator[bytes]:
    """Read a file piece by piece, until the server answers: before the end, that is a rejection."""
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            if connection.sock is not None and select.select([connection.sock], [], [], 0)[0]:
                return
            yield piece
            sent(len(piece))


def _read_json(response: HTTPResponse, *, expected: int) -> dict[str, Any]:
    """Read an answer. Raises ImportImpossible with the sentence of a rejection."""
    body = response.read()
    try:
        answer = msgspec.json.decode(body, type=dict[str, Any])
        if response.status == expected:
            return answer
        (error,) = answer["errors"]
        raise ImportImpossible(str(error["message"]))
    except (msgspec.DecodeError, KeyError, TypeError, ValueError) as malformed:
        message = f"The server answered {response.status} without a sentence. Is it a Tessera server?"
        raise ImportImpossible(message) from malformed
