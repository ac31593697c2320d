"""The keys of an OpenID Connect provider: discovery, rotation, removal, outages, and answers that are no keys (R25)."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from domain.requests import ProviderUnavailable
from graphql_api.identity.fetching import DOCUMENT_LIMIT_BYTES, ProviderFailed, fetch_document, secure_url_problem
from graphql_api.identity.keys import FoundKey, KeysUnavailable
from graphql_api.identity.provider import FETCH_PAUSE_S, ProviderKeys
from tests.graphql_api.identity.conftest import Clock
from tests.support.oidc_provider import (
    DISCOVERY,
    JWKS,
    OidcProvider,
    oidc_provider,
    public_jwk,
    self_signed,
    signing_key,
)


def public(number: int) -> Any:
    """The public part of a signing key."""
    return signing_key(number).public_key()


async def test_keys_are_found_by_discovery(keys: ProviderKeys, provider: OidcProvider) -> None:
    """Once, and then they are in memory."""
    assert not keys.loaded
    assert await keys.find("key-1") == FoundKey(public(1), 1)
    assert await keys.find("key-1") == FoundKey(public(1), 1)
    assert await keys.find(None) == FoundKey(public(1), 1)
    assert provider.requests == [f"/realm{DISCOVERY}", JWKS]


async def test_an_unknown_key_id_fetches_the_keys_at_most_every_30_seconds(
    keys: ProviderKeys, provider: OidcProvider, seconds: Clock
) -> None:
    """A new key is found as soon as that allows."""
    await keys.refresh()
    provider.rotate()
    seconds.now += FETCH_PAUSE_S - 0.1
    assert await keys.find("key-2") is None
    assert provider.fetches == 1
    seconds.now += 0.1
    assert await keys.find("key-2") == FoundKey(public(2), 2)
    assert await keys.find("nonsense") is None
    assert provider.fetches == 2


async def test_many_requests_at_once_wait_for_one_fetch(
    keys: ProviderKeys, provider: OidcProvider, seconds: Clock
) -> None:
    """All of them find the new key."""
    await keys.refresh()
    provider.rotate()
    provider.delay = 0.05
    seconds.now += FETCH_PAUSE_S
    found = await asyncio.gather(*(keys.find("key-2") for _ in range(100)))
    assert found == [FoundKey(public(2), 2)] * 100
    assert provider.fetches == 2


async def test_a_canceled_request_does_not_cancel_the_fetch_for_others(
    keys: ProviderKeys, provider: OidcProvider
) -> None:
    """The client of the first one hangs up."""
    provider.delay = 0.05
    first, second = (asyncio.create_task(keys.find("key-1")) for _ in range(2))
    await asyncio.sleep(0.02)
    first.cancel()
    assert await second == FoundKey(public(1), 1)


async def test_a_removed_key_is_gone_with_the_next_refresh(keys: ProviderKeys, provider: OidcProvider) -> None:
    """The version changes with it, so that tokens verified with it count no more. The same keys change nothing."""
    await keys.refresh()
    assert (await keys.refresh(), keys.version) == (True, 1)
    provider.rotate(keep=False)
    assert (await keys.refresh(), keys.version) == (True, 2)
    assert await keys.find("key-1") is None
    assert await keys.find("key-2") == FoundKey(public(2), 2)


async def test_keys_are_refreshed_in_the_background(keys: ProviderKeys, provider: OidcProvider) -> None:
    """At the interval; sooner after a failure, and start-up needs no provider."""
    provider.is_down = True
    task = asyncio.create_task(keys.refresh_forever(interval=0.02, pause=0.01))
    try:
        async with asyncio.timeout(10):
            while len(provider.requests) < 3:  # noqa: ASYNC110 - a server in a thread offers nothing to wait for
                await asyncio.sleep(0.005)
            assert keys.version == 0
            provider.is_down = False
            while keys.version < 1:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            provider.rotate(keep=False)
            while keys.version < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
    finally:
        task.cancel()


async def test_an_outage_keeps_the_keys_and_is_logged(keys: ProviderKeys, provider: OidcProvider) -> None:
    """The reason is in the log."""
    await keys.refresh()
    provider.is_down = True
    with capture_logs() as logs:
        assert await keys.refresh() is False
    assert await keys.find("key-1") == FoundKey(public(1), 1)
    assert logs == [
        {
            "event": "identity provider failed",
            "log_level": "warning",
            "issuer": provider.issuer,
            "reason": f"{provider.issuer}{DISCOVERY} answered 503",
            "advice": "The keys from before stay in use.",
        }
    ]


async def test_before_the_first_answer_tokens_are_neither_good_nor_bad(
    keys: ProviderKeys, provider: OidcProvider, seconds: Clock
) -> None:
    """Clients keep their tokens and try again."""
    provider.is_down = True
    for _ in range(3):
        with pytest.raises(ProviderUnavailable):
            await keys.find("key-1")
    assert provider.requests == [f"/realm{DISCOVERY}"]
    provider.is_down = False
    seconds.now += FETCH_PAUSE_S
    assert await keys.find("key-1") == FoundKey(public(1), 1)


def _jwks(*keys: Any) -> bytes:
    return json.dumps({"keys": list(keys)}).encode()


GOOD = public_jwk(signing_key(1), "key-1")


@pytest.mark.parametrize(
    ("path", "answer", "reason"),
    [
        (DISCOVERY, (404, b"{}"), "answered 404"),
        (DISCOVERY, (302, b""), "answered 302, a redirect, which is not followed"),
        (DISCOVERY, (200, b"<html>"), "did not answer with a JSON object"),
        (DISCOVERY, (200, b"[]"), "did not answer with a JSON object"),
        (DISCOVERY, (200, b"[" * 100_000), "did not answer with a JSON object"),
        (DISCOVERY, (200, b" " * (DOCUMENT_LIMIT_BYTES + 1)), "answered more than 262,144 bytes"),
        (DISCOVERY, (200, b"{}"), "describes another issuer"),
        (
            DISCOVERY,
            (200, b'{"issuer": "https://evil.example", "jwks_uri": "https://evil.example"}'),
            "describes another issuer",
        ),
        (DISCOVERY, (200, b'{"issuer": "{issuer}"}'), "cannot be used: it is missing"),
        (DISCOVERY, (200, b'{"issuer": "{issuer}", "jwks_uri": 1}'), "cannot be used: it is missing"),
        (
            DISCOVERY,
            (200, b'{"issuer": "{issuer}", "jwks_uri": "http://example.org/keys"}'),
            "cannot be used: it does not begin with https://",
        ),
        (
            DISCOVERY,
            (200, b'{"issuer": "{issuer}", "jwks_uri": "file:///etc/passwd"}'),
            "cannot be used: it is not a plain URL with a host",
        ),
        (JWKS, (200, b"{}"), "it is not a JWKS document"),
        (JWKS, (200, b'{"keys": {}}'), "it is not a JWKS document"),
        (JWKS, (200, b'{"keys": []}'), "it has no public key for RS256"),
        (JWKS, (200, _jwks(1, None, {"kty": "RSA"})), "it has no public key for RS256"),
        (JWKS, (200, _jwks({**GOOD, "use": "enc"})), "it has no public key for RS256"),
        (JWKS, (200, _jwks({**GOOD, "alg": "RS512"})), "it has no public key for RS256"),
        (JWKS, (200, _jwks({"kty": "oct", "k": "c2VjcmV0", "kid": "key-1"})), "it has no public key for RS256"),
        (JWKS, (200, _jwks({**GOOD, "d": "AQAB"})), "it has no public key for RS256"),
    ],
)
async def test_bad_answers_change_no_keys(
    keys: ProviderKeys, provider: OidcProvider, path: str, answer: tuple[int, bytes], reason: str
) -> None:
    """Each is logged with its reason, and the keys from before stay."""
    await keys.refresh()
    status, body = answer
    filled = body.replace(b"{issuer}", provider.issuer.encode())
    provider.answers[path if path == JWKS else f"/realm{path}"] = (status, filled)
    provider.headers = {"location": f"{provider.address}{JWKS}"} if status == 302 else {}
    with capture_logs() as logs:
        assert await keys.refresh() is False
    assert reason in logs[0]["reason"]
    assert await keys.find("key-1") == FoundKey(public(1), 1)


async def test_good_keys_beside_others_are_used(keys: ProviderKeys, provider: OidcProvider) -> None:
    """Providers publish keys for encryption and for other algorithms, too."""
    provider.answers[JWKS] = (200, _jwks({**GOOD, "kid": "enc", "use": "enc"}, {"kty": "EC"}, GOOD))
    await keys.refresh()
    assert await keys.find("key-1") == FoundKey(public(1), 1)
    assert await keys.find("enc") is None


async def test_slow_and_silent_providers_are_given_up(provider: OidcProvider) -> None:
    """The limit is that of a whole document."""
    provider.delay = 0.5
    url = f"{provider.issuer}{DISCOVERY}"
    with pytest.raises(ProviderFailed, match=r"did not answer within 0\.05 seconds$"):
        await fetch_document(url, timeout=0.05)
    with pytest.raises(ProviderFailed, match=r"^http://127\.0\.0\.1:1/ cannot be reached"):
        await fetch_document("http://127.0.0.1:1/")


@pytest.mark.parametrize(
    ("url", "local", "problem"),
    [
        ("https://id.example.com", False, None),
        ("https://id.example.com:8443/realms/one?x=1", False, None),
        ("http://127.0.0.1:9000/realm", True, None),
        ("http://localhost:9000", True, None),
        ("http://localhost:9000", False, "it does not begin with https://"),
        ("http://id.example.com", True, "it does not begin with https://"),
        ("http://localhost.evil.example", True, "it does not begin with https://"),
        ("https://user:secret@id.example.com", False, "it is not a plain URL with a host"),
        ("https://", False, "it is not a plain URL with a host"),
        ("https://id.example.com/#part", False, "it is not a plain URL with a host"),
        ("https://[", False, "it is not a URL"),
        ("https://id.example.com:port", False, "it is not a URL"),
        ("tessera", True, "it is not a plain URL with a host"),
    ],
)
def test_addresses_must_be_secure(url: str, local: bool, problem: str | None) -> None:  # noqa: FBT001 - of the table
    """Only development allows http, and only to this machine."""
    assert secure_url_problem(url, local=local) == problem


def test_an_issuer_that_is_not_secure_is_rejected_at_start() -> None:
    """The message names the setting."""
    with pytest.raises(KeysUnavailable, match=r"^TESSERA_OIDC_ISSUER cannot be http://id\.example: it does not begin"):
        ProviderKeys("http://id.example", "RS256", local=True)


async def test_a_private_authority_is_trusted_by_ssl_cert_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Production needs TLS, with a certificate that is valid."""
    context, file = self_signed(tmp_path)
    with oidc_provider(tls=context) as provider:
        keys = ProviderKeys(provider.issuer, "RS256")
        with capture_logs() as logs:
            assert await keys.refresh() is False
        assert "CERTIFICATE_VERIFY_FAILED" in logs[0]["reason"]
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        assert await keys.refresh() is True
