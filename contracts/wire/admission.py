"""Admission receipts: a node's signed word that its mempool took an act, when, and as which.  (ours
0024, 0042)

One signature covers a batch: it signs the root of a list tree over the acts, and each receipt
carries the path of its own act, so that nobody's receipt shows another's act.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cfi.contracts.wire import codec
from cfi.contracts.wire.items import array_head, octets, text, unsigned
from cfi.contracts.wire.list_tree import (
    HASH_BYTES,
    ListProof,
    levels_of,
    paths_in,
    verify_item,
)
from cfi.contracts.wire.quantities import Count, Height
from cfi.contracts.wire.schema import Data, Hash, Nonce, PublicKey, Signature, schema_of
from cfi.contracts.wire.signatures import public_key_of, sign, verify
from cfi.contracts.wire.text import Identifier

MAX_RECEIPT_BYTES: Final = 4_096
_DOMAIN: Final = "cfi/admission/v1"
_HEAD: Final = array_head(13)
_STATEMENT_HEAD: Final = array_head(8) + text(_DOMAIN)
_HEIGHT_BYTES: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What a node says of acts that it takes together."""

    chain_id: str
    run: bytes
    """16 random bytes, new with each start of the node: its sequence begins anew."""
    height: int
    """The last height that the node had committed."""
    at_ms: int
    """By the node's clock, in milliseconds since 1970."""
    first_sequence: int
    """The number of the batch's first act in this run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """That a node took an act: as which of a run, after which height, when."""

    act_id: Hash
    valid_until: Height
    """The last height whose block may have the act."""
    index: Count
    """Its place in the batch, from 0."""
    path: Data
    """The hashes beside its way to the root, from the leaf up, 32 bytes each."""
    chain_id: Identifier
    run: Nonce
    height: Height
    at_ms: Count
    first_sequence: Count
    total: Count
    """Acts in the batch."""
    root: Hash
    node_key: PublicKey
    """The node's admission key; whose it is the ledger says."""
    signature: Signature

    @property
    def sequence(self) -> int:
        """The act's number in this run of the node, from 1."""
        return self.first_sequence + self.index


def admission_receipts(seed: bytes, batch: Batch, acts: Sequence[tuple[bytes, int]]) -> list[bytes]:
    """The receipts' bytes for acts (id, last height) in order, signed with the node's seed."""
    levels = levels_of([_leaf(act_id, valid_until) for act_id, valid_until in acts])
    root, total = levels[-1][0], len(acts)
    said = _said(batch, total, root)
    signature = sign(seed, _STATEMENT_HEAD + said)
    tail = said + octets(public_key_of(seed)) + octets(signature)
    paths = paths_in(levels)
    return [
        b"".join(
            (
                _HEAD,
                octets(act_id),
                unsigned(valid_until),
                unsigned(index),
                octets(paths[index]),
                tail,
            )
        )
        for index, (act_id, valid_until) in enumerate(acts)
    ]


def read_admission(data: bytes) -> Admission:
    """A receipt from its bytes; raises CodecError."""
    if len(data) > MAX_RECEIPT_BYTES:
        raise codec.CodecError(f"longer than {MAX_RECEIPT_BYTES:,} bytes")
    return schema_of(Admission).decode(data)


def is_genuine(admission: Admission) -> bool:
    """True if the key that the receipt names signed for this act, on the chain that it names."""
    path = admission.path
    aunts = tuple(path[at : at + HASH_BYTES] for at in range(0, len(path), HASH_BYTES))
    proof = ListProof(index=admission.index, total=admission.total, aunts=aunts)
    batch = Batch(
        chain_id=admission.chain_id,
        run=admission.run,
        height=admission.height,
        at_ms=admission.at_ms,
        first_sequence=admission.first_sequence,
    )
    signed = _STATEMENT_HEAD + _said(batch, admission.total, admission.root)
    leaf = _leaf(admission.act_id, admission.valid_until)
    return verify(admission.node_key, signed, admission.signature) and verify_item(
        admission.root, leaf, proof
    )


def _said(batch: Batch, total: int, root: bytes) -> bytes:
    numbers = (batch.height, batch.at_ms, batch.first_sequence, total)
    return b"".join(
        (text(batch.chain_id), octets(batch.run), *map(unsigned, numbers), octets(root))
    )


def _leaf(act_id: bytes, valid_until: int) -> bytes:
    return act_id + valid_until.to_bytes(_HEIGHT_BYTES, "big")
