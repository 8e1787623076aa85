"""Evidence in blocks: true evidence is handed to the rules, any other is a disagreement."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest

from cfi.client.audit import evidence_check
from cfi.client.audit.findings import Disagreement
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.blocks import Block, decode_block, evidence_hash
from cfi.contracts.wire.evidence import DuplicateVote, SignedVote, VoteType, encode_evidence
from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.quantities import Height
from cfi.contracts.wire.schema import PublicKey
from cfi.contracts.wire.signatures import public_key_of, sign
from cfi.contracts.wire.validators import address_of
from tests.client.audit.histories import (
    BLOCKS,
    History,
    begin,
    disagreement,
    forged,
    light,
    replayed,
)
from tests.evidences import attack_by, some_block
from tests.node.chain import CHAIN_ID, TERMS, VALIDATOR_SEED

AT = 4
"""The block that carries the evidence."""
KEY = PublicKey(public_key_of(VALIDATOR_SEED))


def vote(number: int, height: int = 2) -> SignedVote:
    """A vote of the chain's validator for some block."""
    unsigned = SignedVote(
        vote_type=VoteType.PREVOTE,
        height=Height(height),
        round_number=0,
        block_id=some_block(number),
        time=TERMS.genesis_time,
        validator_address=address_of(KEY),
        validator_index=0,
        signature=b"",
    )
    return replace(unsigned, signature=sign(VALIDATOR_SEED, unsigned.sign_bytes(CHAIN_ID)))


def twice(history: History, height: int = 2) -> DuplicateVote:
    """Evidence that the validator voted for two blocks."""
    first, second = sorted(
        (vote(1, height), vote(2, height)), key=lambda each: each.block_id.header_hash
    )
    time = decode_block(history[height - 1].block).header.time
    return DuplicateVote(
        first=first, second=second, total_power=10, validator_power=10, time=time
    )


def attacked(history: History) -> bytes:
    """Evidence that the validator signed a block 3 with another root."""
    common, ours = light(history, 2), light(history, 3)
    other = light(history, 3, app_hash=sha256(b"another").digest())
    return encode_evidence(attack_by(common, ours, other))


def carrying(*pieces: bytes) -> Callable[[Block], Block]:
    def change(block: Block) -> Block:
        header = replace(block.header, evidence_hash=evidence_hash(pieces))
        return replace(block, header=header, evidence=pieces)

    return change


def with_evidence(history: History, *pieces: bytes, at: int = AT) -> History:
    """The history as it is where a block carries evidence: every later root is the rules' own."""
    made = forged(history, at, carrying(*pieces))
    for _ in range(BLOCKS):
        found = disagreement(made, begin())
        if found is None or found.what != "app hash of the height before":
            break
        root = bytes.fromhex(found.expected)
        made = forged(made, found.height, _rooted(root))
    return made


def _rooted(root: bytes) -> Callable[[Block], Block]:
    return lambda block: replace(block, header=replace(block.header, app_hash=root))


def judged(history: History, *pieces: bytes, at: int = AT) -> Disagreement | None:
    return disagreement(with_evidence(history, *pieces, at=at), begin())


class TestTrueEvidence:
    def test_becomes_misbehaviour_for_the_rules(self, history: History) -> None:
        begun = begin()
        heights = replayed(with_evidence(history, encode_evidence(twice(history))), begun)
        assert [each.misbehaviour for each in heights] == [0, 0, 0, 1, 0, 0, 0, 0]
        [offence] = StateView(begun.state).offences.all()
        assert (offence.address, offence.height, offence.reported_at) == (address_of(KEY), 2, AT)

    def test_of_an_attack_too(self, history: History) -> None:
        begun = begin()
        replayed(with_evidence(history, attacked(history), encode_evidence(twice(history))), begun)
        assert [each.kind for each in StateView(begun.state).offences.all()] == [1, 2]

    def test_cannot_be_kept_from_the_rules(self, history: History) -> None:
        made = forged(history, AT, carrying(encode_evidence(twice(history))))
        found = disagreement(made, begin())
        assert found is not None
        assert (found.height, found.what) == (AT + 1, "app hash of the height before")


class TestFalseEvidence:
    @pytest.mark.parametrize(
        ("sentence", "make", "reason"),
        [
            ("no evidence at all", lambda _: b"\x0a\x02\x0a\x00", "type of vote"),
            ("one signature is wrong", lambda history: encode_evidence(replace(twice(history), second=replace(twice(history).second, signature=bytes(64)))), "signature of the second vote"),
            ("another power", lambda history: encode_evidence(replace(twice(history), validator_power=9)), "power"),
            ("another time", lambda history: encode_evidence(replace(twice(history), time=Timestamp(seconds=1, nanos=0))), "time"),
            ("a height that isn't decided", lambda history: encode_evidence(twice(history, AT)), "or not decided yet"),
        ],
    )  # fmt: skip
    def test_is_a_disagreement(
        self, history: History, sentence: str, make: Callable[[History], bytes], reason: str
    ) -> None:
        found = judged(history, make(history))
        assert found is not None
        assert (found.height, found.what, found.expected) == (AT, "evidence", "true")
        assert reason in found.found

    def test_twice_in_one_block_or_in_two(self, history: History) -> None:
        piece = encode_evidence(twice(history))
        found = judged(history, piece, piece)
        assert found is not None
        assert found.found == "a block has had it already"
        once = with_evidence(history, attacked(history))
        again = judged(once, attacked(history), at=AT + 1)
        assert again is not None
        assert (again.height, again.found) == (AT + 1, "a block has had it already")

    def test_too_much_of_it(self, history: History, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(evidence_check, "EVIDENCE_BYTES", 100)
        found = judged(history, encode_evidence(twice(history)))
        assert found is not None
        assert "at most 100 are allowed" in found.found

    @pytest.mark.parametrize(
        ("heights", "nanos", "good"), [(2, 1, False), (3, 1, True), (2, 10**12, True)]
    )
    def test_too_old_is_past_both_limits(
        self,
        history: History,
        monkeypatch: pytest.MonkeyPatch,
        heights: int,
        nanos: int,
        *,
        good: bool,
    ) -> None:
        monkeypatch.setattr(evidence_check, "EVIDENCE_HEIGHTS", heights)
        monkeypatch.setattr(evidence_check, "EVIDENCE_NANOSECONDS", nanos)
        found = judged(history, encode_evidence(twice(history)), at=6)
        assert (found is None) is good
        assert good or (found is not None and "too old" in found.found)
