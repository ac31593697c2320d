"""Clients of the real server, signed in by role. They send documents of `operations/` or their own."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from domain.node_kinds import NodeKind
from domain.permissions import Role
from graphql_api.identity.development import dev_token
from graphql_api.settings import Settings
from schema.ids import encode_id
from tests.support.posting import PostingClient
from tests.support.world import World

OPERATIONS = Path(__file__).parents[2] / "operations"
_NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
# Tokens of accounts of servers, by their folders: signing one takes a fifth of the time of a request.
_TOKENS: dict[tuple[str, UUID], str] = {}


@dataclass(frozen=True)
class Answer:
    """A GraphQL response."""

    status: int
    body: dict[str, Any]

    @property
    def data(self) -> Any:
        """The data of an answer without errors."""
        assert "errors" not in self.body, self.body["errors"]
        return self.body["data"]

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The errors, of which there must be some."""
        found: list[dict[str, Any]] = self.body["errors"]
        return found

    @property
    def codes(self) -> list[str]:
        """The codes of the errors."""
        return [error["extensions"]["code"] for error in self.errors]


class Client:
    """One client with its headers."""

    def __init__(self, http: httpx.AsyncClient, headers: dict[str, str]) -> None:
        self.http = http
        self.headers = headers

    async def send(self, document: str, **variables: Any) -> Answer:
        """Execute a document."""
        body = {"query": document, "variables": variables}
        if isinstance(self.http, PostingClient):
            status, answer = await self.http.post_json("/graphql", body, self.headers)
            return Answer(status, answer)
        response = await self.http.post("/graphql", json=body, headers=self.headers)
        return Answer(response.status_code, response.json())

    async def run(self, name: str, **variables: Any) -> Any:
        """Execute a document of the portal and return its data; there must be no errors."""
        return (await self.send(document(f"portal/{name}"), **variables)).data


class Clients:
    """Clients by role or name of the world's accounts."""

    def __init__(self, http: httpx.AsyncClient, world: World, settings: Settings) -> None:
        self._http = http
        self.world = world
        self._settings = settings

    def __getitem__(self, name: str | Role) -> Client:
        """The client of an account."""
        return self.of(self.world.accounts[str(name)].id)

    def of(self, account_id: UUID) -> Client:
        """The client of an account id."""
        key = (str(self._settings.data_dir), account_id)
        if key not in _TOKENS:
            _TOKENS[key] = dev_token(self._settings, account_id)
        return self.with_credential(_TOKENS[key])

    def with_credential(self, credential: str) -> Client:
        """A client with this bearer credential."""
        return Client(self._http, {"Authorization": f"Bearer {credential}"})

    @property
    def anonymous(self) -> Client:
        """A client that is not signed in."""
        return Client(self._http, {})


def http_client(address: str) -> PostingClient:
    """A client of a server on this machine; reading the system's certificates for each would take 20 ms."""
    return PostingClient(base_url=address, verify=_NO_AUTHORITIES, trust_env=False)


def document(name: str) -> str:
    """A document of `operations/`, like `portal/LandingPage`."""
    return (OPERATIONS / f"{name}.graphql").read_text(encoding="utf-8")


def gid(kind: NodeKind, key: UUID) -> str:
    """The global id of a row."""
    return str(encode_id(kind, key))
