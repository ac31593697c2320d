"""Signatures, checked by the library that receivers use."""

import base64
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from graphql_api.webhooks.signing import signed_headers
from resolvers.webhooks.secret import new_secret

BODY = '{"type":"batch.moved","note":"₹ 500"}'.encode()


def key(size: int) -> str:
    """A secret of so many bytes."""
    return "whsec_" + base64.b64encode(bytes(size)).decode()


def test_the_example_of_the_specification() -> None:
    headers = signed_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=200), st.text())
def test_receivers_accept_signed_webhooks(message_id: str, text: str) -> None:
    secret, body = new_secret(), text.encode()
    Webhook(secret).verify(body, signed_headers(secret, message_id, int(time.time()), body), json_parse=False)


def test_receivers_reject_changed_webhooks() -> None:
    secret, now = new_secret(), int(time.time())
    headers = signed_headers(secret, "msg_1", now, BODY)
    assert Webhook(secret).verify(BODY, headers) == {"type": "batch.moved", "note": "₹ 500"}
    for changed in (
        {"webhook-id": "msg_2"},
        {"webhook-timestamp": str(now + 1)},
        {"webhook-signature": signed_headers(new_secret(), "msg_1", now, BODY)["webhook-signature"]},
    ):
        with pytest.raises(WebhookVerificationError, match="No matching signature found"):
            Webhook(secret).verify(BODY, headers | changed)
    with pytest.raises(WebhookVerificationError, match="No matching signature found"):
        Webhook(secret).verify(BODY + b" ", headers)
    with pytest.raises(WebhookVerificationError, match="Message timestamp too old"):
        Webhook(secret).verify(BODY, signed_headers(secret, "msg_1", now - 600, BODY))


def test_while_a_secret_is_replaced_both_are_accepted() -> None:
    old, new, other = new_secret(), new_secret(), new_secret()
    headers = signed_headers([new, old], "msg_1", int(time.time()), BODY)
    assert len(headers["webhook-signature"].split(" ")) == 2
    Webhook(old).verify(BODY, headers)
    Webhook(new).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(BODY, headers)


def test_new_secrets_are_random_and_long() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert {len(base64.b64decode(secret.removeprefix("whsec_"))) for secret in secrets} == {32}


@pytest.mark.parametrize("secret", [key(23), key(65), key(32)[6:], "whsec_", "whsec_äöü", key(32) + "*", key(32)[:-1]])
def test_a_secret_of_another_form_is_rejected_and_not_shown(secret: str) -> None:
    with pytest.raises(ValueError, match=r"^The secret of a webhook is “whsec_” and 24 to 64 bytes in base64\.$"):
        signed_headers(secret, "msg_1", 0, b"")


@pytest.mark.parametrize("secret", [key(24), key(64)])
def test_secrets_of_both_limits_are_accepted(secret: str) -> None:
    assert signed_headers(secret, "msg_1", 0, b"")["webhook-signature"].startswith("v1,")


@pytest.mark.parametrize("message_id", ["", "a.b", "a b", "a\r\nhost: b", "a\n", "é", "a" * 201])
def test_an_id_that_could_be_read_in_two_ways_is_rejected(message_id: str) -> None:
    with pytest.raises(ValueError, match="cannot be the id of a webhook"):
        signed_headers(new_secret(), message_id, 0, b"")


def test_a_webhook_needs_a_secret_and_a_time() -> None:
    with pytest.raises(ValueError, match="at least one secret"):
        signed_headers([], "msg_1", 0, b"")
    with pytest.raises(ValueError, match="not a time since 1970"):
        signed_headers(new_secret(), "msg_1", -1, b"")
