"""Looking how CometBFT is, and who it is connected with or should be."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cfi.contracts.state.view import StateView
from cfi.contracts.wire.headers import Timestamp
from cfi.node.audience import Audience
from cfi.node.consensus.cometbft import watching
from cfi.node.consensus.cometbft.follower import Follower
from cfi.node.consensus.cometbft.peers import PeerFilter
from cfi.node.consensus.cometbft.rpc import EngineRpc
from cfi.node.consensus.cometbft.watching import EngineWatch
from cfi.node.counters import Counters
from cfi.node.settings import COMETBFT, Settings
from tests.node.chain import TERMS, Chain, make_chain
from tests.node.consensus.cometbft.asking import saying
from tests.node.gateway.running import until

NAMED, REGISTERED, WITHDRAWN = "ab" * 20, "bc" * 20, "cd" * 20
PEERS = {NAMED: "10.1.0.2", REGISTERED: "10.1.0.3", WITHDRAWN: "10.1.0.4"}
SETTINGS = Settings(
    engine=COMETBFT, peers=(f"{NAMED}@10.1.0.2:26656",), peer_networks=("10.1.0.0/16",)
)


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    made = make_chain(tmp_path / "chain", 3)
    yield made
    made.close()


def net_info(*ids: str) -> Any:
    """What CometBFT tells of these peers."""
    peers = [{"node_info": {"id": each}, "remote_ip": PEERS[each]} for each in ids]
    return {"n_peers": str(len(peers)), "peers": peers}


def looked(chain: Chain, folder: Path, counters: Counters, *told: tuple[bool, Any]) -> PeerFilter:
    """Look at an engine that says each of these in turn: whether it catches up, and its net."""
    left = list(told)
    done = asyncio.Event()

    def say(call: dict[str, Any]) -> Any:
        if call["method"] == "status":
            return {"result": {"sync_info": {"catching_up": left[0][0]}}}
        if len(left) == 1:
            done.set()
            return {"result": left[0][1]}
        return {"result": left.pop(0)[1]}

    async def work() -> PeerFilter:
        async with saying(folder / "s", say), EngineRpc(folder / "s") as rpc:
            follower = Follower(
                TERMS, chain.application, chain.files, rpc, Audience(), counters=counters
            )
            peers = PeerFilter(SETTINGS, chain.application, lambda: follower.next_block_time)
            looking = asyncio.create_task(EngineWatch(rpc, follower, peers, counters, ()).run())
            await done.wait()
            await until(lambda: looking.done() or counters.peers == len(left[0][1]["peers"]))
            looking.cancel()
            return peers

    return asyncio.run(asyncio.wait_for(work(), 30.0))


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> dict[bytes, None]:
    """The node ids that the ledger registers."""
    found = {bytes.fromhex(each): None for each in (REGISTERED, WITHDRAWN)}

    def may_peer(state: StateView, node_id: bytes, now: int) -> bool:
        del state, now
        return node_id in found

    monkeypatch.setattr("cfi.node.consensus.cometbft.peers.may_peer", may_peer)
    monkeypatch.setattr(watching, "_LOOK_SECONDS", 0.02)
    return found


class TestPeers:
    def test_registered_ones_and_named_ones_are_welcome(
        self, chain: Chain, tmp_path: Path, registered: dict[bytes, None]
    ) -> None:
        assert registered
        counters = Counters()
        looked(chain, tmp_path, counters, (False, net_info(*PEERS)))
        assert (counters.catching_up, counters.peers) == (False, 3)
        assert (counters.unwelcome_peers, counters.only_named_peers) == ({}, [NAMED])

    def test_one_whose_registration_ended_is_unwelcome_and_logged_once(
        self,
        chain: Chain,
        tmp_path: Path,
        registered: dict[bytes, None],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        counters = Counters()
        del registered[bytes.fromhex(WITHDRAWN)]
        with caplog.at_level(logging.WARNING):
            looked(chain, tmp_path, counters, *[(False, net_info(*PEERS))] * 3)
        assert counters.unwelcome_peers == {WITHDRAWN: PEERS[WITHDRAWN]}
        assert [each.__dict__["peer"] for each in caplog.records] == [WITHDRAWN]

    def test_one_that_is_gone_is_unwelcome_no_more(
        self, chain: Chain, tmp_path: Path, registered: dict[bytes, None]
    ) -> None:
        counters = Counters()
        del registered[bytes.fromhex(WITHDRAWN)]
        looked(chain, tmp_path, counters, (False, net_info(*PEERS)), (False, net_info(NAMED)))
        assert (counters.peers, counters.unwelcome_peers) == (1, {})

    def test_who_catches_up_judges_nobody_by_its_old_state(
        self, chain: Chain, tmp_path: Path, registered: dict[bytes, None]
    ) -> None:
        counters = Counters()
        registered.clear()
        looked(chain, tmp_path, counters, (True, net_info(*PEERS)))
        assert (counters.catching_up, counters.peers) == (True, 3)
        assert (counters.unwelcome_peers, counters.only_named_peers) == ({}, [])

    def test_the_addresses_of_welcome_ones_are_known(
        self,
        chain: Chain,
        tmp_path: Path,
        registered: dict[bytes, None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        known: list[str] = []
        monkeypatch.setattr(PeerFilter, "know_address", lambda _, address: known.append(address))
        del registered[bytes.fromhex(WITHDRAWN)]
        looked(chain, tmp_path, Counters(), (False, net_info(*PEERS)))
        assert dict.fromkeys(known) == {PEERS[NAMED]: None, PEERS[REGISTERED]: None}


@pytest.mark.parametrize(
    ("committed", "off", "noticed"), [(0, -90, -90), (0, 90, 0), (1, -90, 0)]
)
def test_a_clock_before_the_last_votes_is_noticed_until_something_is_committed(
    chain: Chain,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    committed: int,
    off: int,
    noticed: int,
) -> None:
    counters = Counters(last_commit_nanos=committed)
    now = Timestamp.of_nanos(chain.engine.next_block_time.total_nanos + off * 10**9)
    monkeypatch.setattr(watching, "machine_time", lambda: now)
    looked(chain, tmp_path, counters, (True, net_info(NAMED)))
    assert counters.clock_off_nanos == noticed * 10**9


class TestLostPeers:
    LASTING = (f"{NAMED}@10.1.0.2:26656", f"{REGISTERED.upper()}@10.1.0.3:26656")

    def due(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
        """What is dialled at a second while these are connected."""
        rpc = EngineRpc(tmp_path / "s")
        unused: Any = None
        watch = EngineWatch(rpc, unused, unused, Counters(), self.LASTING)

        def at(second: float, *ids: str) -> list[str]:
            clock = SimpleNamespace(monotonic=lambda: 1_000.0 + second)
            monkeypatch.setattr(watching, "time", clock)
            return watch._due({each: PEERS[each] for each in ids})

        return at

    def test_are_left_to_the_engine_first_and_dialled_again_and_again_then(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        due = self.due(monkeypatch, tmp_path)
        moments = (0.0, 29.0, 30.0, 59.0, 60.0, 90.0)
        expected = [[], [], [self.LASTING[0]], [], [self.LASTING[0]], [self.LASTING[0]]]
        assert [due(second, REGISTERED) for second in moments] == expected

    def test_are_left_alone_once_they_are_back(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        due = self.due(monkeypatch, tmp_path)
        assert due(0.0) == []
        assert due(30.0) == list(self.LASTING)
        assert due(31.0, NAMED, REGISTERED) == []
        assert due(60.0) == []
        assert due(89.0) == []
        assert due(90.0) == list(self.LASTING)

    def test_the_engine_is_told_to_dial(
        self, chain: Chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(watching, "_PATIENCE_SECONDS", 0.0)
        dialled: list[Any] = []

        def say(call: dict[str, Any]) -> Any:
            if call["method"] == "status":
                return {"result": {"sync_info": {"catching_up": True}}}
            if call["method"] == "dial_peers":
                dialled.append(call["params"])
            return {"result": net_info(NAMED)}

        async def work() -> None:
            async with saying(tmp_path / "s", say), EngineRpc(tmp_path / "s") as rpc:
                follower = Follower(
                    TERMS, chain.application, chain.files, rpc, Audience(), counters=Counters()
                )
                peers = PeerFilter(SETTINGS, chain.application, lambda: follower.next_block_time)
                watch = EngineWatch(rpc, follower, peers, Counters(), self.LASTING)
                looking = asyncio.create_task(watch.run())
                await until(lambda: looking.done() or dialled != [])
                looking.cancel()

        asyncio.run(asyncio.wait_for(work(), 30.0))
        assert dialled == [{"peers": [self.LASTING[1]]}]
