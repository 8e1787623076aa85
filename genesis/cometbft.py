"""CometBFT's genesis.json, derived from the genesis document.  (CometBFT 0.38)"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from cfi.contracts.state.genesis import GenesisError, genesis_hash, read_genesis
from cfi.contracts.state.rows.validators import ValidatorKey
from cfi.contracts.transition.genesis import state_at_genesis
from cfi.contracts.wire.limits import MAX_BLOCK_BYTES, MAX_BLOCK_GAS
from cfi.contracts.wire.validators import address_of

EVIDENCE_HEIGHTS: Final = 100_000
EVIDENCE_NANOSECONDS: Final = 48 * 3600 * 10**9
EVIDENCE_BYTES: Final = 1_048_576


def cometbft_genesis(data: bytes) -> str:
    """The genesis.json of a genesis document's bytes; `app_state` holds them in base64."""
    document = read_genesis(data)
    state, _ = state_at_genesis(data)
    return engine_genesis(
        data,
        chain_id=document.chain_id,
        time=document.time,
        app_version=document.app_version,
        validators=document.signers,
        app_hash=state.app_hash,
    )


def engine_genesis(
    app_state: bytes,
    *,
    chain_id: str,
    time: int,
    app_version: int,
    validators: Iterable[ValidatorKey],
    app_hash: bytes,
) -> str:
    """The genesis.json of a chain; the time is in seconds since 1970."""
    moment = datetime.fromtimestamp(time, tz=UTC)
    genesis = {
        "genesis_time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "chain_id": chain_id,
        "initial_height": "1",
        "consensus_params": _consensus_params(app_version),
        "validators": [
            {
                "address": address_of(each.key).hex().upper(),
                "pub_key": {
                    "type": "tendermint/PubKeyEd25519",
                    "value": b64encode(each.key).decode(),
                },
                "power": str(each.power),
                "name": "",
            }
            for each in validators
        ],
        "app_hash": app_hash.hex().upper(),
        "app_state": b64encode(app_state).decode(),
    }
    return json.dumps(genesis, indent=2) + "\n"


def require_same_genesis(app_state: bytes, data: bytes) -> None:
    """Raise GenesisError unless CometBFT's `app_state` (JSON) holds exactly this document."""
    try:
        held = json.loads(app_state)
        document = b64decode(held, validate=True) if isinstance(held, str) else b""
    except ValueError as error:
        raise GenesisError("app_state holds no genesis document") from error
    if document != data:
        raise GenesisError(
            f"app_state holds another document than the signed one {genesis_hash(data).hex()}"
        )


def _consensus_params(app_version: int) -> dict[str, Any]:
    return {
        "block": {"max_bytes": str(MAX_BLOCK_BYTES), "max_gas": str(MAX_BLOCK_GAS)},
        "evidence": {
            "max_age_num_blocks": str(EVIDENCE_HEIGHTS),
            "max_age_duration": str(EVIDENCE_NANOSECONDS),
            "max_bytes": str(EVIDENCE_BYTES),
        },
        "validator": {"pub_key_types": ["ed25519"]},
        "version": {"app": str(app_version)},
        "abci": {"vote_extensions_enable_height": "0"},
    }
