"""Which nodes the engine may be connected with."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cfi.contracts.state.view import StateView
from cfi.node.consensus.cometbft.knocks import EACH, OF_STRANGERS
from cfi.node.consensus.cometbft.peers import PeerFilter
from cfi.node.settings import COMETBFT, Settings
from tests.node.chain import open_chain

LASTING = "ab" * 20
SETTINGS = Settings(
    engine=COMETBFT,
    peers=(f"{LASTING}@10.1.0.2:26656",),
    peer_networks=("10.1.0.0/16", "fd00::/8"),
)

QUESTIONS = [
    #  sentence                                   path                                             admitted
    ("an address of a listed network",            "/p2p/filter/addr/10.1.2.3:41000",               True),
    ("an address of a listed IPv6 network",       "/p2p/filter/addr/[fd00::1]:41000",              True),
    ("a stranger's address",                      "/p2p/filter/addr/192.0.2.1:41000",              False),
    ("an address of the other kind",              "/p2p/filter/addr/[::1]:41000",                  False),
    ("what is no address",                        "/p2p/filter/addr/somewhere",                    False),
    ("a lasting peer",                            f"/p2p/filter/id/{LASTING}",                     True),
    ("a lasting peer in capitals",                f"/p2p/filter/id/{LASTING.upper()}",             True),
    ("a node that nobody registered",             f"/p2p/filter/id/{'cd' * 20}",                   False),
    ("an id of another length",                   "/p2p/filter/id/abcd",                           False),
    ("what is no id",                             "/p2p/filter/id/somebody",                       False),
    ("another question",                          "/store/key",                                    False),
    ("no question",                               "",                                              False),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "path", "admitted"), QUESTIONS, ids=[each[0] for each in QUESTIONS])
def test_a_question_before_the_first_block(tmp_path: Path, sentence: str, path: str, admitted: bool) -> None:
    chain = open_chain(tmp_path)
    peers = PeerFilter(SETTINGS, chain.application, lambda: chain.engine.next_block_time)
    assert peers.admits(path) == admitted
    chain.close()


def test_a_registered_node_is_admitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def registered(state: StateView, node_id: bytes, now: int) -> bool:
        asked.append((node_id, now))
        return True

    chain = open_chain(tmp_path)
    peers = PeerFilter(SETTINGS, chain.application, lambda: chain.engine.next_block_time)
    monkeypatch.setattr("cfi.node.consensus.cometbft.peers.may_peer", registered)
    assert peers.admits(f"/p2p/filter/id/{'cd' * 20}")
    ((node_id, now),) = asked
    assert node_id == bytes.fromhex("cd" * 20)
    assert now == chain.engine.next_block_time.seconds
    chain.close()


class TestStrangersAtTheDoor:
    @pytest.fixture
    def peers(self, tmp_path: Path) -> Iterator[PeerFilter]:
        chain = open_chain(tmp_path)
        yield PeerFilter(SETTINGS, chain.application, lambda: chain.engine.next_block_time)
        chain.close()

    def test_one_address_has_so_many_connections_at_once(self, peers: PeerFilter) -> None:
        told = [peers.admits(f"/p2p/filter/addr/10.1.2.3:{port}") for port in range(1, EACH + 2)]
        assert told == [True] * EACH + [False]

    def test_a_named_peer_can_be_dialled_whoever_knocks_from_its_address(
        self, peers: PeerFilter
    ) -> None:
        assert not all(peers.admits(f"/p2p/filter/addr/10.1.0.2:{port}") for port in range(99))
        assert peers.admits("/p2p/filter/addr/10.1.0.2:26656")

    @pytest.mark.parametrize("address", ["10.1.0.2", "10.1.0.3"])
    def test_an_address_named_in_the_settings_or_known_since_is_taken_in_any_case(
        self, peers: PeerFilter, address: str
    ) -> None:
        peers.know_address("10.1.0.3")
        strangers = [f"10.1.{8 + number // 256}.{number % 256}" for number in range(OF_STRANGERS + 1)]
        assert not all(peers.admits(f"/p2p/filter/addr/{each}:1") for each in strangers)
        assert not peers.admits("/p2p/filter/addr/10.1.0.4:1")
        assert peers.admits(f"/p2p/filter/addr/{address}:1")

    def test_a_peer_named_by_a_name_is_no_known_address(self, tmp_path: Path) -> None:
        chain = open_chain(tmp_path)
        settings = replace(SETTINGS, peers=(f"{LASTING}@node2.example:26656",))
        peers = PeerFilter(settings, chain.application, lambda: chain.engine.next_block_time)
        assert peers.admits_node(LASTING)
        assert peers.only_named(LASTING)
        assert not peers.only_named("cd" * 20)
        chain.close()
