"""Looks now and then how CometBFT is, and who it is connected with.

CometBFT asks about a node when it connects, never again; a registration can end while its node is
connected. Such a node is unwelcome: the supervisor cuts it off.

CometBFT dials a lost peer for two minutes, then ever more seldom, up to 16 hours apart, and no more
if a peer that it has just reached hangs up at once: it is told to. (CometBFT 0.38, p2p/switch.go)
"""

import asyncio
import logging
import time
from collections.abc import Collection, Mapping
from typing import Final

from cfi.client.light.json_node import JsonNode
from cfi.node.clock import machine_time
from cfi.node.consensus.cometbft.follower import Follower
from cfi.node.consensus.cometbft.peers import PeerFilter
from cfi.node.consensus.cometbft.rpc import Call, EngineRpc
from cfi.node.counters import Counters

_LOG: Final = logging.getLogger(__name__)
_LOOK_SECONDS: Final = 1.0
_PATIENCE_SECONDS: Final = 30.0
_AGAIN_SECONDS: Final = 30.0


class EngineWatch:
    """Keeps what the counters tell of CometBFT."""

    def __init__(
        self,
        rpc: EngineRpc,
        follower: Follower,
        peers: PeerFilter,
        counters: Counters,
        lasting: Collection[str],
    ) -> None:
        """`lasting` are the peers, as NODE-ID@HOST:PORT, that it is told to dial."""
        self._rpc = rpc
        self._follower = follower
        self._peers = peers
        self._counters = counters
        self._lasting = lasting
        self._dial_at: dict[str, float] = {}
        """By lasting peer that isn't connected, a moment of the steady clock."""

    async def run(self) -> None:
        """Look; CometBFT catches up until it says otherwise."""
        calls = [Call("status", {}), Call("net_info", {})]
        self._counters.catching_up = True
        while True:
            status, net = await self._rpc.ask_until_answered(calls)
            behind = status.result.field("sync_info").field("catching_up").value
            self._counters.catching_up = behind is not False
            connected = dict(_connected(each) for each in net.result.field("peers").items())
            self._judge(connected)
            self._notice_a_slow_clock()
            await self._dial(self._due(connected))
            await asyncio.sleep(_LOOK_SECONDS)

    def _judge(self, connected: Mapping[str, str]) -> None:
        """While it catches up, the ledger would judge them by an old state."""
        counters = self._counters
        counters.peers = len(connected)
        if counters.catching_up:
            return
        unwelcome: dict[str, str] = {}
        for node_id, address in connected.items():
            if self._peers.admits_node(node_id):
                self._peers.know_address(address)
            else:
                unwelcome[node_id] = address
        for node_id in unwelcome.keys() - counters.unwelcome_peers.keys():
            _LOG.warning("a connected node may connect no more", extra={"peer": node_id})
        counters.unwelcome_peers = unwelcome
        counters.only_named_peers = [each for each in connected if self._peers.only_named(each)]

    def _due(self, connected: Mapping[str, str]) -> list[str]:
        """The lasting peers that it is time to dial."""
        now, due = time.monotonic(), []
        for peer in self._lasting:
            if peer.partition("@")[0].lower() in connected:
                self._dial_at.pop(peer, None)
            elif self._dial_at.setdefault(peer, now + _PATIENCE_SECONDS) <= now:
                self._dial_at[peer] = now + _AGAIN_SECONDS
                due.append(peer)
        return due

    async def _dial(self, peers: list[str]) -> None:
        """Whom it dials already it leaves."""
        if peers:
            await self._rpc.ask_until_answered([Call("dial_peers", {"peers": peers})])

    def _notice_a_slow_clock(self) -> None:
        """Until something is committed here: a clock before the last votes is slow by that, at
        least, and CometBFT may take no block because of it.
        """
        if self._follower.height and not self._counters.last_commit_nanos:
            ahead = machine_time().total_nanos - self._follower.next_block_time.total_nanos
            self._counters.clock_off_nanos = min(ahead, 0)


def _connected(peer: JsonNode) -> tuple[str, str]:
    """A peer's node id in small letters, and its address."""
    return peer.field("node_info").field("id").text(), peer.field("remote_ip").text()
