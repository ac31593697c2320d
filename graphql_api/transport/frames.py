"""Messages of graphql-transport-ws that clients may send, and the close code for everything else."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec
import orjson
from msgspec import Struct

_CREDENTIALS: Final[Mapping[str, str]] = MappingProxyType({"authorization": "authorization", "x-api-key": "x-api-key"})
_ID_LIMIT: Final = 256
_KNOWN_TYPES: Final = frozenset({"connection_init", "ping", "pong", "subscribe", "complete"})


class BadFrame(Exception):
    """A message that closes the connection, with the close code of the protocol."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class SubscribePayload(Struct, frozen=True, rename={"operation_name": "operationName"}):
    """The GraphQL request of a subscribe message."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    extensions: dict[str, Any] | None = None


class Subscribe(Struct, frozen=True):
    """A request to subscribe; the client chose its id."""

    id: str
    payload: SubscribePayload


class Frame(Struct, frozen=True):
    """A message of a known type."""

    type: str
    id: str | None
    payload: Any

    def credentials(self) -> dict[str, str]:
        """Return the credential in the payload of `connection_init`, by header name. Raises BadFrame."""
        if self.payload is None:
            return {}
        if not isinstance(self.payload, dict):
            raise BadFrame(4400, "The payload of connection_init is an object.")
        given = {name.lower(): value for name, value in self.payload.items()}
        found = {header: given[name] for name, header in _CREDENTIALS.items() if name in given}
        if not all(isinstance(value, str) for value in found.values()):
            raise BadFrame(4400, "A credential in connection_init is text.")
        return found

    def subscribe(self) -> Subscribe:
        """Return the request of a subscribe message. Raises BadFrame."""
        if not self.id or len(self.id) > _ID_LIMIT:
            raise BadFrame(4400, f"A subscription has an id of 1 to {_ID_LIMIT} characters.")
        try:
            payload = msgspec.convert(self.payload, SubscribePayload)
        except msgspec.ValidationError as error:
            raise BadFrame(4400, f"The payload of subscribe is not a GraphQL request: {error}") from None
        return Subscribe(self.id, payload)


def read_frame(text: str | None) -> Frame:
    """Read the message in a text frame. Raises BadFrame for binary frames and for messages outside the protocol."""
    if text is None:
        raise BadFrame(4400, "Messages are JSON in text frames.")
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadFrame(4400, "This message is not JSON, or nested too deeply.") from None
    if not isinstance(document, dict):
        raise BadFrame(4400, "A message is a JSON object.")
    kind, id_ = document.get("type"), document.get("id")
    if not isinstance(kind, str) or kind not in _KNOWN_TYPES:
        raise BadFrame(4400, "The protocol knows no such type of message.")
    if id_ is not None and not isinstance(id_, str):
        raise BadFrame(4400, "An id is text.")
    if kind == "complete" and id_ is None:
        raise BadFrame(4400, "A complete message names what is complete.")
    return Frame(kind, id_, document.get("payload"))
