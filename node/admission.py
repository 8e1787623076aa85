"""Admission receipts: when the mempool takes bytes, the node signs that it did, with time and
sequence.

One signature covers a batch: it signs the root of a list tree over the acts' ids, and each receipt
carries the path of its own id, so that
nobody's receipt shows another's act. An auditor lists from them which acts were overtaken or left
out.
"""

from dataclasses import dataclass
from typing import Final

import cbor2

from cfi.contracts.wire.items import array_head, octets, unsigned
from cfi.contracts.wire.list_tree import ListProof, levels_of, paths_in, verify_item
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.signatures import public_key_of, sign, verify

_DOMAIN: Final = "cfi/admission/v1"
_HASH_BYTES: Final = 32
_HEAD: Final = array_head(9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """That a node took an act: when (milliseconds since 1970), as which in its sequence."""

    act_id: Hash
    at_ms: int
    first_sequence: int
    """The sequence of the first act of the batch."""
    proof: ListProof
    root: bytes
    node_key: bytes
    signature: bytes

    @property
    def sequence(self) -> int:
        """The act's number in this node's sequence."""
        return self.first_sequence + self.proof.index


class AdmissionBook:
    """Counts and signs what the mempool takes.

    The sequence begins anew with each start of the node; the time tells the runs apart.
    """

    def __init__(self, chain_id: str, seed: bytes) -> None:
        self._chain_id = chain_id
        self._seed = seed
        self._next = 1
        self.public_key = public_key_of(seed)

    def admit(self, act_ids: list[Hash], at_ms: int) -> list[bytes]:
        """The receipts' bytes for a batch of acts, in order."""
        levels = levels_of(act_ids)
        root, first, total = levels[-1][0], self._next, len(act_ids)
        self._next += total
        signature = sign(self._seed, _statement(self._chain_id, at_ms, first, total, root))
        common = (at_ms, first, total, root, self.public_key, signature)
        tail = b"".join(map(cbor2.dumps, common))
        paths = paths_in(levels)
        return [
            b"".join((_HEAD, octets(act_id), unsigned(index), octets(paths[index]), tail))
            for index, act_id in enumerate(act_ids)
        ]


def read_admission(data: bytes) -> Admission:
    """A receipt from its bytes; raises ValueError."""
    try:
        act_id, index, path, at_ms, first, total, root, node_key, signature = cbor2.loads(data)
        aunts = tuple(path[at : at + _HASH_BYTES] for at in range(0, len(path), _HASH_BYTES))
    except (cbor2.CBORDecodeError, TypeError, ValueError) as error:
        raise ValueError("no admission receipt") from error
    return Admission(
        act_id=Hash(act_id),
        at_ms=at_ms,
        first_sequence=first,
        proof=ListProof(index=index, total=total, aunts=aunts),
        root=root,
        node_key=node_key,
        signature=signature,
    )


def is_genuine(admission: Admission, chain_id: str, node_key: bytes) -> bool:
    """True if the node of this key signed for this act on this chain."""
    if admission.node_key != node_key:
        return False
    first, total = admission.first_sequence, admission.proof.total
    statement = _statement(chain_id, admission.at_ms, first, total, admission.root)
    return verify(node_key, statement, admission.signature) and verify_item(
        admission.root, admission.act_id, admission.proof
    )


def _statement(chain_id: str, at_ms: int, first: int, total: int, root: bytes) -> bytes:
    return cbor2.dumps([_DOMAIN, chain_id, at_ms, first, total, root])
