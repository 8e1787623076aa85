"""A new key proves that whoever registers it holds it."""

import cbor2
import pytest

from cfi.contracts.wire.possession import (
    admission_statement,
    possession_statement,
    proves_admission_key,
    proves_possession,
)
from cfi.contracts.wire.schema import NodeId, PublicKey, Signature
from cfi.contracts.wire.signatures import public_key_of, sign

SEED = bytes(range(32))
KEY = PublicKey(public_key_of(SEED))
PROOF = Signature(sign(SEED, possession_statement("market", "company-a", "user-1", KEY)))


def test_the_statement_is_a_deterministic_array() -> None:
    statement = possession_statement("market", "company-a", "user-1", KEY)
    assert statement == cbor2.dumps(["cfi/pop/v1", "market", "company-a", "user-1", KEY])


def test_the_keys_own_signature_proves_it() -> None:
    assert proves_possession("market", "company-a", "user-1", KEY, PROOF)


@pytest.mark.parametrize(
    ("chain_id", "holder_id", "user_id"),
    [
        pytest.param("sim", "company-a", "user-1", id="another chain"),
        pytest.param("market", "company-b", "user-1", id="another holder"),
        pytest.param("market", "company-a", "user-2", id="another user"),
        pytest.param("market", "company-auser", "-1", id="the same letters, cut elsewhere"),
    ],
)
def test_for_anything_else_it_proves_nothing(chain_id: str, holder_id: str, user_id: str) -> None:
    assert not proves_possession(chain_id, holder_id, user_id, KEY, PROOF)


def test_another_key_proves_nothing() -> None:
    other = bytes(32)
    statement = possession_statement("market", "company-a", "user-1", KEY)
    assert not proves_possession(
        "market", "company-a", "user-1", KEY, Signature(sign(other, statement))
    )


def test_an_admission_key_is_proved_for_one_node_of_one_chain() -> None:
    node = NodeId(bytes(range(20)))
    statement = admission_statement("market", node, KEY)
    assert statement == cbor2.dumps(["cfi/admission-pop/v1", "market", node, KEY])
    proof = Signature(sign(SEED, statement))
    assert proves_admission_key("market", node, KEY, proof)
    assert not proves_admission_key("sim", node, KEY, proof)
    assert not proves_admission_key("market", NodeId(bytes(20)), KEY, proof)
    assert not proves_admission_key("market", node, PublicKey(bytes(32)), proof)
