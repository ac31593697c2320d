"""Which endpoints may be called."""

import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.webhooks.addresses import Address, is_public, url_problems

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))

# What IANA's registries of special-purpose addresses name, and multicast; typed in anew, not taken from the code.
SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
        *("5f00::/16", "4000::/3", "8000::/1"),
    )
)
SPECIAL_V4 = tuple(network for network in SPECIAL if network.version == 4)


def embedded(ip: ipaddress.IPv4Address, form: str) -> Address:
    """An IPv6 address that embeds an IPv4 one."""
    number = int(ip)
    return ipaddress.IPv6Address(
        {
            "mapped": 0xFFFF << 32 | number,
            "compatible": number,
            "translated": 0xFFFF << 48 | number,
            "nat64": 0x64_FF9B << 96 | number,
            "6to4": 0x2002 << 112 | number << 80 | 1,
            "teredo": 0x2001_0000 << 96 | 0x0808_0808 << 64 | (number ^ 0xFFFF_FFFF),
        }[form]
    )


special_v4 = st.sampled_from(SPECIAL_V4).flatmap(lambda network: st.ip_addresses(network=network))
not_global = st.one_of(
    st.sampled_from(SPECIAL).flatmap(lambda network: st.ip_addresses(network=network)),
    st.builds(embedded, special_v4, st.sampled_from(("mapped", "compatible", "translated", "nat64", "6to4", "teredo"))),
)


# Newer versions of the standard library call these two global.
@example(ipaddress.ip_address("192.0.0.9"))
@example(ipaddress.ip_address("2001:1::1"))
@given(not_global)
def test_no_address_outside_the_public_internet_counts_as_public(ip: Address) -> None:
    assert not is_public(ip)


@given(st.ip_addresses(v=4))
def test_every_other_ipv4_address_is_public_also_within_ipv6(ip: ipaddress.IPv4Address) -> None:
    expected = not any(ip in network for network in SPECIAL)
    assert [is_public(ip), is_public(embedded(ip, "mapped")), is_public(embedded(ip, "nat64"))] == [expected] * 3


@given(st.ip_addresses(network="2000::/3"))
def test_every_other_unicast_ipv6_address_is_public(ip: ipaddress.IPv6Address) -> None:
    assert is_public(ip) == (not any(ip in network for network in SPECIAL))


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://hooks.example.com:8443/a;b/c?d=e&f=%20",
        "HTTPS://EXAMPLE.COM/",
        "https://xn--bcher-kva.example/",
        "https://my_host.example/",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]:443/",
        "https://[::ffff:8.8.8.8]/",
        f"https://example.com/{'a' * 1_980}",
    ],
)
def test_ordinary_urls_are_allowed(url: str) -> None:
    assert url_problems(url, https_only=True) is None


UNENCODED = "A URL has no spaces and only ASCII characters: encode any others."
NO_HTTPS = "The URL must begin with https://."
UNREADABLE = "The host or the port of this URL is invalid: the port is a number from 1 to 65,535."
SIGNED = "The URL must not contain a user or a password: webhooks are signed instead."
NO_FRAGMENT = "The URL must end before the # sign: what follows it is never sent."
NO_HOST = "The URL has no host."


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (f"https://example.com/{'a' * 1_981}", "A URL has at most 2,000 characters."),
        ("", UNENCODED),
        (" https://example.com", UNENCODED),
        ("https://example.com/a b", UNENCODED),
        ("https://example.com/\r\nHost: b", UNENCODED),
        ("https://example.com/\x00", UNENCODED),
        ("https://example.com/\n", UNENCODED),
        ("https://bücher.example/", UNENCODED),
        ("https://１２７.0.0.1/", UNENCODED),  # digits of full width, which some resolvers accept
        ("http://example.com/", NO_HTTPS),
        ("ftp://example.com/", NO_HTTPS),
        ("//example.com/", NO_HTTPS),
        ("example.com", NO_HTTPS),
        ("https:example.com", NO_HOST),
        ("https:///path", NO_HOST),
        ("https://:443/", NO_HOST),
        ("https://user:password@example.com/", SIGNED),
        ("https://@example.com/", SIGNED),
        ("https://example.com\\@127.0.0.1/", SIGNED),
        ("https://example.com/#part", NO_FRAGMENT),
        ("https://example.com#", NO_FRAGMENT),
        ("https://example.com:0/", "The port is a number from 1 to 65,535."),
        ("https://example.com:65536/", UNREADABLE),
        ("https://example.com:http/", UNREADABLE),
        ("https://example.com:-1/", UNREADABLE),
        ("https://[::1/", UNREADABLE),
        ("https://[v1.example]/", "Only an IPv6 address may be in brackets."),
        ("https://exa%6dple.com/", "The host exa%6dple.com is not a valid name or address."),
        ("https://a..b/", "The host a..b is not a valid name or address."),
        ("https://ex\\ample/", "The host ex\\ample is not a valid name or address."),
        (f"https://{'a.' * 127}a/", f"The host {'a.' * 127}a is not a valid name or address."),
        ("https://example.com./", "Write the host example.com. without the dot at its end."),
        ("https://127.0.0.1./", "Write the host 127.0.0.1. without the dot at its end."),
        ("https://[fe80::1%25eth0]/", "The host fe80::1%25eth0 is not a valid name or address."),
        ("https://127.0.0.1/", "The address 127.0.0.1 is private, and webhooks never call private addresses."),
        (
            "https://169.254.169.254/latest",
            "The address 169.254.169.254 is private, and webhooks never call private addresses.",
        ),
        ("https://100.64.0.1/", "The address 100.64.0.1 is reserved, and webhooks never call reserved addresses."),
        ("https://[::1]:8443/", "The address ::1 is private, and webhooks never call private addresses."),
        (
            "https://[::ffff:10.0.0.1]/",
            "The address ::ffff:a00:1 is private, and webhooks never call private addresses.",
        ),
        (
            "https://[64:ff9b::a00:1]/",
            "The address 64:ff9b::a00:1 is reserved, and webhooks never call reserved addresses.",
        ),
    ],
)
def test_a_bad_url_is_rejected_with_its_reason(url: str, sentence: str) -> None:
    assert url_problems(url, https_only=True) == sentence


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0x7f.1", "0X7F.1", "017700000001", "127.1", "0177.0.0.1", "0", "0x", "a.1"]
)
def test_an_address_in_an_unusual_spelling_is_rejected(host: str) -> None:
    sentence = f"Write the address {host.lower()} as four decimal numbers, such as 203.0.113.7."
    assert url_problems(f"https://{host}/", https_only=True) == sentence


def test_developers_may_use_http_and_networks_that_they_allow() -> None:
    assert url_problems("http://127.0.0.1:9000/", https_only=False, allowed=LOOPBACK) is None
    assert url_problems("http://[::1]:9000/", https_only=False, allowed=LOOPBACK) is None
    assert url_problems("http://[::ffff:127.0.0.1]/", https_only=False, allowed=LOOPBACK) is None
    assert url_problems("ftp://127.0.0.1/", https_only=False, allowed=LOOPBACK) == (
        "The URL must begin with https:// or http://."
    )
    assert url_problems("http://10.0.0.1/", https_only=False, allowed=LOOPBACK) == (
        "The address 10.0.0.1 is private, and webhooks never call private addresses."
    )


@given(st.text() | st.text(alphabet="htps:/.@[]%#?\\0127x").map(lambda tail: f"https://{tail}"))
def test_any_text_is_either_rejected_or_a_valid_url(url: str) -> None:
    found = url_problems(url, https_only=True)
    assert found is None or found.endswith(".")
