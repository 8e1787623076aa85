"""The names by which a gateway goes.  (RFC 9110, 7.2; RFC 9421, 2.2.3)

A signed request is for one authority: host and port as the asker's URL has them, which its Host
header says. Whoever passes a request on that was signed for it speaks under a name that isn't
this gateway's, or under one that wasn't signed.
"""

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv6Address, ip_address
from typing import Final

_FORM: Final = re.compile(r"([a-z0-9._-]{1,253}|\[[0-9a-f:]{2,39}\])(?::([1-9][0-9]{0,4}))?")
_USUAL_PORTS: Final = (80, 443)
_GREATEST_PORT: Final = 65_535


def read_name(text: str) -> str | None:
    """A name as it is compared and signed: in lower case, without the usual port of HTTP or HTTPS,
    for a proxy may speak either; None if the text is no HOST or HOST:PORT.
    """
    found = _FORM.fullmatch(text.lower()) if text.isascii() else None
    if found is None:
        return None
    host, port = found[1], int(found[2] or _USUAL_PORTS[0])
    if port > _GREATEST_PORT or (host.startswith("[") and not _is_short(host[1:-1])):
        return None
    return host if port in _USUAL_PORTS else f"{host}:{port}"


class Names:
    """Those that the settings give; where they give none, the address of the socket that is asked.

    Never both: `localhost:8470` is on every machine another's, so a request that is signed for it
    may be for any.
    """

    def __init__(self, public: Iterable[str] = ()) -> None:
        names = (read_name(each) for each in public)
        self._public = tuple(name for name in names if name is not None)

    def asked(self, hosts: Sequence[str], socket: object) -> str | None:
        """The name under which a request with these Host headers asks at a socket's own address;
        None if it isn't one name of ours.
        """
        name = read_name(hosts[0]) if len(hosts) == 1 else None
        return name if name in (self._public or _names_of(socket)) else None

    @property
    def sentence(self) -> str:
        """By what names the gateway may be asked; the address behind a proxy isn't told."""
        known = " or ".join(self._public) or "the address where it listens"
        return (
            f"this gateway is asked as {known}, and the request's Host is another: ask it so, or "
            "have its operator add the name (`public_names`); a proxy before it passes Host on"
        )


def _is_short(address: str) -> bool:
    """Whether an IPv6 address is in its one form.  (RFC 5952)"""
    try:
        return str(IPv6Address(address)) == address
    except ValueError:
        return False


def _names_of(socket: object) -> Sequence[str | None]:
    """What an address of asyncio's is called, and, on loopback, `localhost`."""
    if not isinstance(socket, tuple):
        return ()
    # The zone of a link-local address is each machine's own.  (RFC 6874)
    address = ip_address(str(socket[0]).partition("%")[0])
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    host = f"[{address}]" if isinstance(address, IPv6Address) else str(address)
    hosts = (host, "localhost") if address.is_loopback else (host,)
    return [read_name(f"{each}:{socket[1]}") for each in hosts]
