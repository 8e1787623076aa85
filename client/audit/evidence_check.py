"""Is the evidence in blocks true?  Judged by the history that the replay has been through.

What it proves goes to the rules exactly as the engine hands it over.  (CometBFT 0.38, evidence)
"""

from collections import deque
from hashlib import sha256

from cfi.client.audit.findings import Disagreement, DisagreementError
from cfi.contracts.state.validator_sets import validators_at
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.blocks import Block
from cfi.contracts.wire.commits import Commit, decode_commit, encode_commit
from cfi.contracts.wire.evidence import (
    DuplicateVote,
    Evidence,
    LightClientAttack,
    decode_evidence,
)
from cfi.contracts.wire.evidence_rules import (
    Decided,
    EvidenceError,
    misbehaviour_of,
    verify_duplicate_vote,
    verify_light_client_attack,
)
from cfi.contracts.wire.headers import (
    Header,
    Timestamp,
    decode_header,
    encode_header,
    header_hash,
)
from cfi.contracts.wire.misbehaviour import Misbehaviour
from cfi.contracts.wire.protobuf import ProtobufError, message
from cfi.genesis.cometbft import EVIDENCE_BYTES, EVIDENCE_HEIGHTS, EVIDENCE_NANOSECONDS

_Kept = tuple[Timestamp, bytes, bytes]
"""A block's time, its header and the votes for it, both encoded: small, and seldom read."""


class EvidenceCheck:
    """Remembers decided blocks for as long as evidence may speak of them."""

    def __init__(self, chain_id: str) -> None:
        self._chain_id = chain_id
        self._kept: deque[_Kept] = deque()
        self._first = 1
        """The height of the oldest that is kept."""
        self._last: Header | None = None
        self._seen: dict[bytes, None] = {}
        """Which evidence blocks have had."""

    def check(self, block: Block, view: StateView) -> tuple[Misbehaviour, ...]:
        """Judge a block's evidence by what came before it, and remember the block; raises
        DisagreementError. The block's own header and votes have been checked.
        """
        if self._last is not None:
            self._keep(self._last, block.last_commit)
        found: list[Misbehaviour] = []
        try:
            _check_size(block)
            for piece in block.evidence:
                found += self._judge(piece, view)
        except (EvidenceError, ProtobufError) as error:
            height = block.header.height
            raise DisagreementError(
                Disagreement(height=height, what="evidence", expected="true", found=str(error))
            ) from error
        self._last = block.header
        return tuple(found)

    def _judge(self, piece: bytes, view: StateView) -> tuple[Misbehaviour, ...]:
        evidence = decode_evidence(piece)
        name = _name_of(evidence, piece)
        if name in self._seen:
            raise EvidenceError("a block has had it already")
        common = self._decided(evidence.height)
        last = self._last
        assert last is not None, "a height that is kept has a last one"
        validators, time = validators_at(view, evidence.height), common.header.time
        if isinstance(evidence, DuplicateVote):
            verify_duplicate_vote(evidence, self._chain_id, validators, time)
        else:
            ours = self._decided(min(evidence.conflicting.header.height, last.height))
            verify_light_client_attack(evidence, self._chain_id, validators, time, ours)
        self._seen[name] = None
        return misbehaviour_of(evidence)

    def _decided(self, height: int) -> Decided:
        at = height - self._first
        if not 0 <= at < len(self._kept):
            raise EvidenceError(f"height {height} is too old for it, or not decided yet")
        _, header, commit = self._kept[at]
        return Decided(header=decode_header(header), commit=decode_commit(commit))

    def _keep(self, header: Header, commit: Commit) -> None:
        self._kept.append((header.time, encode_header(header), encode_commit(commit)))
        # Evidence is too old where it is past both limits.
        while len(self._kept) > EVIDENCE_HEIGHTS + 1:
            if header.time.total_nanos - self._kept[0][0].total_nanos <= EVIDENCE_NANOSECONDS:
                return
            self._kept.popleft()
            self._first += 1


def _check_size(block: Block) -> None:
    size = sum(len(message(1, each)) for each in block.evidence)
    if size > EVIDENCE_BYTES:
        raise EvidenceError(f"{size} bytes, at most {EVIDENCE_BYTES} are allowed")


def _name_of(evidence: Evidence, piece: bytes) -> bytes:
    """By what evidence is the same: of an attack there are many forms, with more votes or fewer."""
    if isinstance(evidence, LightClientAttack):
        block = header_hash(evidence.conflicting.header)
        return block + evidence.common_height.to_bytes(8, "big", signed=True)
    return sha256(piece).digest()
