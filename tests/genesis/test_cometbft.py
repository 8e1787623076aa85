"""CometBFT's genesis.json is derived from ours."""

import json
from base64 import b64decode, b64encode
from dataclasses import replace

import pytest

from cfi.contracts.state.genesis import GenesisError
from cfi.contracts.transition.genesis import state_at_genesis
from cfi.genesis.builder import build_genesis
from cfi.genesis.cometbft import cometbft_genesis, require_same_genesis
from tests.genesis.founders import PLAN, TIME, VALIDATOR

DATA = build_genesis(PLAN)


def test_it_says_what_cometbft_needs() -> None:
    genesis = json.loads(cometbft_genesis(DATA))
    assert genesis["genesis_time"] == "2003-01-01T00:00:00Z"
    assert (genesis["chain_id"], genesis["initial_height"]) == ("sim-founders", "1")
    assert genesis["consensus_params"]["block"] == {"max_bytes": "2097152", "max_gas": "15000"}
    assert genesis["consensus_params"]["version"] == {"app": "1"}
    (validator,) = genesis["validators"]
    assert b64decode(validator["pub_key"]["value"]) == VALIDATOR
    assert validator["power"] == "10"
    assert genesis["app_hash"] == state_at_genesis(DATA)[0].app_hash.hex().upper()
    assert b64decode(genesis["app_state"]) == DATA


def test_its_app_state_is_the_signed_document() -> None:
    app_state = json.dumps(json.loads(cometbft_genesis(DATA))["app_state"]).encode()
    require_same_genesis(app_state, DATA)


OTHER = build_genesis(replace(PLAN, time=TIME + 1))


@pytest.mark.parametrize(
    ("app_state", "sentence"),
    [
        pytest.param(json.dumps(b64encode(OTHER).decode()).encode(), "another", id="another"),
        pytest.param(b"{}", "another", id="an object"),
        pytest.param(b"", "no genesis document", id="nothing"),
        pytest.param(b'"?"', "no genesis document", id="no base64"),
    ],
)
def test_anything_else_is_a_mismatch(app_state: bytes, sentence: str) -> None:
    with pytest.raises(GenesisError, match=sentence):
        require_same_genesis(app_state, DATA)
