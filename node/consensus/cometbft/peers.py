"""Which nodes CometBFT may be connected with: those of the ledger, and those of the settings."""

from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Final

from cfi.contracts.state.peers import may_peer
from cfi.contracts.state.programme_clock import programme_time
from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.schema import NodeId
from cfi.node.application import Application
from cfi.node.settings import Settings

ADDRESS_PATH: Final = "/p2p/filter/addr/"
NODE_PATH: Final = "/p2p/filter/id/"
_NODE_ID_BYTES: Final = 20


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

    def admits(self, path: str) -> bool:
        """True if the connection may stand; False for any other question."""
        if path.startswith(ADDRESS_PATH):
            return self._admits_address(path.removeprefix(ADDRESS_PATH))
        if path.startswith(NODE_PATH):
            return self._admits_node(path.removeprefix(NODE_PATH))
        return False

    def _admits_address(self, text: str) -> bool:
        try:
            address = ip_address(text.rpartition(":")[0].strip("[]"))
        except ValueError:
            return False
        return any(address in network for network in self._networks)

    def _admits_node(self, text: str) -> bool:
        if text.lower() in self._lasting:
            return True
        try:
            node_id = bytes.fromhex(text)
        except ValueError:
            return False
        if len(node_id) != _NODE_ID_BYTES:
            return False
        view = self._application.committed_view
        now = programme_time(view, Instant(self._time().seconds))
        return may_peer(view, NodeId(node_id), now)
