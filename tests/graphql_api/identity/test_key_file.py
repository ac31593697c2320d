"""The key file is read again when it changes (R25)."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from structlog.testing import capture_logs

from graphql_api.identity.key_file import LOOK_INTERVAL_S, KeyFile
from graphql_api.identity.keys import FoundKey, KeysUnavailable
from tests.graphql_api.identity.conftest import Clock
from tests.support.oidc_provider import public_jwk, signing_key


def write(path: Path, *numbers: int) -> None:
    """Replace the file with one that has these keys, as deployments do."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps({"keys": [public_jwk(signing_key(number), f"key-{number}") for number in numbers]}))
    partial.replace(path)


def found(number: int, version: int) -> FoundKey:
    """What a search for this key finds."""
    return FoundKey(signing_key(number).public_key(), version)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with the first key."""
    path = tmp_path / "keys.json"
    write(path, 1)
    return path


async def test_a_changed_file_is_read_again_within_a_second(file: Path, seconds: Clock) -> None:
    """Rotation and removal need no restart."""
    keys = KeyFile(file, "RS256", clock=seconds)
    write(file, 1, 2)
    assert await keys.find("key-2") is None
    seconds.now += LOOK_INTERVAL_S
    assert await keys.find("key-2") == found(2, 1)
    write(file, 2)
    seconds.now += LOOK_INTERVAL_S
    assert keys.version == 2
    assert await keys.find("key-1") is None
    assert await keys.find("key-2") == found(2, 2)


@pytest.mark.parametrize("content", [b"", b"{", b'{"keys": []}', b"\xff", None])
async def test_an_unusable_new_file_keeps_the_old_keys(file: Path, seconds: Clock, content: bytes | None) -> None:
    """The reason is logged once, not at every look; a good file counts again."""
    keys = KeyFile(file, "RS256", clock=seconds)
    _replace(file, content)
    with capture_logs() as logs:
        for _ in range(3):
            seconds.now += LOOK_INTERVAL_S
            assert await keys.find("key-1") == found(1, 0)
    (entry,) = logs
    assert entry["event"] == "new key file cannot be used"
    assert entry["reason"].startswith(f"The keys in {file} cannot be used: ")
    write(file, 1, 3)
    seconds.now += LOOK_INTERVAL_S
    assert await keys.find("key-3") == found(3, 1)


def test_private_keys_and_folders_are_rejected(tmp_path: Path) -> None:
    """Each in a sentence."""
    file = tmp_path / "key.pem"
    form: Any = serialization.PrivateFormat.PKCS8
    file.write_bytes(signing_key(1).private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    with pytest.raises(KeysUnavailable, match=r"it holds a private key, which signs tokens"):
        KeyFile(file, "RS256")
    with pytest.raises(KeysUnavailable, match=r"it is a folder\. Name a JWKS or PEM file\.$"):
        KeyFile(tmp_path, "RS256")


def _replace(file: Path, content: bytes | None) -> None:
    """Write a new content, or delete the file."""
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
