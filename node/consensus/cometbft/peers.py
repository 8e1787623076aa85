"""Which nodes CometBFT may be connected with: those of the ledger, and those of the settings."""

from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_address, ip_network
from typing import Final

from cfi.contracts.state.peers import may_peer
from cfi.contracts.state.programme_clock import programme_time
from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.schema import NodeId
from cfi.node.application import Application
from cfi.node.consensus.cometbft.knocks import Address, Knocks
from cfi.node.settings import Settings

ADDRESS_PATH: Final = "/p2p/filter/addr/"
NODE_PATH: Final = "/p2p/filter/id/"
_NODE_ID_BYTES: Final = 20
Place = tuple[Address, str]
"""An address, and a port as it is written."""


class PeerFilter:
    """Answers by the path of CometBFT's question; before the first block, too."""

    def __init__(
        self, settings: Settings, application: Application, time: Callable[[], Timestamp]
    ) -> None:
        """`time` tells the time of the next block."""
        self._networks = [ip_network(each) for each in settings.peer_networks]
        self._lasting = {peer.partition("@")[0].lower(): None for peer in settings.peers}
        self._application = application
        self._time = time
        self._dialled = dict.fromkeys(_places_of(settings.peers))
        self._knocks = Knocks(address for address, _ in self._dialled)

    def admits(self, path: str) -> bool:
        """True if the connection may stand; False for any other question."""
        if path.startswith(ADDRESS_PATH):
            return self._admits_address(path.removeprefix(ADDRESS_PATH))
        if path.startswith(NODE_PATH):
            return self.admits_node(path.removeprefix(NODE_PATH))
        return False

    def admits_node(self, text: str) -> bool:
        """True if a node id, in hex, is named in the settings or registered on the ledger."""
        return text.lower() in self._lasting or self._is_registered(text)

    def only_named(self, text: str) -> bool:
        """True if the settings name a node id, in hex, and the ledger doesn't register it."""
        return text.lower() in self._lasting and not self._is_registered(text)

    def know_address(self, text: str) -> None:
        """An admitted node is at an address."""
        self._knocks.know(ip_address(text))

    def _admits_address(self, text: str) -> bool:
        """CometBFT asks about what it dials, too: that takes no place."""
        try:
            place = _place(text)
        except ValueError:
            return False
        address, _ = place
        if not any(address in network for network in self._networks):
            return False
        return place in self._dialled or self._knocks.admits(address)

    def _is_registered(self, text: str) -> bool:
        try:
            node_id = bytes.fromhex(text)
        except ValueError:
            return False
        if len(node_id) != _NODE_ID_BYTES:
            return False
        view = self._application.committed_view
        now = programme_time(view, Instant(self._time().seconds))
        return may_peer(view, NodeId(node_id), now)


def _place(text: str) -> Place:
    """Of HOST:PORT, an IPv6 address in brackets; raises ValueError if the host is a name."""
    host, _, port = text.rpartition(":")
    return ip_address(host.strip("[]")), port


def _places_of(peers: Sequence[str]) -> Iterator[Place]:
    """Those that the settings name by address; what a name stands for is known when it is met."""
    for peer in peers:
        try:
            yield _place(peer.partition("@")[2])
        except ValueError:
            continue
