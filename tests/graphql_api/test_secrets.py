"""Secrets come from settings, or in development from files that are made once, and are never shown."""

import base64
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import ValidationError

from domain.coupons.failures import CouponKeysMissing
from domain.links import Link, LinkKind, LinksUnavailable
from graphql_api.identity.keys import KeysUnavailable
from graphql_api.secrets import COUPON_KEYS_FILE, LINK_SECRET_FILE, load_coupon_keys, load_link_signer
from graphql_api.settings import Settings

SECRET = base64.b64encode(bytes(range(32))).decode()
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
LINK = Link(
    kind=LinkKind.COUPON_CODES,
    id=UUID(int=1),
    subject_id=UUID(int=2),
    account_id=UUID(int=3),
    expires_at=NOW + timedelta(minutes=1),
)


def test_development_secrets_are_made_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    settings = Settings(env="dev", data_dir=tmp_path / "new")
    first, second = load_coupon_keys(settings), load_coupon_keys(settings)
    assert first.newest == second.newest == 1
    assert first.write(7, 1) == second.write(7, 1)
    link = load_link_signer(settings).sign(LINK)
    assert load_link_signer(settings).open(link, LinkKind.COUPON_CODES, NOW) == LINK
    files = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert files == [COUPON_KEYS_FILE, LINK_SECRET_FILE]
    for name in files:
        assert stat.S_IMODE((tmp_path / "new" / name).stat().st_mode) == 0o600
    other = Settings(env="dev", data_dir=tmp_path / "other")
    assert load_coupon_keys(other).write(7, 1) != first.write(7, 1)


def test_the_settings_win_over_the_files(tmp_path: Path) -> None:
    settings = Settings(
        env="dev", data_dir=tmp_path, coupon_keys=f"1:{SECRET},3:{SECRET}", link_secret=SECRET, link_lifetime=2
    )
    assert load_coupon_keys(settings).newest == 3
    assert load_link_signer(settings).lifetime == timedelta(minutes=2)
    assert list(tmp_path.iterdir()) == []


def test_production_starts_without_secrets_and_says_what_is_missing(tmp_path: Path) -> None:
    settings = Settings(env="production", data_dir=tmp_path)
    with pytest.raises(CouponKeysMissing, match="TESSERA_COUPON_KEYS"):
        _ = load_coupon_keys(settings).newest
    with pytest.raises(LinksUnavailable, match="TESSERA_LINK_SECRET"):
        load_link_signer(settings).sign(LINK)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"coupon_keys": "1=x"},
            "Entry 1 of the keys for coupon codes is not an id, a colon, and a secret in base64.",
        ),
        ({"coupon_keys": f"1:{SECRET[:8]}"}, "The key 1 for coupon codes has 6 bytes; give at least 32."),
        ({"link_secret": "my secret!"}, "The secret for links is not base64."),
        ({"link_secret": SECRET[:8]}, "The secret for links has 6 bytes; give at least 32."),
    ],
)
def test_wrong_secrets_are_explained(given: dict[str, str], message: str) -> None:
    settings = Settings(env="production", **given)  # type: ignore[arg-type]
    load = load_coupon_keys if "coupon_keys" in given else load_link_signer
    with pytest.raises(KeysUnavailable) as rejected:
        load(settings)
    assert str(rejected.value) == message
    assert rejected.value.__suppress_context__
    assert next(iter(given.values())) not in f"{settings!r}{settings.model_dump()}"


def test_a_damaged_file_is_explained(tmp_path: Path) -> None:
    path = tmp_path / LINK_SECRET_FILE
    path.write_text("x", encoding="ascii")
    with pytest.raises(KeysUnavailable) as rejected:
        load_link_signer(Settings(env="dev", data_dir=tmp_path))
    assert str(rejected.value) == f"The secret for links is not base64. Delete {path}, and a new one is made."


def test_a_wrong_template_stops_the_server() -> None:
    with pytest.raises(ValidationError, match="exactly once"):
        Settings(qr_template="https://example.com/c/")
