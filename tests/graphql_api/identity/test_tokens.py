"""Tokens: one algorithm per issuer, headers that steer nothing, leeway, and what is remembered (R25, RFC 8725)."""

import base64
import json
import time
from typing import Any
from uuid import UUID

import hypothesis
import hypothesis.strategies as st
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from domain.accounts.identities import Identity
from domain.node_kinds import NodeKind
from domain.requests import Unauthenticated
from graphql_api.identity.keys import FoundKey, KeySet
from graphql_api.identity.tokens import Issuer, TokenVerifier
from schema.ids import encode_id
from tests.support.oidc_provider import public_jwk, signing_key

ACCOUNT = UUID("01890000-0000-7000-8000-000000000001")
OWN_KEY = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
OWN, PROVIDER = "tessera", "https://id.example"
NOT_VALID = "This token is not valid: sign in again."
EXPIRED = "This token has expired: sign in again."


class Keys:
    """A source whose keys a test changes."""

    def __init__(self, **keys: Any) -> None:
        self.keys = KeySet(keys)
        self.version = 1

    async def find(self, key_id: str | None) -> FoundKey | None:
        """Find a key."""
        key = self.keys.find(key_id)
        return None if key is None else FoundKey(key, self.version)


def verifier(leeway: float = 30) -> tuple[TokenVerifier, Keys]:
    """A verifier of two issuers, and the keys of the provider."""
    keys = Keys(one=signing_key(1).public_key(), two=signing_key(2).public_key())
    own = Issuer(name=OWN, audience="api", algorithm="EdDSA", keys=Keys(own=OWN_KEY.public_key()))
    provider = Issuer(name=PROVIDER, audience="client", algorithm="RS256", keys=keys, is_provider=True)
    return TokenVerifier([own, provider], leeway), keys


def own_token(headers: Any = None, key: Any = OWN_KEY, algorithm: str = "EdDSA", **claims: Any) -> str:
    """A token of our own issuer."""
    made = {"sub": str(ACCOUNT), "iss": OWN, "aud": "api", "exp": int(time.time()) + 300, **claims}
    return jwt.encode(made, key, algorithm, {"kid": "own", **(headers or {})})


def provider_token(headers: Any = None, key: Any = None, algorithm: str = "RS256", **claims: Any) -> str:
    """A token of the provider."""
    made = {"sub": "asha", "iss": PROVIDER, "aud": "client", "exp": int(time.time()) + 300, **claims}
    return jwt.encode(made, key or signing_key(1), algorithm, {"kid": "one", **(headers or {})})


async def rejection(token: str, leeway: float = 30) -> str:
    """The sentence with which a token is rejected."""
    with pytest.raises(Unauthenticated) as rejected:
        await verifier(leeway)[0].verify(token)
    return str(rejected.value)


@pytest.mark.parametrize("subject", [str(ACCOUNT), encode_id(NodeKind.ACCOUNT, ACCOUNT)])
async def test_our_own_tokens_name_an_account(subject: str) -> None:
    """By its UUID, or by the ID that the API shows."""
    assert (await verifier()[0].verify(own_token(sub=subject))).holder == ACCOUNT


@pytest.mark.parametrize("subject", ["asha", "acc_", encode_id(NodeKind.ECP, ACCOUNT), "", "\u0000"])
async def test_our_own_tokens_name_nothing_else(subject: str) -> None:
    """The ID of another kind is no account."""
    assert await rejection(own_token(sub=subject)) == NOT_VALID


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({}, None),
        ({"email": "asha@example.org"}, None),
        ({"email": "asha@example.org", "email_verified": False}, None),
        ({"email": "asha@example.org", "email_verified": "true"}, None),
        ({"email": "asha@example.org", "email_verified": 1}, None),
        ({"email": " asha@example.org ", "email_verified": True}, "asha@example.org"),
        ({"email": "no address", "email_verified": True}, None),
        ({"email": ["asha@example.org"], "email_verified": True}, None),
        ({"email": f"{'a' * 250}@example.org", "email_verified": True}, None),
    ],
)
async def test_tokens_of_the_provider_name_an_identity(claims: Any, email: str | None) -> None:
    """With the e-mail address only if the provider says that it verified it."""
    assert (await verifier()[0].verify(provider_token(**claims))).holder == Identity(PROVIDER, "asha", email)


@pytest.mark.parametrize("subject", ["", "x" * 256, "a\u0000b", "a\nb"])
async def test_subjects_that_cannot_be_stored_are_rejected(subject: str) -> None:
    """OpenID Connect allows 255 characters."""
    assert await rejection(provider_token(sub=subject)) == NOT_VALID


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"exp": -20}, None),
        ({"exp": -40}, EXPIRED),
        ({"nbf": 20}, None),
        ({"nbf": 40}, NOT_VALID),
        ({"iat": 20}, None),
        ({"iat": 40}, NOT_VALID),
    ],
)
@pytest.mark.parametrize("make", [own_token, provider_token])
async def test_clocks_may_differ_by_the_leeway(make: Any, changed: dict[str, int], message: str | None) -> None:
    """30 seconds for every issuer; the token is good until then."""
    token = make(**{name: int(time.time()) + seconds for name, seconds in changed.items()})
    if message is None:
        verified = await verifier()[0].verify(token)
        assert verified.expires > time.time()
        assert await rejection(token, leeway=0) in {NOT_VALID, EXPIRED}
    else:
        assert await rejection(token) == message


EVIL_JWK = public_jwk(signing_key(3), "one")


@pytest.mark.parametrize(
    "headers",
    [
        {"crit": ["exp"], "exp": 1},
        {"crit": ["b64"], "b64": True},
        {"crit": []},
        {"crit": None},
        {"b64": True, "crit": ["b64"]},
    ],
)
async def test_critical_headers_are_rejected(headers: dict[str, Any]) -> None:
    """RFC 7515, section 4.1.11: who does not understand one must reject the token."""
    head, body, _signature = provider_token().split(".")
    head = _encoded({**json.loads(_decoded(head)), **headers})
    signature = jwt.get_algorithm_by_name("RS256").sign(f"{head}.{body}".encode(), signing_key(1))
    assert await rejection(f"{head}.{body}.{_text(signature)}") == NOT_VALID


@pytest.mark.parametrize(
    "headers",
    [
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/chain"},
        {"jwk": EVIL_JWK},
        {"x5c": ["AAAA"]},
        {"jwk": EVIL_JWK, "kid": "unknown"},
    ],
)
async def test_headers_never_steer_where_keys_come_from(headers: dict[str, Any]) -> None:
    """A token that brings its own key is not valid; one of a known key is as good as without the header."""
    assert await rejection(provider_token(headers, key=signing_key(3))) == NOT_VALID
    known = {name: value for name, value in headers.items() if name != "kid"}
    assert (await verifier()[0].verify(provider_token(known))).holder == Identity(PROVIDER, "asha")


async def test_each_issuer_has_its_own_algorithm_audience_and_keys() -> None:
    """None of them is good for the other issuer."""
    pem = (
        signing_key(1)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    head, body, _signature = provider_token().split(".")
    confused = f"{_encoded({'alg': 'HS256', 'kid': 'one'})}.{body}"
    mac = jwt.get_algorithm_by_name("HS256").sign(confused.encode(), pem)
    for token in (
        own_token(iss=PROVIDER, aud="client", headers={"kid": "one"}),
        own_token(aud="client"),
        provider_token(iss=OWN, aud="api", sub=str(ACCOUNT)),
        provider_token(aud="api"),
        provider_token(algorithm="RS512"),
        provider_token(algorithm="PS256"),
        provider_token({"kid": "two"}),
        provider_token({"kid": "own"}),
        provider_token(iss="https://id.example/"),
        f"{_encoded({'alg': 'none', 'kid': 'one'})}.{body}.",
        f"{_encoded({'alg': 'none', 'kid': 'one'})}.{body}.{_text(b'x')}",
        f"{confused}.{_text(mac)}",
        f"{head}.{body}.",
    ):
        assert await rejection(token) == NOT_VALID


async def test_weak_keys_verify_nothing() -> None:
    """NIST SP 800-131A: RSA needs 2,048 bits."""
    tokens, keys = verifier()
    weak = generate_private_key(65537, 1024)  # noqa: S505 - on purpose
    keys.keys = KeySet({"one": weak.public_key()})
    signed, _, _signature = provider_token().rpartition(".")
    signature = jwt.get_algorithm_by_name("RS256").sign(signed.encode(), weak)
    with pytest.raises(Unauthenticated, match=NOT_VALID):
        await tokens.verify(f"{signed}.{_text(signature)}")


async def test_a_removed_key_stops_tokens_that_were_verified_before() -> None:
    """Although their verification is remembered."""
    tokens, keys = verifier()
    first, second = provider_token(), provider_token({"kid": "two"}, key=signing_key(2))
    assert await tokens.verify(first) is await tokens.verify(first)
    await tokens.verify(second)
    keys.keys, keys.version = KeySet({"two": signing_key(2).public_key()}), 2
    with pytest.raises(Unauthenticated, match=NOT_VALID):
        await tokens.verify(first)
    assert (await tokens.verify(second)).version == 2


GOOD = (own_token(), provider_token(email="asha@example.org", email_verified=True))
JSON = st.one_of(st.none(), st.booleans(), st.integers(0, 2**40), st.text(max_size=8), st.lists(st.text(max_size=4)))
NAMES = st.sampled_from(["alg", "kid", "typ", "iss", "sub", "aud", "exp", "nbf", "email", "email_verified", "x"])


@hypothesis.given(st.sampled_from(GOOD), st.sampled_from([0, 1]), NAMES, JSON)
@hypothesis.settings(max_examples=100)
async def test_no_token_with_a_changed_header_or_claim_is_accepted(
    token: str, part: int, name: str, value: Any
) -> None:
    """The signature covers all of it."""
    parts = token.split(".")
    content = json.loads(_decoded(parts[part]))
    hypothesis.assume(name not in content or content[name] != value)
    parts[part] = _encoded({**content, name: value})
    assert await rejection(".".join(parts)) in {NOT_VALID, EXPIRED}


@hypothesis.given(st.sampled_from(GOOD), st.floats(0, 1, exclude_max=True), st.sampled_from("AZaz09-_.~"))
@hypothesis.settings(max_examples=100)
async def test_no_token_with_a_changed_character_is_accepted(token: str, place: float, character: str) -> None:
    """Nor one whose last bits differ."""
    at = int(place * len(token))
    hypothesis.assume(token[at] != character)
    assert await rejection(f"{token[:at]}{character}{token[at + 1 :]}") == NOT_VALID


def _encoded(content: Any) -> str:
    return _text(json.dumps(content).encode())


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
