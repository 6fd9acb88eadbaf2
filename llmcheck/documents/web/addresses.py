"""URLs taken apart as the wire needs them, and which IP addresses are of the open internet."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import quote, urlsplit

_PORTS = {"http": 80, "https": 443}
_UNFIT = re.compile(r"[\x00-\x20\x7f\\\ud800-\udfff]")
_KEPT = "/:@!$&'()*+,;=?%~"
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_UNICAST = ipaddress.IPv6Network("2000::/3")


class Place(NamedTuple):
    """A URL, taken apart as the wire needs it."""

    url: str
    scheme: str
    host: str
    port: int
    named: str
    """The host with its port, as the Host header has it."""
    target: str


def place_of(url: str) -> Place:
    """The URL, taken apart. Raises ValueError, saying why, for one that is not to be fetched."""
    if _UNFIT.search(url):
        raise ValueError(
            "is no URL (a space, backslash, control or undecodable character): check the address"
        )
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
        if ":" not in host:  # an IPv6 address is no name
            host = host.encode("idna").decode()
    except ValueError as error:
        raise ValueError(f"is no URL ({error}): check the address") from error
    scheme = parts.scheme
    if scheme not in _PORTS:
        raise ValueError(f"leads to {scheme}: where only http and https are fetched")
    if "@" in parts.netloc:
        raise ValueError("holds a user name or password: nothing is fetched with credentials")
    if not host:
        raise ValueError("names no host: check the address")
    named = f"[{host.partition('%')[0]}]" if ":" in host else host
    if port not in (None, _PORTS[scheme]):
        named += f":{port}"
    target = quote(parts.path or "/", _KEPT)
    if parts.query:
        target += f"?{quote(parts.query, _KEPT)}"
    return Place(url, scheme, host, port or _PORTS[scheme], named, target)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet.

    Private, loopback, link-local, multicast and reserved ones are not. One that holds an IPv4
    address (mapped, 6to4, NAT64) is what that is.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast
    inner = ip.ipv4_mapped or ip.sixtofour
    if ip in _NAT64:
        inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if inner is not None:
        return is_public(str(inner))
    return ip in _UNICAST and ip.is_global


def shown(url: str) -> str:
    """The URL as messages and reports may show it: without credentials, and printable."""
    bare = re.sub(r"(?<=//)[^/?#]*@", "***@", url)
    return bare.encode("utf-8", "backslashreplace").decode()
