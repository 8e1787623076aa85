"""The connections that stand, shared between the addresses that make them.

Where there's no room, the newest takes the place of the one that waits longest of the address with
most. So a few addresses can't hold all the room, and who comes from another one is let in. Those
that show no member's key have a share of it together; the rest is for those that did lately.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from ipaddress import IPv6Address, IPv6Network
from typing import Final, Protocol

MEMBER_SECONDS: Final = 3_600.0
MOST_ADDRESSES_OF_HOLDER: Final = 16


def group_of(address: str) -> str:
    """Whom a peer's address stands for: itself, or its IPv6 network of 64 bits, for who has one
    address there has all.
    """
    plain = address.partition("%")[0]
    if ":" not in plain:
        return plain
    mapped = IPv6Address(plain).ipv4_mapped
    return str(IPv6Network((plain, 64), strict=False)) if mapped is None else str(mapped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds that a peer may take, and how many connections there may be."""

    head: float = 10.0
    """For TLS' handshake, for a request's head, and between requests."""
    body: float = 10.0
    writing: float = 20.0
    """That an answer may wait for its reader."""
    connections: int = 4_000
    of_strangers: int = 3_000
    """Of addresses where no member's key was shown lately, together."""
    of_address: int = 1_200

    def within(self, room: int) -> "Deadlines":
        """The same with no more connections than there is room for, shared alike."""
        if room >= self.connections:
            return self
        return replace(
            self,
            connections=room,
            of_strangers=max(room * self.of_strangers // self.connections, 1),
            of_address=max(room * self.of_address // self.connections, 1),
        )


class Connection(Protocol):
    """One that stands."""

    address: str
    """Its group."""

    @property
    def waits(self) -> bool:
        """Whether its next request is awaited, not answered."""

    def hang_up(self) -> None:
        """End it."""


class MemberAddresses:
    """From where a live key was shown lately; no more than a few for one holder."""

    def __init__(self, most_of_holder: int = MOST_ADDRESSES_OF_HOLDER) -> None:
        self._most_of_holder = most_of_holder
        self._shown: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._of_holder: Counter[str] = Counter()
        self._of_address: Counter[str] = Counter()

    def show(self, address: str, holder: str, now: float) -> None:
        """A holder's live key signed a request from there."""
        self._forget(now - MEMBER_SECONDS)
        name = (holder, address)
        if name in self._shown:
            self._shown.move_to_end(name)
        elif self._of_holder[holder] < self._most_of_holder:
            self._of_holder[holder] += 1
            self._of_address[address] += 1
        else:
            return
        self._shown[name] = now

    def known(self, now: float) -> Collection[str]:
        """The addresses."""
        self._forget(now - MEMBER_SECONDS)
        return self._of_address.keys()

    def _forget(self, before: float) -> None:
        while self._shown and next(iter(self._shown.values())) < before:
            (holder, address), _ = self._shown.popitem(last=False)
            for counter, name in ((self._of_holder, holder), (self._of_address, address)):
                counter[name] -= 1
                if not counter[name]:
                    del counter[name]


class Connections:
    """The connections that stand, by address."""

    def __init__(self, limits: Deadlines, now: Callable[[], float]) -> None:
        self.limits = limits
        self.members = MemberAddresses()
        self.total = 0
        self.closed_late = 0
        """Closed because a deadline passed."""
        self.displaced = 0
        """Closed because a newer one needed the room."""
        self._now = now
        self._of_address: dict[str, OrderedDict[Connection, None]] = {}

    def take(self, connection: Connection) -> None:
        """Count one in; where there's no room for it, another is hung up on."""
        crowd = self._crowd(connection.address)
        if crowd:
            largest = max((self._of_address[each] for each in crowd), key=len)
            first = next(iter(largest))
            displaced = next((each for each in largest if each.waits), first)
            self.release(displaced)
            self.displaced += 1
            displaced.hang_up()
        self._of_address.setdefault(connection.address, OrderedDict())[connection] = None
        self.total += 1

    def rested(self, connection: Connection) -> None:
        """It waits from here on: of its address it is the last that does."""
        those = self._of_address.get(connection.address)
        if those is not None and connection in those:
            those.move_to_end(connection)

    def release(self, connection: Connection) -> None:
        """One is gone; once is as good as twice."""
        those = self._of_address.get(connection.address)
        if those is not None and connection in those:
            del those[connection]
            self.total -= 1
            if not those:
                del self._of_address[connection.address]

    def _crowd(self, address: str) -> Collection[str]:
        """The addresses of which one connection has to go before one of this address comes in;
        none where there's room.
        """
        limits, standing = self.limits, self._of_address
        if len(standing.get(address, ())) >= limits.of_address:
            return (address,)
        if self.total >= min(limits.of_strangers, limits.connections):
            known = self.members.known(self._now())
            strangers = [each for each in standing if each not in known]
            of_strangers = sum(len(standing[each]) for each in strangers)
            if address not in known and of_strangers >= limits.of_strangers:
                return strangers
        return standing if self.total >= limits.connections else ()
