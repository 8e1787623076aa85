"""CometBFT's files in a home: what they say, and the node's key."""

import base64
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cfi.client.wallet.keystore import LEAST
from cfi.genesis.cometbft import cometbft_genesis
from cfi.node.assembly import read_home_genesis
from cfi.node.consensus.cometbft.engine_home import engine_config, write_engine_home
from cfi.node.consensus.cometbft.knocks import PLACES
from cfi.node.consensus.cometbft.node_key import node_id_of, read_node_id, write_node_key
from cfi.node.founding import Founding, found
from cfi.node.home import Home
from cfi.node.settings import Settings
from cfi.node.storage.database import DamagedError

SEED = bytes(range(32))
# CometBFT 0.38's own: ed25519.PrivKey(SEED | its public key), p2p.PubKeyToID.
ITS_ID = "56475aa75463474c0285df5dbf2bcab73da65135"
PEERS = (f"{'ab' * 20}@127.0.0.2:26656", f"{'cd' * 20}@127.0.0.3:26656")


def config(**chosen: Any) -> dict[str, Any]:
    """CometBFT's settings, as it reads them."""
    return tomllib.loads(engine_config(Settings(engine="cometbft", **chosen)))


class TestItsSettings:
    def test_strangers_are_not_looked_for_and_are_asked_about(self) -> None:
        told = config(peers=PEERS)
        assert told["filter_peers"] is True
        assert told["p2p"]["pex"] is False
        assert told["p2p"]["persistent_peers"] == ",".join(PEERS)
        assert told["p2p"]["unconditional_peer_ids"] == f"{'ab' * 20},{'cd' * 20}"
        assert told["p2p"]["max_num_inbound_peers"] == PLACES

    def test_sockets_stand_in_the_home(self) -> None:
        told = config()
        assert (told["proxy_app"], told["abci"]) == ("unix://run/abci.sock", "socket")
        assert (told["rpc"]["laddr"], told["rpc"]["unsafe"]) == ("unix://run/engine.sock", True)

    def test_more_listens_only_where_it_is_asked_for(self) -> None:
        told = config()
        assert told["instrumentation"]["prometheus"] is False
        assert told["priv_validator_laddr"] == ""
        asked = config(
            rpc_listen="127.0.0.2:26657",
            engine_metrics="127.0.0.1:26660",
            remote_signer="127.0.0.1:26659",
        )
        assert asked["rpc"]["laddr"] == "unix://run/engine.sock,tcp://127.0.0.2:26657"
        assert asked["rpc"]["unsafe"] is False
        assert asked["instrumentation"]["prometheus"] is True
        assert asked["instrumentation"]["prometheus_listen_addr"] == "127.0.0.1:26660"
        assert asked["priv_validator_laddr"] == "tcp://127.0.0.1:26659"

    def test_transactions_are_indexed_nowhere(self) -> None:
        told = config()
        assert told["tx_index"]["indexer"] == "null"
        assert told["storage"]["discard_abci_responses"] is True

    def test_times_are_ours(self) -> None:
        told = config(timeout_commit=0.2, timeout_vote=0.5, empty_block_seconds=2.5)["consensus"]
        assert told["timeout_commit"] == "200ms"
        assert (told["timeout_prevote"], told["timeout_precommit"]) == ("500ms", "500ms")
        assert told["timeout_prevote_delta"] == "250ms"
        assert told["create_empty_blocks"] is False
        assert told["create_empty_blocks_interval"] == "2500ms"

    def test_a_new_node_may_join_by_state_sync(self) -> None:
        assert config()["statesync"]["enable"] is False
        told = config(
            sync_servers=("127.0.0.1:26657", "127.0.0.2:26657"), sync_height=7, sync_hash="ab" * 32
        )["statesync"]
        assert told["enable"] is True
        assert told["rpc_servers"] == "127.0.0.1:26657,127.0.0.2:26657"
        assert (told["trust_height"], told["trust_hash"]) == (7, "AB" * 32)
        assert told["discovery_time"] == "15000ms"

    @pytest.mark.parametrize(
        ("ours", "its"), [("debug", "info"), ("warning", "error"), ("error", "error")]
    )
    def test_its_log_is_as_loud_as_ours(self, ours: str, its: str) -> None:
        assert config(log_level=ours)["log_level"] == its
        assert config(log_level=ours)["log_format"] == "json"


class TestAHome:
    @pytest.fixture
    def home(self, tmp_path: Path) -> Home:
        home = Home(tmp_path / "node")
        founding = Founding(
            chain_id="sim-1",
            programme="phase-1",
            clock_start=1_041_379_200,
            passphrase=b"correct horse",
            hardness=LEAST,
        )
        found(home, Settings(engine="cometbft"), founding)
        return home

    def test_has_all_that_the_engine_reads(self, home: Home) -> None:
        data, _ = read_home_genesis(home)
        write_engine_home(home, home.settings(), data)
        assert home.engine_config.read_text() == engine_config(home.settings())
        assert home.engine_genesis.read_text() == cometbft_genesis(data)
        assert home.node_key.stat().st_mode & 0o077 == 0

    def test_without_a_node_key_says_so(self, home: Home) -> None:
        home.node_key.unlink()
        with pytest.raises(DamagedError, match=r"node key .* can't be read"):
            write_engine_home(home, home.settings(), read_home_genesis(home)[0])
        assert not home.engine_config.exists()


class TestTheNodeKey:
    def test_names_the_node_as_cometbft_does(self, tmp_path: Path) -> None:
        write_node_key(tmp_path / "key", SEED)
        assert read_node_id(tmp_path / "key") == node_id_of(SEED) == ITS_ID

    @pytest.mark.parametrize("secret", [b"", SEED, SEED + SEED])
    def test_another_thing_is_refused(self, tmp_path: Path, secret: bytes) -> None:
        value = base64.b64encode(secret).decode()
        content = {"priv_key": {"type": "tendermint/PrivKeyEd25519", "value": value}}
        (tmp_path / "key").write_text(json.dumps(content))
        with pytest.raises(DamagedError, match="is no Ed25519 key"):
            read_node_id(tmp_path / "key")
