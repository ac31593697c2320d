"""Authentication: tokens of an identity provider and API keys (R25)."""

import base64
import json
import stat
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from domain.node_kinds import NodeKind
from domain.permissions import Role
from graphql_api.app import build_app
from graphql_api.auth import Authenticator
from graphql_api.context import Environment
from graphql_api.execution import CompiledSchema
from graphql_api.execution.limits import Limits
from graphql_api.identity.development import dev_token
from graphql_api.identity.keys import KeysUnavailable
from graphql_api.settings import Settings
from schema.build import build_schema
from schema.scalars import NATIVES
from tests.support.client import Clients, gid
from tests.support.world import World

WHO = "{ viewer { account { displayName } } }"
FIRST, SECOND, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2, 3))
INVALID = "This token is not valid: sign in again."
Given = Mapping[str, Any]
Headers = Mapping[str, str] | Mapping[bytes, bytes]


def pem(key: Ed25519PrivateKey) -> bytes:
    """The public key as PEM."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form)


def jwk(key: Ed25519PrivateKey, key_id: str) -> dict[str, str]:
    """The public key as a JSON Web Key (RFC 8037)."""
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": key_id, "alg": "EdDSA", "use": "sig"}


def production(path: Path, content: bytes) -> Settings:
    """Settings of a production server that verifies tokens with this key file."""
    file = path / "keys"
    file.write_bytes(content)
    return Settings(env="production", jwt_keys=file, jwt_issuer="https://id.example", jwt_audience="tessera-api")


@pytest.fixture(scope="module", autouse=True)
def _one_schema() -> Iterator[None]:
    """All servers of these tests, one for each request, share a schema and its plans: they differ in their keys."""
    schema = build_schema(CompiledSchema, suggestions=False, natives=NATIVES, limits=Limits())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("graphql_api.app.build_schema", lambda *_given, **_named: schema)
        yield


@pytest.fixture
def jwks(tmp_path: Path) -> Settings:
    """Two keys in a JWKS document."""
    keys = {"keys": [jwk(FIRST, "first"), jwk(SECOND, "second")]}
    return production(tmp_path, json.dumps(keys).encode())


@pytest.fixture
def claims(world: World) -> dict[str, Any]:
    """Good claims of the analyst."""
    return {
        "sub": str(world.accounts["ANALYST"].id),
        "iss": "https://id.example",
        "aud": "tessera-api",
        "exp": datetime.now(UTC) + timedelta(minutes=5),
    }


def token(claims: Given, key: Any = FIRST, key_id: object = "first", algorithm: str = "EdDSA") -> str:
    """A signed token."""
    headers = {} if key_id is None else {"kid": key_id}
    return jwt.encode(dict(claims), key, algorithm, headers)


async def ask(settings: Settings, environment: Environment, headers: Headers) -> tuple[int, str]:
    """Return the account that the server identifies, or the reason why it rejects the request."""
    transport = httpx.ASGITransport(build_app(settings, environment))
    async with httpx.AsyncClient(transport=transport, base_url="https://tessera") as client:
        response = await client.post("/graphql", json={"query": WHO}, headers=headers)
    body = response.json()
    if "errors" in body:
        assert body["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert not body.get("data") or body["data"] == {"viewer": None}
        return response.status_code, body["errors"][0]["message"]
    return response.status_code, body["data"]["viewer"]["account"]["displayName"]


async def bearing(settings: Settings, environment: Environment, credential: str) -> tuple[int, str]:
    """The same, for a bearer credential."""
    return await ask(settings, environment, {"Authorization": f"Bearer {credential}"})


async def test_tokens_of_every_key_of_a_jwks_file(jwks: Settings, environment: Environment, claims: Given) -> None:
    """R25: keys are rotated by having two for a while; the token names its key."""
    assert await bearing(jwks, environment, token(claims)) == (200, "Analyst")
    assert await bearing(jwks, environment, token(claims, SECOND, "second")) == (200, "Analyst")
    several = {**claims, "aud": ["other", "tessera-api"]}
    assert await bearing(jwks, environment, token(several)) == (200, "Analyst")


async def test_tokens_of_the_key_in_a_pem_file(tmp_path: Path, environment: Environment, claims: Given) -> None:
    """R25: one key needs no name."""
    settings = production(tmp_path, pem(FIRST))
    assert await bearing(settings, environment, token(claims, key_id=None)) == (200, "Analyst")
    assert await bearing(settings, environment, token(claims, STRANGER, key_id=None)) == (401, INVALID)


@pytest.mark.parametrize(
    ("key", "key_id"),
    [(FIRST, "third"), (FIRST, None), (FIRST, "second"), (STRANGER, "first"), (FIRST, ""), (FIRST, "0")],
)
async def test_tokens_signed_with_unknown_keys_are_rejected(
    jwks: Settings, environment: Environment, claims: Given, key: Ed25519PrivateKey, key_id: str | None
) -> None:
    """R25: a token without a name fits only where there is one key."""
    assert await bearing(jwks, environment, token(claims, key, key_id)) == (401, INVALID)


@pytest.mark.parametrize("claim", ["exp", "aud", "iss", "sub"])
async def test_every_claim_is_required(jwks: Settings, environment: Environment, claims: Given, claim: str) -> None:
    """R25: a token without an expiry or an audience is rejected."""
    given = {name: value for name, value in claims.items() if name != claim}
    assert await bearing(jwks, environment, token(given)) == (401, INVALID)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"exp": 1_600_000_000}, "This token has expired: sign in again."),
        ({"exp": "soon"}, INVALID),
        ({"nbf": 32_503_680_000}, INVALID),
        ({"aud": "other"}, INVALID),
        ({"aud": ["other"]}, INVALID),
        ({"aud": ""}, INVALID),
        ({"iss": "https://evil.example"}, INVALID),
        ({"sub": ""}, INVALID),
        ({"sub": "analyst"}, INVALID),
        (
            {"sub": "00000000-0000-0000-0000-000000000007"},
            "This credential does not open an account. It was revoked, or the account is disabled.",
        ),
    ],
)
async def test_wrong_claims_are_rejected(
    jwks: Settings, environment: Environment, claims: Given, changed: Given, message: str
) -> None:
    """R25: each is rejected with a sentence, before anything is executed."""
    assert await bearing(jwks, environment, token({**claims, **changed})) == (401, message)


async def test_only_the_configured_algorithm_is_accepted(
    tmp_path: Path, environment: Environment, claims: dict[str, Any]
) -> None:
    """R25: neither `none` nor a MAC made with the public key, which is known to everyone."""
    settings = production(tmp_path, pem(FIRST))
    claims["exp"] = int(claims["exp"].timestamp())
    header, body = (_part(part) for part in ({"alg": "none", "typ": "JWT"}, claims))
    for unsigned in (f"{header}.{body}.", f"{header}.{body}.AAAA", f"{header}.{body}"):
        assert await bearing(settings, environment, unsigned) == (401, INVALID)
    forged = jwt.api_jws.PyJWS().encode(json.dumps(claims).encode(), b"x" * 32, "HS256")
    assert await bearing(settings, environment, forged) == (401, INVALID)
    confused = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{body}"
    mac = jwt.get_algorithm_by_name("HS256").sign(confused.encode(), pem(FIRST))
    assert await bearing(settings, environment, f"{confused}.{_encoded(mac)}") == (401, INVALID)
    other = generate_private_key(65537, 2048)
    assert await bearing(settings, environment, token(claims, other, None, "RS256")) == (401, INVALID)


@pytest.mark.parametrize("text", ["x", "a.b.c", "..", "\u00e9", "null", "e30.e30.e30", "A" * 10_000])
async def test_malformed_tokens_are_rejected(jwks: Settings, environment: Environment, world: World, text: str) -> None:
    """R25: no input raises an exception."""
    assert await ask(jwks, environment, {b"Authorization": f"Bearer {text}".encode()}) == (401, INVALID)


async def test_production_rejects_development_tokens(
    jwks: Settings, settings: Settings, environment: Environment, world: World
) -> None:
    """R25: their key stays on the developer's machine."""
    made = dev_token(settings, world.accounts["ADMIN"].id)
    assert await bearing(settings, environment, made) == (200, "Admin")
    assert await bearing(jwks, environment, made) == (401, INVALID)
    old = dev_token(settings, world.accounts["ADMIN"].id, datetime.now(UTC) - timedelta(days=31))
    assert await bearing(settings, environment, old) == (401, "This token has expired: sign in again.")


async def test_the_headers_that_carry_a_credential(
    clients: Clients, settings: Settings, environment: Environment, world: World
) -> None:
    """R20: integrations send a key in either header; Authorization counts where there are both."""
    account = gid(NodeKind.ACCOUNT, world.accounts["INTEGRATION"].id)
    mutation = 'mutation ($id: ID!) { createApiKey(input: {accountId: $id, name: "Till"}) { secret } }'
    made = await clients[Role.ADMIN].send(mutation, id=account)
    secret = made.data["createApiKey"]["secret"]
    admin = dev_token(settings, world.accounts["ADMIN"].id)
    sentence = "Send the credential as “Authorization: Bearer …”."
    answers: list[tuple[dict[str, str], tuple[int, str]]] = [
        ({"Authorization": f"Bearer {secret}"}, (200, "Integration")),
        ({"authorization": f"bearer  {secret} "}, (200, "Integration")),
        ({"X-API-Key": secret}, (200, "Integration")),
        ({"Authorization": f"Bearer {admin}", "X-API-Key": secret}, (200, "Admin")),
        ({"Authorization": "Bearer x", "X-API-Key": secret}, (401, INVALID)),
        ({"Authorization": secret}, (401, sentence)),
        ({"Authorization": f"Basic {secret}"}, (401, sentence)),
        ({"Authorization": "Bearer"}, (401, sentence)),
        ({"Authorization": ""}, (401, sentence)),
        ({"X-API-Key": ""}, (401, INVALID)),
        ({}, (200, "You are not signed in. Send a token or an API key.")),
    ]
    for headers, expected in answers:
        assert await ask(settings, environment, headers) == expected


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b'{"keys": []}', b'{"keys": [{"kty": "OKP"}]}', b"x", b"\xff"])
def test_unusable_key_files_are_rejected(tmp_path: Path, content: bytes) -> None:
    """R27: the server does not start, and its message names the file and the reason."""
    settings = production(tmp_path, content)
    with pytest.raises(KeysUnavailable, match=r"^The keys in .*/keys cannot be used: .+"):
        Authenticator(settings)


@pytest.mark.parametrize(
    "content", [b'{"keys": 1}', b'{"keys": ["x"]}', b'{"keys": null}', b'{"keys": {"kty": "OKP"}}']
)
def test_key_documents_of_another_shape_are_rejected(tmp_path: Path, content: bytes) -> None:
    """R27: JSON that is not a key set gets the same message."""
    with pytest.raises(KeysUnavailable, match=r"^The keys in .*/keys cannot be used: .+"):
        Authenticator(production(tmp_path, content))


def test_keys_that_do_not_match_the_algorithm_are_rejected(tmp_path: Path) -> None:
    """R27: an unknown algorithm, a MAC over a public key, and a key of another kind."""
    settings = production(tmp_path, pem(FIRST))
    for algorithm in ("HS256", "RS256", "ES256", "none", "EdDSA2"):
        with pytest.raises(KeysUnavailable, match=r"^The keys in .*/keys cannot be used: .+"):
            Authenticator(settings.model_copy(update={"jwt_algorithm": algorithm}))


def test_production_does_not_start_without_keys(tmp_path: Path) -> None:
    """R27: the message names the setting."""
    with pytest.raises(KeysUnavailable) as none:
        Authenticator(Settings(env="production"))
    assert str(none.value) == (
        "Tokens cannot be verified: set TESSERA_JWT_KEYS to a JWKS or PEM file, TESSERA_OIDC_ISSUER to the URL of an "
        "identity provider, or TESSERA_ENV=dev on your own machine."
    )
    missing = tmp_path / "missing.pem"
    with pytest.raises(KeysUnavailable, match=r"missing\.pem cannot be used: .*No such file"):
        Authenticator(Settings(env="production", jwt_keys=missing))


def test_only_its_owner_can_read_the_development_key(tmp_path: Path, world: World) -> None:
    """R25: it is created once with owner-only permissions. Anything else at its path is reported."""
    settings = Settings(env="dev", data_dir=tmp_path / "data")
    account = world.accounts["ADMIN"].id
    first = dev_token(settings, account)
    (file,) = settings.data_dir.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert dev_token(settings, account).split(".")[0] == first.split(".")[0]
    Authenticator(settings)
    rsa = generate_private_key(65537, 2048)
    form = serialization.PrivateFormat.PKCS8
    file.write_bytes(rsa.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    with pytest.raises(KeysUnavailable, match="does not hold an Ed25519 key: delete it, and a new one is made"):
        Authenticator(settings)
    file.write_bytes(b"nothing")
    with pytest.raises(KeysUnavailable):
        Authenticator(settings)


def _part(content: Given) -> str:
    return _encoded(json.dumps(content).encode())


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
