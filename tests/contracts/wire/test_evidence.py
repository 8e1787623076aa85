"""Evidence: its bytes, its form, and whether it is true; tests/interop compares with CometBFT."""

from dataclasses import replace

import pytest

from cfi.client.light.lightblock import LightBlock
from cfi.contracts.wire.evidence import (
    ConflictingBlock,
    DuplicateVote,
    Evidence,
    LightClientAttack,
    VoteType,
    decode_evidence,
    encode_evidence,
    evidence_fault,
)
from cfi.contracts.wire.evidence_rules import EvidenceError
from cfi.contracts.wire.headers import NO_BLOCK, BlockId, PartSetHeader
from cfi.contracts.wire.protobuf import ProtobufError, integer, message
from cfi.contracts.wire.quantities import Height
from cfi.contracts.wire.validators import ValidatorSet
from tests.chains import CHAIN_ID, chain, commit_of, resigned, seconds, validator, validator_set
from tests.evidences import FOUR, attack, attack_by, duplicate, judge, listed, some_block, vote

HASH = bytes(32)
OTHERS = {5: 10, 6: 10}
CHAIN = chain([FOUR] * 6)
SECOND, THIRD, FIFTH = CHAIN[1], CHAIN[2], CHAIN[4]
ONE, OTHER = vote(1, some_block(1)), vote(1, some_block(2))
VOTES = duplicate(ONE, OTHER, THIRD.header.time)
NIL = duplicate(ONE, vote(1, NO_BLOCK), THIRD.header.time)
EXTENDED = replace(VOTES, first=replace(VOTES.first, extension=b"x", extension_signature=bytes(64)))
LUNATIC = attack(SECOND, FIFTH, FOUR, app_hash=HASH)
EQUIVOCATION = attack(FIFTH, FIFTH, FOUR, data_hash=HASH)


def _again(block: LightBlock, **how: object) -> LightBlock:
    """A block of the same height, lawful so far as a header shows, with votes of some kind."""
    other = resigned(block, FOUR, data_hash=HASH)
    return replace(other, commit=commit_of(other.header, FOUR, **how))  # type: ignore[arg-type]


AMNESIA = attack_by(FIFTH, FIFTH, _again(FIFTH, round_number=2))


class TestBytes:
    """Evidence and its bytes correspond."""

    @pytest.mark.parametrize("evidence", [VOTES, NIL, EXTENDED, LUNATIC, EQUIVOCATION, AMNESIA])
    def test_evidence_is_read_as_it_was_written(self, evidence: Evidence) -> None:
        assert decode_evidence(encode_evidence(evidence)) == evidence
        assert evidence_fault(evidence) is None

    @pytest.mark.parametrize(
        ("sentence", "body"),
        [
            ("nothing", b""),
            ("an empty piece", message(1, b"")),
            ("both kinds", encode_evidence(VOTES) + encode_evidence(LUNATIC)),
            ("a byte more", encode_evidence(VOTES) + b"\x00"),
            ("a vote of no type", encode_evidence(VOTES).replace(integer(1, 2), integer(1, 3), 1)),
            ("a third kind", message(3, b"x")),
            ("no votes", message(1, message(5, b""))),
            ("a time before the validators", message(2, message(5, b""))),
        ],
    )
    def test_refused(self, sentence: str, body: bytes) -> None:
        with pytest.raises(ProtobufError):
            decode_evidence(body)

    def test_an_address_that_is_not_the_keys_is_refused(self) -> None:
        body = encode_evidence(LUNATIC)
        address = LUNATIC.byzantine[0].validator.address
        with pytest.raises(ProtobufError, match="not the encoding"):
            decode_evidence(body.replace(address, bytes(20)))


def _first(**changes: object) -> DuplicateVote:
    return replace(VOTES, first=replace(VOTES.first, **changes))  # type: ignore[arg-type]


def _block(**changes: object) -> LightClientAttack:
    return replace(LUNATIC, conflicting=replace(LUNATIC.conflicting, **changes))  # type: ignore[arg-type]


def _commit(**changes: object) -> LightClientAttack:
    return _block(commit=replace(LUNATIC.conflicting.commit, **changes))  # type: ignore[arg-type]


PARTIAL = BlockId(header_hash=HASH, parts=PartSetHeader(total=0, root=HASH))
HALF = BlockId(header_hash=HASH, parts=PartSetHeader(total=1, root=b""))
FAULTS: list[tuple[str, Evidence, str]] = [
    #  sentence                        evidence                                                       fault
    ("height 0",                       _first(height=Height(0)),                                      "negative"),
    ("a negative round",               _first(round_number=-1),                                       "negative"),
    ("a negative index",               _first(validator_index=-1),                                    "negative"),
    ("a block of no parts",            _first(block_id=PARTIAL),                                      "neither empty nor complete"),
    ("a block without a root",         _first(block_id=HALF),                                         "neither empty nor complete"),
    ("a short address",                _first(validator_address=b"x"),                                "20 bytes"),
    ("no signature",                   _first(signature=b""),                                         "missing or too long"),
    ("a long signature",               _first(signature=bytes(65)),                                   "missing or too long"),
    ("an extension of a prevote",      _first(vote_type=VoteType.PREVOTE, extension=b"x"),            "kind doesn't allow"),
    ("a signed extension for nil",     replace(NIL, first=replace(NIL.first, extension_signature=b"x")), "kind doesn't allow"),
    ("an unsigned extension",          _first(extension=b"x"),                                        "not signed"),
    ("a long extension signature",     _first(extension_signature=bytes(65)),                         "too long"),
    ("votes the other way round",      replace(VOTES, first=VOTES.second, second=VOTES.first),        "order"),
    ("the same block twice",           replace(VOTES, second=VOTES.first),                            "order"),
    ("a fault of the second vote",     replace(VOTES, second=replace(VOTES.second, signature=b"")),   "missing"),
    ("no power at all",                replace(LUNATIC, total_power=0),                               "above zero"),
    ("common height 0",                replace(LUNATIC, common_height=Height(0)),                     "common height"),
    ("a common height beyond",         replace(LUNATIC, common_height=Height(6)),                     "common height"),
    ("a header that can't be",         _block(header=replace(LUNATIC.conflicting.header, proposer_address=b"")), "20 bytes"),
    ("a commit that can't be",         _commit(signatures=()),            "no signatures"),
    ("a commit of another height",     _commit(height=Height(4)),         "another height"),
    ("a commit for another header",    _block(header=FIFTH.header),                                   "another header"),
    ("no validators",                  _block(validators=()),                                         "empty"),
    ("other validators",               _block(validators=LUNATIC.conflicting.validators[1:]),         "the header names"),
    ("a proposer from outside",        _block(proposer=listed([validator(9, 10)])[0]),                "none of the validators"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "evidence", "fault"), FAULTS)
def test_a_form_that_no_evidence_has(sentence: str, evidence: Evidence, fault: str) -> None:
    assert fault in str(evidence_fault(evidence))
    with pytest.raises(EvidenceError, match=fault):
        judge(evidence, SECOND, FIFTH)


def _and(**changes: object) -> DuplicateVote:
    """Two good signatures of one validator; the second vote has some field changed."""
    return duplicate(ONE, vote(1, some_block(2), CHAIN_ID, **changes), THIRD.header.time)


SPOILT = bytes(64)
PREVOTES = duplicate(
    vote(1, some_block(1), vote_type=VoteType.PREVOTE),
    vote(1, some_block(2), vote_type=VoteType.PREVOTE),
    THIRD.header.time,
)
DUPLICATES: list[tuple[str, DuplicateVote, str | None]] = [
    #  sentence                              evidence                                                    reason
    ("two blocks in one round",              VOTES,                                                      None),
    ("a block and none",                     NIL,                                                        None),
    ("two prevotes",                         PREVOTES,                                                   None),
    ("two heights",                          _and(height=Height(4)),                                     "one height"),
    ("two rounds",                           _and(round_number=2),                                       "one round"),
    ("a prevote and a precommit",            _and(vote_type=VoteType.PREVOTE),                           "one type"),
    ("two voters",                           _and(validator_address=validator(2, 1).address),            "one voter"),
    ("a stranger",                           replace(VOTES, first=replace(VOTES.first, validator_address=bytes(20))), "no validator"),
    ("another power",                        replace(VOTES, validator_power=11),                         "power of the voter"),
    ("another total",                        replace(VOTES, total_power=41),                             "total power"),
    ("another time",                         replace(VOTES, time=seconds(31)),                           "time"),
    ("a wrong first signature",              _first(signature=SPOILT),                                   "first vote is wrong"),
    ("a wrong second signature",             replace(VOTES, second=replace(VOTES.second, signature=SPOILT)), "second vote is wrong"),
    ("votes on another chain",               duplicate(vote(1, some_block(1), "other"), vote(1, some_block(2), "other"), THIRD.header.time), "signature"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "evidence", "reason"), DUPLICATES)
def test_two_votes(sentence: str, evidence: DuplicateVote, reason: str | None) -> None:
    if reason is None:
        judge(evidence, THIRD, THIRD)
        return
    with pytest.raises(EvidenceError, match=reason):
        judge(evidence, THIRD, THIRD)


AHEAD = resigned(FIFTH, FOUR, height=Height(9), app_hash=HASH, time=seconds(55))
LATER = resigned(FIFTH, FOUR, height=Height(9), app_hash=HASH, time=seconds(99))
STRANGERS = resigned(FIFTH, OTHERS, app_hash=HASH)


def _few() -> LightBlock:
    """A lunatic block of a set of its own, signed by one of our validators only."""
    powers = {1: 10, 5: 10, 6: 10}
    made = chain([powers] * 5)[4]
    return resigned(made, powers, app_hash=HASH)


def _spoilt(evidence: LightClientAttack) -> LightClientAttack:
    """The last vote's signature is wrong; the others would have sufficed."""
    commit = evidence.conflicting.commit
    votes = (*commit.signatures[:-1], replace(commit.signatures[-1], signature=SPOILT))
    spoilt = replace(evidence.conflicting, commit=replace(commit, signatures=votes))
    return replace(evidence, conflicting=spoilt)


def _without_one(evidence: LightClientAttack) -> LightClientAttack:
    return replace(evidence, byzantine=evidence.byzantine[1:])


PARTLY = attack_by(FIFTH, FIFTH, _again(FIFTH, voters=[1, 2, 3, 4], nil=[4]))
ATTACKS: list[tuple[str, LightClientAttack, LightBlock, LightBlock, int]] = [
    #  sentence                                 evidence                                          common   ours    culprits
    ("a root that no execution gives",          LUNATIC,                                          SECOND,  FIFTH,  4),
    ("two blocks in one round",                 EQUIVOCATION,                                     FIFTH,   FIFTH,  4),
    ("one voted for none the second time",      PARTLY,                                           FIFTH,   FIFTH,  3),
    ("a block from the future, dated back",     attack_by(SECOND, CHAIN[5], AHEAD),               SECOND,  CHAIN[5], 4),
]  # fmt: skip
FALSE_ATTACKS: list[tuple[str, LightClientAttack, LightBlock, LightBlock, str]] = [
    #  sentence                                 evidence                                          common   ours      reason
    ("our own block",                           attack_by(SECOND, FIFTH, FIFTH),                  SECOND,  FIFTH,    "the decided one"),
    ("a later block that we haven't reached",   attack_by(SECOND, CHAIN[5], LATER),               SECOND,  CHAIN[5], "only later"),
    ("lunatic at the common height",            attack(FIFTH, FIFTH, FOUR, app_hash=HASH),        FIFTH,   FIFTH,    "couldn't decide"),
    ("under a third of those trusted",          attack_by(SECOND, FIFTH, _few()),                 SECOND,  FIFTH,    "10 of 40"),
    ("one wrong signature of many",             _spoilt(LUNATIC),                                 SECOND,  FIFTH,    "signature of vote 3"),
    ("one wrong signature at one height",       _spoilt(EQUIVOCATION),                            FIFTH,   FIFTH,    "signature of vote 3"),
    ("another total",                           replace(LUNATIC, total_power=41),                 SECOND,  FIFTH,    "total power"),
    ("another time",                            replace(LUNATIC, time=seconds(21)),               SECOND,  FIFTH,    "time"),
    ("a culprit left out",                      _without_one(LUNATIC),                            SECOND,  FIFTH,    "misbehaving"),
    ("a lock that was forgotten, by nobody",    AMNESIA,                                          FIFTH,   FIFTH,    "nobody is shown"),
    ("a lock that was forgotten, by some",      replace(AMNESIA, byzantine=LUNATIC.byzantine),    FIFTH,   FIFTH,    "nobody is shown"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "evidence", "common", "ours", "count"), ATTACKS)
def test_a_conflicting_block(
    sentence: str, evidence: LightClientAttack, common: LightBlock, ours: LightBlock, count: int
) -> None:
    judge(evidence, common, ours)
    assert len(evidence.byzantine) == count


@pytest.mark.parametrize(("sentence", "evidence", "common", "ours", "reason"), FALSE_ATTACKS)
def test_a_block_that_proves_nothing(
    sentence: str, evidence: LightClientAttack, common: LightBlock, ours: LightBlock, reason: str
) -> None:
    with pytest.raises(EvidenceError, match=reason):
        judge(evidence, common, ours)


def test_a_conflicting_block_knows_its_validators() -> None:
    block: ConflictingBlock = LUNATIC.conflicting
    assert block.validator_set == validator_set(FOUR)
    assert isinstance(block.validator_set, ValidatorSet)


def test_the_height_that_counts_is_that_of_the_votes_or_the_common_one() -> None:
    assert (VOTES.height, LUNATIC.height) == (3, 2)
