"""CometBFT's own files in a home, written from the node's settings at each start.

An operator edits only the node's settings: whatever isn't said here is CometBFT's usual value.
(CometBFT 0.38, config/toml.go)
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from cfi.contracts.wire.limits import MAX_TRANSACTION_BYTES
from cfi.genesis.cometbft import cometbft_genesis
from cfi.node.consensus.cometbft.knocks import PLACES
from cfi.node.consensus.cometbft.node_key import read_node_id
from cfi.node.home import Home
from cfi.node.settings import Settings
from cfi.node.storage.atomic import write_atomically

_LOG_LEVELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "debug": "info",
        "info": "blocksync:info,statesync:info,*:error",
        "warning": "error",
        "error": "error",
    }
)
"""Its info level has ten lines a block, and one each time that a stranger knocks; its debug level
has the contents of messages.
"""
_MOST_IN_BATCH: Final = 1_000
_MOST_BODY_BYTES: Final = 16_000_000
_TRUST_PERIOD: Final = "168h0m0s"
_HEAD: Final = "# Written by cfi at each start, from the settings in ../node.toml: edit those.\n"

Section = Mapping[str, Any]


def write_engine_home(home: Home, settings: Settings, genesis: bytes) -> None:
    """Write CometBFT's settings and its genesis; raises DamagedError without a node key."""
    read_node_id(home.node_key)
    write_atomically(home.engine_config, engine_config(settings).encode())
    write_atomically(home.engine_genesis, cometbft_genesis(genesis).encode())


def engine_config(settings: Settings) -> str:
    """CometBFT's config.toml for a node; paths are relative to the home, where it runs."""
    parts = [_HEAD, _section(_base(settings))]
    for name, section in _sections(settings).items():
        parts.append(f"[{name}]\n{_section(section)}")
    return "\n".join(parts)


def may_dial(settings: Settings) -> bool:
    """Whether its RPC lets peers be dialled: not where others than the ledger reach it, who could
    empty its mempool then, too.
    """
    return not settings.rpc_listen


def _base(settings: Settings) -> Section:
    signer = settings.remote_signer
    return {
        "proxy_app": "unix://run/abci.sock",
        "abci": "socket",
        "moniker": settings.name,
        "db_backend": "goleveldb",
        "log_level": _LOG_LEVELS[settings.log_level],
        "log_format": "json",
        "priv_validator_laddr": f"tcp://{signer}" if signer else "",
        "filter_peers": True,
    }


def _sections(settings: Settings) -> Mapping[str, Section]:
    metrics = settings.engine_metrics
    return {
        "rpc": _rpc(settings),
        "p2p": _p2p(settings),
        "mempool": {
            "size": settings.mempool_size,
            "cache_size": 2 * settings.mempool_size,
            "max_tx_bytes": MAX_TRANSACTION_BYTES,
        },
        "statesync": _state_sync(settings),
        "consensus": _consensus(settings),
        "storage": {"discard_abci_responses": True},
        "tx_index": {"indexer": "null"},
        "instrumentation": {"prometheus": bool(metrics), "prometheus_listen_addr": metrics},
    }


def _rpc(settings: Settings) -> Section:
    """The ledger hands transactions in many at a time."""
    addresses = ["unix://run/engine.sock"]
    if settings.rpc_listen:
        addresses.append(f"tcp://{settings.rpc_listen}")
    return {
        "laddr": ",".join(addresses),
        "unsafe": may_dial(settings),
        "max_request_batch_size": _MOST_IN_BATCH,
        "max_body_bytes": _MOST_BODY_BYTES,
    }


def _p2p(settings: Settings) -> Section:
    """Only known peers, all of them lasting: no exchange of addresses with strangers. Validators
    may stand on one host, and none has an address that the internet routes.
    """
    return {
        "laddr": f"tcp://{settings.p2p_listen}",
        "persistent_peers": ",".join(settings.peers),
        "unconditional_peer_ids": ",".join(peer.partition("@")[0] for peer in settings.peers),
        "pex": False,
        "addr_book_strict": False,
        "allow_duplicate_ip": True,
        "max_num_inbound_peers": PLACES,
    }


def _state_sync(settings: Settings) -> Section:
    return {
        "enable": bool(settings.sync_servers),
        "rpc_servers": ",".join(settings.sync_servers),
        "trust_height": settings.sync_height,
        "trust_hash": settings.sync_hash.upper(),
        "trust_period": _TRUST_PERIOD,
        "discovery_time": _duration(settings.sync_discovery),
    }


def _consensus(settings: Settings) -> Section:
    """Votes are waited for equally long in both steps, and half as long again in each round."""
    vote, propose = settings.timeout_vote, settings.timeout_propose
    return {
        "timeout_propose": _duration(propose),
        "timeout_propose_delta": _duration(propose / 2),
        "timeout_prevote": _duration(vote),
        "timeout_prevote_delta": _duration(vote / 2),
        "timeout_precommit": _duration(vote),
        "timeout_precommit_delta": _duration(vote / 2),
        "timeout_commit": _duration(settings.timeout_commit),
        "create_empty_blocks": False,
        "create_empty_blocks_interval": _duration(settings.empty_block_seconds),
    }


def _duration(seconds: float) -> str:
    """Seconds as Go reads them, in whole milliseconds."""
    return f"{max(1, round(seconds * 1000))}ms"


def _section(values: Section) -> str:
    """Lines of TOML; JSON writes texts, numbers and truths as TOML does."""
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items())
