"""Automatic persisted queries: a client sends the hash of a document, and its text only if the server does not know it.

Apollo names the hash in `extensions.persistedQuery`, the draft of GraphQL over HTTP in `documentId`. Each process knows
the documents that it answered lately; a client whose hash is unknown sends the text once more.
"""

import re
from hashlib import sha256
from typing import Any, Final

from msgspec import structs

from domain.lru_cache import LruCache
from graphql_api.transport.graphql_request import BadRequest, GraphQLRequest

# The most documents that a process keeps, and the most characters of one: together a bound of memory.
DOCUMENTS_LIMIT: Final = 1_000
TEXT_LIMIT: Final = 10_000
NOT_FOUND: Final = "PERSISTED_QUERY_NOT_FOUND"
NOT_SUPPORTED: Final = "PERSISTED_QUERY_NOT_SUPPORTED"
_DOCUMENT_ID: Final = re.compile(r"sha256:([0-9a-fA-F]{64})")
_HASH: Final = re.compile(r"[0-9a-fA-F]{64}")


class PersistedFailure(BadRequest):
    """A persisted query to send again with its text. Clients compare the message, so it is no sentence."""


class PersistedDocuments:
    """Texts of documents by their hash: those that this process answered most recently for signed-in clients."""

    def __init__(self) -> None:
        self._texts: LruCache[str, str] = LruCache(DOCUMENTS_LIMIT)

    def __len__(self) -> int:
        return len(self._texts)

    def resolve(self, request: GraphQLRequest) -> GraphQLRequest:
        """Return a request with its text. Raises PersistedFailure for an unknown hash, BadRequest for a wrong one."""
        if request.document_hash is None:
            return request
        if request.query:
            if _hash_of(request.query) != request.document_hash:
                message = "The hash of the persisted query is not that of “query”: send the SHA-256 of its text."
                raise BadRequest(message)
            return request
        known = self._texts.get(request.document_hash)
        if known is None:
            message = "PersistedQueryNotFound"
            raise PersistedFailure(message, code=NOT_FOUND)
        return structs.replace(request, query=known)

    def keep(self, request: GraphQLRequest) -> None:
        """Keep the document of a request that a signed-in client sent with its hash, and that is valid."""
        if request.document_hash is not None and len(request.query) <= TEXT_LIMIT:
            self._texts.put(request.document_hash, request.query)


def document_hash(document_id: object, extensions: dict[str, Any] | None) -> str | None:
    """Return the hash that a request names; None without one. Raises BadRequest and PersistedFailure."""
    persisted = (extensions or {}).get("persistedQuery")
    if persisted is not None:
        return _apollo_hash(persisted)
    if document_id is None:
        return None
    found = _DOCUMENT_ID.fullmatch(document_id) if isinstance(document_id, str) else None
    if found is None:
        message = "“documentId” must be “sha256:” and the SHA-256 of the document, as 64 hexadecimal digits."
        raise BadRequest(message)
    return found[1].lower()


def _apollo_hash(persisted: object) -> str:
    if not isinstance(persisted, dict):
        message = "“extensions.persistedQuery” must be a JSON object."
        raise BadRequest(message)
    if persisted.get("version") != 1:
        message = "PersistedQueryNotSupported"
        raise PersistedFailure(message, code=NOT_SUPPORTED)
    given = persisted.get("sha256Hash")
    if not isinstance(given, str) or not _HASH.fullmatch(given):
        message = "“extensions.persistedQuery.sha256Hash” must be the SHA-256 of the query, as 64 hexadecimal digits."
        raise BadRequest(message)
    return given.lower()


def _hash_of(text: str) -> str:
    return sha256(text.encode(errors="surrogatepass")).hexdigest()
