"""Public keys that verify tokens: a set of them, how they are read from a document, and what a source of them is."""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Protocol

import jwt
from msgspec import Struct

PEM_KEY_ID: Final = "pem"
# A provider publishes two or three; each costs time to read.
KEYS_LIMIT: Final = 100
# Members of a JSON Web Key that only its owner may know (RFC 7518, section 6).
_PRIVATE_MEMBERS: Final = frozenset({"d", "k", "p", "q", "dp", "dq", "qi", "oth"})


class KeysUnavailable(Exception):
    """The keys that verify tokens cannot be read; the message says what to do."""


class FoundKey(NamedTuple):
    """A key, and the version of the source that it comes from."""

    key: Any
    version: int


class KeySource(Protocol):
    """Where the keys of an issuer come from. They are in memory: a key id in a token never steers where to look."""

    @property
    def version(self) -> int:
        """A number that grows whenever the keys change, so that what was verified with older ones counts no more."""
        ...

    async def find(self, key_id: str | None) -> FoundKey | None:
        """Find the key that a token names; None if there is none. Raises RequestError while that is not known."""
        ...


class KeySet(Struct, frozen=True):
    """Public keys by id. The key of a PEM file has no id, so it `matches_any`."""

    by_id: Mapping[str, Any]
    matches_any: bool = False

    def find(self, key_id: str | None) -> Any:
        """Return the key with this id; without an id, the only key there is. None if there is no such key."""
        if key_id is not None and key_id in self.by_id:
            return self.by_id[key_id]
        if self.matches_any or (key_id is None and len(self.by_id) == 1):
            return next(iter(self.by_id.values()))
        return None


def read_key_document(text: str, algorithm: str) -> KeySet:
    """Read the public keys of a JWKS document, or the one key of a PEM file. Raises ValueError and PyJWTError.

    An unknown algorithm raises NotImplementedError.
    """
    if "PRIVATE KEY-----" in text:
        message = "it holds a private key, which signs tokens. Give the server the public key only"
        raise ValueError(message)
    if text.lstrip().startswith("{"):
        return read_key_set(json.loads(text), algorithm)
    return KeySet({PEM_KEY_ID: jwt.get_algorithm_by_name(algorithm).prepare_key(text)}, matches_any=True)


def read_key_set(document: Any, algorithm: str) -> KeySet:
    """Return the keys of a JWKS document that sign with `algorithm`; skip all others. Raises ValueError for none."""
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        message = "it is not a JWKS document"
        raise ValueError(message)  # noqa: TRY004 - a document of the wrong shape, not an argument of the wrong type
    found = {}
    for index, entry in enumerate(listed[:KEYS_LIMIT]):
        if (key := _usable_key(entry, algorithm)) is not None:
            found[str(entry.get("kid") or index)] = key
    if not found:
        message = f"it has no public key for {algorithm}"
        raise ValueError(message)
    return KeySet(found)


def _usable_key(entry: Any, algorithm: str) -> Any:
    """Return the public key of an entry that may sign with `algorithm`; None for any other entry."""
    if not isinstance(entry, dict) or not _PRIVATE_MEMBERS.isdisjoint(entry):
        return None
    if entry.get("use", "sig") != "sig" or entry.get("alg", algorithm) != algorithm:
        return None
    try:
        # The configured algorithm decides, never the type of the key: RFC 8725, section 3.1.
        return jwt.PyJWK(entry, algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
        return None
