"""The setting for permitted webhook addresses reaches every operation."""

from ipaddress import ip_network

import pytest
from pydantic import ValidationError

from domain.webhooks.addresses import LOOPBACK, WebhookPolicy
from graphql_api.settings import Settings


def test_only_https_and_public_addresses_are_permitted_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TESSERA_WEBHOOK_NETWORKS", raising=False)
    assert Settings(env="production").webhook_policy == WebhookPolicy(https_only=True, allowed=())
    assert Settings(env="dev").webhook_policy == WebhookPolicy(https_only=False, allowed=LOOPBACK)
    assert WebhookPolicy() == WebhookPolicy(https_only=True, allowed=())


def test_networks_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESSERA_WEBHOOK_NETWORKS", "10.1.0.0/16, fd00::/8,")
    policy = Settings(env="production").webhook_policy
    assert policy == WebhookPolicy(https_only=True, allowed=(ip_network("10.1.0.0/16"), ip_network("fd00::/8")))


@pytest.mark.parametrize("networks", ["10.1.0.1/16", "10.1.0.0/33", "localhost", "10.1.0.0/16;10.2.0.0/16"])
def test_invalid_networks_are_rejected(monkeypatch: pytest.MonkeyPatch, networks: str) -> None:
    monkeypatch.setenv("TESSERA_WEBHOOK_NETWORKS", networks)
    with pytest.raises(ValidationError, match="webhook_networks"):
        Settings(env="production")
