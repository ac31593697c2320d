"""Names are resolved once, and only to addresses that the whole internet can reach."""

import asyncio
import ipaddress
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.webhooks.addresses import Address, is_public
from graphql_api.webhooks.addresses import AddressDenied, HostUnknown, public_addresses
from tests.domain.webhooks.test_addresses import LOOPBACK, not_global
from tests.support.endpoint import PUBLIC, Resolver


def resolved(*addresses: Address) -> list[str]:
    """Resolve a name with these addresses, in a separate event loop."""

    async def resolve() -> list[str]:
        resolver = Resolver([str(address) for address in addresses])
        asyncio.get_running_loop().getaddrinfo = resolver.getaddrinfo  # type: ignore[method-assign,assignment]
        return await public_addresses("hooks.example", 443)

    return asyncio.run(resolve())


@given(not_global)
def test_no_address_that_is_not_global_ever_passes(address: Address) -> None:
    with pytest.raises(AddressDenied):
        resolved(address)
    with pytest.raises(AddressDenied):
        resolved(ipaddress.ip_address(PUBLIC), address)
    with pytest.raises(AddressDenied):
        asyncio.run(public_addresses(str(address), 443))


@given(st.lists(st.ip_addresses(), min_size=1, max_size=4))
def test_a_name_passes_only_if_all_its_addresses_are_public(addresses: list[Address]) -> None:
    try:
        found = resolved(*addresses)
    except AddressDenied:
        assert not all(is_public(address) for address in addresses)
    else:
        assert all(is_public(ipaddress.ip_address(address)) for address in found)
        assert len(found) == len(set(found)) <= len(addresses)


async def test_public_addresses_come_in_order_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = Resolver(["2606:4700::1111", PUBLIC, f"::ffff:{PUBLIC}", "2606:4700:0::1111"]).install(monkeypatch)
    assert await public_addresses("hooks.example", 443) == ["2606:4700::1111", PUBLIC]
    assert resolver.asked == ["hooks.example"]


async def test_a_name_with_a_private_address_is_rejected_with_both_in_the_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Resolver([PUBLIC, "10.0.0.5"], ["fe80::1%eth0"]).install(monkeypatch)
    with pytest.raises(AddressDenied) as rejected:
        await public_addresses("internal.example", 443)
    assert (
        str(rejected.value)
        == "The address 10.0.0.5 of internal.example is private, and webhooks never call private addresses."
    )
    with pytest.raises(AddressDenied) as rejected:
        await public_addresses("internal.example", 443)
    assert (
        str(rejected.value)
        == "The address fe80::1%eth0 of internal.example is private, and webhooks never call private addresses."
    )


@pytest.mark.parametrize(
    ("host", "sentence"),
    [
        ("127.0.0.1", "The address 127.0.0.1 is private, and webhooks never call private addresses."),
        ("::1", "The address ::1 is private, and webhooks never call private addresses."),
        ("2130706433", "Write the address 2130706433 as four decimal numbers, such as 203.0.113.7."),
        ("0x7f.1", "Write the address 0x7f.1 as four decimal numbers, such as 203.0.113.7."),
        ("localhost.", "Write the host localhost. without the dot at its end."),
        ("fe80::1%lo", "The host fe80::1%lo is not a valid name or address."),
        ("2606:4700::1111%lo", "The host 2606:4700::1111%lo is not a valid name or address."),
        ("a\x00b", "The host a\x00b is not a valid name or address."),
        ("", "The host  is not a valid name or address."),
    ],
)
async def test_invalid_host_names_are_rejected_without_resolving(
    monkeypatch: pytest.MonkeyPatch, host: str, sentence: str
) -> None:
    resolver = Resolver().install(monkeypatch)
    with pytest.raises(AddressDenied) as rejected:
        await public_addresses(host, 443)
    assert str(rejected.value) == sentence
    assert resolver.asked == []


async def test_the_real_resolver_knows_this_machine() -> None:
    with pytest.raises(AddressDenied, match="of localhost is private, and webhooks never call private addresses"):
        await public_addresses("localhost", 443)
    found = await public_addresses("localhost", 443, LOOPBACK)
    assert set(found) <= {"127.0.0.1", "::1"}
    assert found != []


async def test_only_permitted_networks_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    Resolver(["127.0.0.2", PUBLIC], ["127.0.0.2", "10.0.0.1"]).install(monkeypatch)
    assert await public_addresses("hooks.example", 443, LOOPBACK) == ["127.0.0.2", PUBLIC]
    with pytest.raises(AddressDenied, match=r"The address 10\.0\.0\.1 of hooks\.example"):
        await public_addresses("hooks.example", 443, LOOPBACK)


@pytest.mark.parametrize("failure", [socket.gaierror(socket.EAI_NONAME, "unknown"), UnicodeError("label too long")])
async def test_a_name_without_address_is_said_to_have_none(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    async def fail(*_: Any, **__: Any) -> None:
        raise failure

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", fail)
    with pytest.raises(HostUnknown) as unknown:
        await public_addresses("missing.example", 443)
    assert str(unknown.value) == "The name missing.example has no address."
    Resolver([]).install(monkeypatch)
    with pytest.raises(HostUnknown, match=r"^The name missing\.example has no address\.$"):
        await public_addresses("missing.example", 443)


async def test_resolving_has_a_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(*_: Any, **__: Any) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", hang)
    with pytest.raises(HostUnknown) as unknown:
        await public_addresses("slow.example", 443, within=0.05)
    assert str(unknown.value) == "The name slow.example was not resolved within 0.05 seconds."
