"""Who is told: peers that follow the chain, and those that submitted a transaction."""

from dataclasses import dataclass
from typing import Final, Protocol

import cbor2

from cfi.contracts.wire import items
from cfi.node.link import Kind

_PLACE: Final = items.array_head(3)


class Peer(Protocol):
    """One connection to the ledger's socket."""

    def send(self, kind: Kind, tag: int, content: bytes) -> None:
        """Queue a frame."""


@dataclass(slots=True)
class Listener:
    """A peer, and the tag under which it is told of its transaction."""

    peer: Peer
    tag: int

    def tell(self, kind: Kind, content: bytes) -> None:
        """Send a frame to the peer."""
        self.peer.send(kind, self.tag, content)

    def tell_why(self, kind: Kind, name: str, detail: str) -> None:
        """Send a stable name and a sentence."""
        self.tell(kind, cbor2.dumps([name, detail]))

    def committed(self, height: int, index: int, receipt: bytes) -> None:
        """Say where the transaction stands, with its receipt."""
        told = (_PLACE, items.unsigned(height), items.unsigned(index), items.octets(receipt))
        self.tell(Kind.COMMITTED, b"".join(told))


class Audience:
    """The peers that hear of each block."""

    def __init__(self) -> None:
        self._followers: dict[Peer, int] = {}

    def __len__(self) -> int:
        return len(self._followers)

    def follow(self, peer: Peer, tag: int) -> None:
        """Tell a peer of each block from now on."""
        self._followers[peer] = tag

    def forget(self, peer: Peer) -> None:
        """A peer is gone."""
        self._followers.pop(peer, None)

    def announce(self, height: int, app_hash: bytes, seconds: int) -> None:
        """Tell of a block: its height, the root in its header, its time in seconds since 1970."""
        told = cbor2.dumps([height, app_hash, seconds])
        for follower, tag in self._followers.items():
            follower.send(Kind.BLOCK, tag, told)
