"""Signed links: only what this server signed opens, until it expires, and nothing shows the secret (R11)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.links import InvalidLink, Link, LinkExpired, LinkKind, LinkSigner, LinksUnavailable

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
SIGNER = LinkSigner(bytes(range(32)))
LINK = Link(
    kind=LinkKind.COUPON_CODES,
    id=UUID(int=1),
    subject_id=UUID(int=2),
    account_id=UUID(int=3),
    expires_at=NOW + timedelta(minutes=15),
)
WHOLE = replace(LINK, part_id=UUID(int=4))


@pytest.mark.parametrize("link", [LINK, WHOLE])
def test_a_signed_link_opens_until_it_expires(link: Link) -> None:
    text = SIGNER.sign(link)
    assert SIGNER.open(text, LinkKind.COUPON_CODES, NOW) == link
    assert SIGNER.open(text, LinkKind.COUPON_CODES, link.expires_at - timedelta(microseconds=1)) == link
    with pytest.raises(LinkExpired) as expired:
        SIGNER.open(text, LinkKind.COUPON_CODES, link.expires_at)
    assert expired.value.link == link


def test_every_altered_character_is_found() -> None:
    text = SIGNER.sign(WHOLE)
    for place, mark in enumerate(text):
        altered = text[:place] + ("A" if mark != "A" else "B") + text[place + 1 :]
        with pytest.raises(InvalidLink):
            SIGNER.open(altered, LinkKind.COUPON_CODES, NOW)


def test_a_link_has_one_spelling() -> None:
    """The last character of a signature has unused bits, and padding could be added."""
    text = SIGNER.sign(LINK)
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for altered in (f"{text}=", f" {text}", f"{text}\n", *(text[:-1] + mark for mark in last if mark != text[-1])):
        with pytest.raises(InvalidLink):
            SIGNER.open(altered, LinkKind.COUPON_CODES, NOW)


def test_another_secret_opens_nothing() -> None:
    with pytest.raises(InvalidLink):
        LinkSigner(bytes(32)).open(SIGNER.sign(LINK), LinkKind.COUPON_CODES, NOW)


def test_signed_links_that_this_version_does_not_know_do_not_open() -> None:
    """A newer server may sign links of other kinds with the same secret."""
    newer = SIGNER.sign(replace(LINK, kind="REPORT"))
    with pytest.raises(InvalidLink):
        SIGNER.open(newer, LinkKind.COUPON_CODES, NOW)
    with pytest.raises(InvalidLink):
        SIGNER.open(SIGNER.sign(LINK), "REPORT", NOW)  # type: ignore[arg-type]


def test_links_are_safe_in_a_url_and_short() -> None:
    text = SIGNER.sign(WHOLE)
    assert len(text) < 400
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


def test_without_a_secret_no_link_is_signed_or_opened() -> None:
    message = "^This server cannot sign links. Ask the people who run it to set TESSERA_LINK_SECRET.$"
    with pytest.raises(LinksUnavailable, match=message):
        LinkSigner().sign(LINK)
    with pytest.raises(InvalidLink):
        LinkSigner().open(SIGNER.sign(LINK), LinkKind.COUPON_CODES, NOW)


def test_a_short_secret_is_rejected() -> None:
    with pytest.raises(ValueError, match=r"^The secret for links has 31 bytes; give at least 32\.$"):
        LinkSigner(bytes(31))
