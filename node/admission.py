"""What the mempool takes is counted and signed.  (ours 0024, 0042)"""

import os
from collections.abc import Sequence
from typing import Final

from cfi.contracts.wire.admission import Batch, admission_receipts
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.signatures import public_key_of

_RUN_BYTES: Final = 16


class AdmissionBook:
    """Counts and signs what one run of a node takes; each run has a random name and begins at 1."""

    def __init__(self, chain_id: str, seed: bytes) -> None:
        self._chain_id = chain_id
        self._seed = seed
        self._run = os.urandom(_RUN_BYTES)
        self._next = 1
        self.public_key = public_key_of(seed)

    def admit(self, acts: Sequence[tuple[Hash, int]], height: int, at_ms: int) -> list[bytes]:
        """The receipts' bytes for a batch of acts (id, last height), in order; `height` is the last
        one committed.
        """
        batch = Batch(
            chain_id=self._chain_id,
            run=self._run,
            height=height,
            at_ms=at_ms,
            first_sequence=self._next,
        )
        self._next += len(acts)
        return admission_receipts(self._seed, batch, acts)
