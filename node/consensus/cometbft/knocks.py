"""How many connections may be unknown at once: strangers who say nothing take nobody's place.

CometBFT gives a connection one of its places before it knows who comes, and waits for a handshake
of two steps, each for so long, whatever its settings say. (CometBFT 0.38, p2p/transport.go)
Whatever is refused before its handshake leaves its place at once.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address
from typing import Final

Address = IPv4Address | IPv6Address

PLACES: Final = 1_000
"""For connections from others; an open file each."""
HANDSHAKE_SECONDS: Final = 2 * 3.0 + 1.0
"""For both steps, and a moment: until then a connection may be a stranger's."""
EACH: Final = 32
"""Of one address. Nodes may share one, and each dials again when it was refused."""
OF_STRANGERS: Final = PLACES // 2
"""Of all addresses at which no admitted node is known."""
_MOST_KNOWN: Final = 1_000


class Knocks:
    """Counts the connections that were let through to their handshake, until that is over."""

    def __init__(self, known: Iterable[Address], now: Callable[[], float] = time.monotonic) -> None:
        """`known` are addresses of nodes that may connect; `now` is in seconds."""
        self._known = dict.fromkeys(known)
        self._now = now
        self._recent: deque[tuple[float, Address]] = deque()
        self._by_address: Counter[Address] = Counter()
        self._of_strangers = 0

    def know(self, address: Address) -> None:
        """An admitted node is at an address."""
        if address not in self._known and len(self._known) < _MOST_KNOWN:
            self._known[address] = None
            self._of_strangers -= self._by_address[address]

    def admits(self, address: Address) -> bool:
        """True if one more connection from an address may go on to its handshake."""
        now = self._now()
        self._forget(now - HANDSHAKE_SECONDS)
        stranger = address not in self._known
        if self._by_address[address] >= EACH or (stranger and self._of_strangers >= OF_STRANGERS):
            return False
        self._recent.append((now, address))
        self._by_address[address] += 1
        self._of_strangers += stranger
        return True

    def _forget(self, before: float) -> None:
        while self._recent and self._recent[0][0] < before:
            _, address = self._recent.popleft()
            self._by_address[address] -= 1
            if address not in self._known:
                self._of_strangers -= 1
            if not self._by_address[address]:
                del self._by_address[address]
