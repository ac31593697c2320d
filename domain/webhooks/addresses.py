"""Decides which addresses webhooks may call."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from msgspec import Struct

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what secrets begin with
URL_LIMIT: Final = 2_000
PORT_LIMIT: Final = 65_535
HOST_LIMIT: Final = 253
# The networks of the machine itself. Receivers on a developer's machine are there.
LOOPBACK: Final[tuple[Network, ...]] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))

_VISIBLE: Final = re.compile(r"[\x21-\x7e]+")
_HOST_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*")
# Resolvers read a name whose last part is a number as an address: 2130706433, 0x7f.1 and 017700000001 are 127.0.0.1.
_NUMERIC_NAME: Final = re.compile(r"(.*\.)?([0-9]+|0[xX][0-9A-Fa-f]*)")
_UNICAST: Final = IPv6Network("2000::/3")
_NAT64: Final = IPv6Network("64:ff9b::/96")
# Networks that some versions of the standard library call global, but where no webhook endpoint can be.
_NEVER: Final[tuple[Network, ...]] = tuple(
    ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure: the services of the machine itself
        "192.0.0.0/24",  # protocols of the IETF; Oracle's metadata
        "192.88.99.0/24",  # relays of 6to4
        "224.0.0.0/4",  # multicast
        "2001::/23",  # protocols of the IETF; Teredo, which embeds IPv4 addresses
        "2002::/16",  # 6to4, which embeds IPv4 addresses
        "3fff::/20",  # documentation
    )
)


class WebhookPolicy(Struct, frozen=True):
    """Which URLs webhooks may call: https only or also http, and the `allowed` networks that are not public."""

    https_only: bool = True
    allowed: tuple[Network, ...] = ()


def url_problems(url: str, *, https_only: bool, allowed: Sequence[Network] = ()) -> str | None:
    """Why webhooks cannot be sent to a URL, as a sentence; None if they can.

    A host name is not resolved here; its addresses are checked whenever a webhook is sent. `allowed` are networks that
    may be called although they are not public.
    """
    if len(url) > URL_LIMIT:
        return f"A URL has at most {URL_LIMIT:,} characters."
    if not _VISIBLE.fullmatch(url):
        return "A URL has no spaces and only ASCII characters: encode any others."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "The host or the port of this URL is invalid: the port is a number from 1 to 65,535."
    schemes = ("https",) if https_only else ("https", "http")
    checks = (
        (parts.scheme not in schemes, f"The URL must begin with {' or '.join(f'{name}://' for name in schemes)}."),
        ("@" in parts.netloc, "The URL must not contain a user or a password: webhooks are signed instead."),
        ("#" in url, "The URL must end before the # sign: what follows it is never sent."),
        (not host, "The URL has no host."),
        (port == 0, f"The port is a number from 1 to {PORT_LIMIT:,}."),
        ("[" in parts.netloc and ":" not in host, "Only an IPv6 address may be in brackets."),
    )
    found = (sentence for wrong, sentence in checks if wrong)
    return next(found, None) or host_problem(host, allowed)


def host_problem(host: str, allowed: Sequence[Network] = ()) -> str | None:
    """Why a host is never called, as a sentence; None for a name to resolve or an address that may be called.

    An IPv6 address comes without brackets. Only the usual spelling of an address counts as one.
    """
    address = literal_address(host)
    if address is not None:
        return address_problem(address, allowed)
    if host.endswith("."):
        return f"Write the host {host} without the dot at its end."
    if len(host) > HOST_LIMIT or not _HOST_NAME.fullmatch(host):
        return f"The host {host} is not a valid name or address."
    if _NUMERIC_NAME.fullmatch(host):
        return f"Write the address {host} as four decimal numbers, such as 203.0.113.7."
    return None


def literal_address(host: str) -> Address | None:
    """Parse a host that is an address in its usual spelling without zone; None for anything else."""
    try:
        return None if "%" in host else ip_address(host)
    except ValueError:
        return None


def address_problem(address: Address, allowed: Sequence[Network] = (), *, host: str | None = None) -> str | None:
    """Why an address, found under the name `host` if given, is never called, as a sentence; None if it may be."""
    plain = unmapped(address)
    if is_public(plain) or any(plain in network for network in allowed):
        return None
    owner = "" if host is None else f" of {host}"
    kind = "private" if plain.is_private else "reserved"
    return f"The address {address}{owner} is {kind}, and webhooks never call {kind} addresses."


def is_public(ip: Address) -> bool:
    """Whether an address belongs to one host that the whole internet can reach.

    IPv4 addresses embedded in IPv6 (mapped, or NAT64 of RFC 6052) are judged by the IPv4 address; those of 6to4 and
    Teredo are never public. Sources: the IANA registries of special-purpose addresses for IPv4 and IPv6.
    """
    ip = unmapped(ip)
    if isinstance(ip, IPv6Address):
        if ip in _NAT64:
            return is_public(IPv4Address(int(ip) & 0xFFFF_FFFF))
        if ip not in _UNICAST:
            return False
    return ip.is_global and not any(ip in network for network in _NEVER)


def unmapped(ip: Address) -> Address:
    """The IPv4 address within an IPv4-mapped IPv6 address such as `::ffff:10.0.0.1`; any other address unchanged."""
    return (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip
