"""Global IDs: opaque to clients, a kind and a UUID to the server."""

import base64
import binascii
from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, Final, Self
from uuid import UUID

import strawberry

from domain.failures import InvalidInput, Path, Problem, UserErrorCode
from domain.node_kinds import NodeKind
from domain.requests import BadArgument
from schema.fields import computed

_NOWHERE = UUID(int=0)
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")


def encode_id(kind: NodeKind, key: UUID) -> strawberry.ID:
    """The global ID: the kind's prefix, `_`, and the 16 bytes of the UUID in URL-safe base64."""
    return _encoder(f"{kind.value}_", "bytes")(key)


def decode_id(text: str) -> tuple[NodeKind, UUID] | None:
    """The kind and UUID that `encode_id` encoded; None for any other text."""
    prefix, _, digits = text.partition("_")
    try:
        kind = NodeKind(prefix)
        key = UUID(bytes=base64.b64decode(digits.encode("ascii") + b"==", altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        return None
    return (kind, key) if encode_id(kind, key) == text else None


def node_id(kind: NodeKind, octets: str = "id.bytes") -> Any:
    """The field `id` of a type whose rows have a UUID `id`; `octets` is the attribute with its 16 bytes."""
    return computed(_encoder(f"{kind.value}_", octets), f"The opaque global ID of this {kind.label}.")


def part_id(prefix: str, *keys: str) -> Any:
    """The field `id` of a type that is a part of something and no node; `keys` are attributes that identify it."""
    read = attrgetter(*keys)
    encode: Callable[[Any], strawberry.ID] = lambda row: _encode_part(prefix, read(row))  # noqa: E731 - typed, named
    return computed(encode, "An opaque ID for the caches of clients. The query `node` does not know it.")


def argument_id(kind: NodeKind, text: str, argument: str) -> UUID:
    """The UUID in an argument of a query. Raises BadArgument if it is not an ID of this kind."""
    found = decode_id(text)
    if found is None or found[0] is not kind:
        raise BadArgument(_sentence(kind, found), argument)
    return found[1]


def argument_ids(kind: NodeKind, ids: Sequence[str] | None, argument: str) -> tuple[UUID, ...] | None:
    """Like `argument_id`, for an optional list."""
    return None if ids is None else tuple(argument_id(kind, text, argument) for text in ids)


def input_id(kind: NodeKind, text: str, *path: str) -> UUID:
    """The UUID in the only ID of a mutation input. Raises InvalidInput if it is not an ID of this kind."""
    with InputIds() as ids:
        return ids.one(kind, text, *path)


class InputIds:
    """Reads the IDs in one mutation input. Leaving the `with` block raises InvalidInput with every wrong ID."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    def __enter__(self) -> Self:
        """Begin to read."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        """Raise InvalidInput with everything noted, if anything was and nothing else went wrong."""
        if kind is None and self._problems:
            raise InvalidInput(*self._problems)

    def one(self, kind: NodeKind, text: str, *path: str) -> UUID:
        """The UUID. A wrong ID is noted, and its placeholder never leaves the block."""
        found = decode_id(text)
        if found is not None and found[0] is kind:
            return found[1]
        code = UserErrorCode.NOT_FOUND if found is None else UserErrorCode.INVALID
        self._problems.append(Problem(code, _sentence(kind, found), ("input", *path)))
        return _NOWHERE

    def maybe(self, kind: NodeKind, text: str | None, *path: str) -> UUID | None:
        """Like `one`, for an optional ID."""
        return None if text is None else self.one(kind, text, *path)

    def many(self, kind: NodeKind, ids: Sequence[str], *path: str) -> tuple[UUID, ...]:
        """Like `one`, for a list; the index in the list ends the path."""
        return tuple(self.one(kind, text, *path, str(index)) for index, text in enumerate(ids))

    def note(self, message: str, path: Path) -> None:
        """Note another problem found while reading the input."""
        self._problems.append(Problem(UserErrorCode.INVALID, message, ("input", *path)))


@cache
def _encoder(prefix: str, octets: str) -> Callable[[Any], strawberry.ID]:
    """A function that encodes the 16 bytes of a UUID, an attribute of what it is given, behind a prefix.

    Pages have hundreds of ids, so it does nothing else each time.
    """
    to_base64: Callable[..., bytes] = binascii.b2a_base64
    read = attrgetter(octets)

    def encode(holder: Any) -> strawberry.ID:
        # 16 bytes are 22 digits; padding follows.
        return prefix + to_base64(read(holder), newline=False)[:22].translate(_URL_SAFE).decode()  # type: ignore[return-value] # an ID is a str; to call it costs time

    return encode


def _encode_part(prefix: str, found: UUID | tuple[UUID, ...]) -> strawberry.ID:
    keys = found if isinstance(found, tuple) else (found,)
    return strawberry.ID(
        f"{prefix}_{base64.urlsafe_b64encode(b''.join(key.bytes for key in keys)).decode().rstrip('=')}"
    )


def _sentence(kind: NodeKind, found: tuple[NodeKind, UUID] | None) -> str:
    if found is None:
        return f"This {kind.label} does not exist."
    return f"This is the ID of {_one(found[0])}, not of {_one(kind)}."


def _one(kind: NodeKind) -> str:
    return f"{'an' if kind.label[0] in 'aeiouAE' else 'a'} {kind.label}"
