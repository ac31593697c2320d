"""Keeps webhooks out of private networks: a name is resolved once, and only to addresses that are allowed."""

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final

from domain.webhooks.addresses import Network, address_problem, host_problem, literal_address, unmapped

RESOLVE_TIMEOUT_S: Final = 5.0


class AddressDenied(Exception):
    """A host that webhooks must not call; the message is a sentence for an administrator."""


class HostUnknown(Exception):
    """A name without an address, or none found in time; the message is a sentence for an administrator."""


async def public_addresses(
    host: str, port: int, allowed: Sequence[Network] = (), *, within: float = RESOLVE_TIMEOUT_S
) -> list[str]:
    """Return the addresses of a host, best first and each once. Connect to these; never resolve the name again.

    Args:
        host: A name or an address, IPv6 without brackets.
        port: The TCP port to call.
        allowed: Networks that are allowed although they are not public, for developers and tests.
        within: How many seconds resolving may take.

    Raises:
        AddressDenied: One address or more is not public, or the host is spelled to look like something else.
        HostUnknown: The name has no address, or none was found in time.
    """
    problem = host_problem(host, allowed)
    if problem is not None:
        raise AddressDenied(problem)
    literal = literal_address(host)
    found = [literal] if literal is not None else [ip_address(answer) for answer in await _resolve(host, port, within)]
    for address in found:
        # One denied address is enough: no endpoint needs both public and private addresses.
        problem = address_problem(address, allowed, host=None if literal is not None else host)
        if problem is not None:
            raise AddressDenied(problem)
    return list(dict.fromkeys(str(unmapped(address)) for address in found))


async def _resolve(host: str, port: int, within: float) -> list[str]:
    try:
        async with asyncio.timeout(within):
            answers = await asyncio.get_running_loop().getaddrinfo(
                host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
            )
    except TimeoutError:
        raise HostUnknown(f"The name {host} was not resolved within {within:g} seconds.") from None
    except (OSError, UnicodeError):
        raise HostUnknown(f"The name {host} has no address.") from None
    if not answers:
        raise HostUnknown(f"The name {host} has no address.")
    return [str(answer[4][0]) for answer in answers]
