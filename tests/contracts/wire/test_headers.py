"""Headers, commits, sets and blocks as CometBFT writes them; tests/interop compares them with it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from cfi.contracts.wire.blocks import (
    Block,
    TransactionResult,
    block_id_of,
    block_parts,
    consensus_hash,
    data_hash,
    decode_block,
    encode_block,
    encode_result,
    encode_results,
    evidence_hash,
    part_set_header,
    prove_result,
    prove_transaction,
    results_hash,
    verify_result,
    verify_transaction,
)
from cfi.contracts.wire.commits import (
    NO_COMMIT,
    BlockIdFlag,
    commit_fault,
    commit_sign_bytes,
    decode_commit,
    earliest_vote_time,
    encode_commit,
    median_time,
    vote_sign_bytes,
)
from cfi.contracts.wire.headers import (
    NO_BLOCK,
    ZERO_TIME,
    Timestamp,
    decode_header,
    encode_block_id,
    encode_header,
    encode_time,
    header_hash,
)
from cfi.contracts.wire.list_tree import EMPTY_ROOT
from cfi.contracts.wire.protobuf import ProtobufError, data, integer, message
from cfi.contracts.wire.quantities import Height
from cfi.contracts.wire.validators import validators_hash
from tests.chains import block_id, commit_of, header, light_block, validator_set

POWERS = {1: 10, 2: 20, 3: 30}
HEADER = header(2, POWERS, POWERS)
COMMIT = commit_of(HEADER, POWERS, voters=[1, 2], nil=[2])
ACTS = (b"first", b"second", b"", b"x" * 70_000)
BLOCK = Block(header=HEADER, transactions=ACTS, last_commit=COMMIT)
RESULTS = [TransactionResult(code=n, data=bytes(n), gas_wanted=n, gas_used=0) for n in range(3)]

BYTES = [
    #  sentence                                     bytes                              hexadecimal
    ("no time is year 1",                           encode_time(ZERO_TIME),            "088092b8c398feffffff01"),
    ("the start of 1970 is empty",                  encode_time(Timestamp(seconds=0, nanos=0)), ""),
    ("no block still has its parts",                encode_block_id(NO_BLOCK),         "1200"),
    ("no commit still has its block",               encode_commit(NO_COMMIT),          "1a021200"),
    ("no validators hash to the empty root",        validators_hash(validator_set({})), EMPTY_ROOT.hex()),
    ("a vote for nil names no block",
     vote_sign_bytes(chain_id="c", height=Height(1), round_number=0, block_id=NO_BLOCK, time=Timestamp(seconds=1, nanos=0)),
     "120802110100000000000000" + "2a020801320163"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "written", "expected"), BYTES)
def test_bytes(sentence: str, written: bytes, expected: str) -> None:
    assert written.hex() == expected


class TestReading:
    @pytest.mark.parametrize(
        ("value", "write", "read"),
        [
            (HEADER, encode_header, decode_header),
            (COMMIT, encode_commit, decode_commit),
            (NO_COMMIT, encode_commit, decode_commit),
            (BLOCK, encode_block, decode_block),
            (replace(BLOCK, transactions=()), encode_block, decode_block),
        ],
    )
    def test_what_was_written_is_read(
        self, value: object, write: Callable[[object], bytes], read: Callable[[bytes], object]
    ) -> None:
        assert read(write(value)) == value
        with pytest.raises(ProtobufError):
            read(write(value) + b"\x00")
        with pytest.raises(ProtobufError):
            read(b"")

    def test_a_zero_that_should_be_omitted_is_refused(self) -> None:
        with pytest.raises(ProtobufError, match="not the encoding of a commit"):
            decode_commit(bytes.fromhex("0800") + encode_commit(NO_COMMIT))
        with pytest.raises(ProtobufError, match="not the encoding of a header"):
            decode_header(
                encode_header(HEADER).replace(data(2, b"test-chain"), bytes.fromhex("1200"))
            )
        empty = message(1, encode_header(HEADER)) + message(4, encode_commit(COMMIT))
        with pytest.raises(ProtobufError, match="not the encoding of a block"):
            decode_block(empty)

    @pytest.mark.parametrize(
        ("sentence", "old", "new", "reason"),
        [
            ("text is UTF-8",              data(2, b"test-chain"),         data(2, b"test-chai\xff"),      "UTF-8"),
            ("nanoseconds are of a second", message(4, encode_time(HEADER.time)), message(4, integer(1, 1) + integer(2, 10**9)), "nanoseconds"),
        ],
    )  # fmt: skip
    def test_a_field_is_refused(self, sentence: str, old: bytes, new: bytes, reason: str) -> None:
        with pytest.raises(ProtobufError, match=reason):
            decode_header(encode_header(HEADER).replace(old, new))

    def test_an_unknown_kind_of_vote_is_refused(self) -> None:
        vote = message(4, integer(1, 4) + message(3, b""))
        with pytest.raises(ProtobufError, match="unknown kind of vote"):
            decode_commit(encode_commit(NO_COMMIT) + vote)


class TestParts:
    def test_a_block_is_cut_at_65536_bytes(self) -> None:
        encoded = encode_block(BLOCK)
        assert b"".join(block_parts(encoded)) == encoded
        assert [len(part) for part in block_parts(encoded)] == [
            65_536,
            len(encoded) - 65_536,
        ]

    def test_votes_name_a_block_by_header_and_parts(self) -> None:
        named = block_id_of(BLOCK)
        assert (named.header_hash, named.parts) == (
            header_hash(HEADER),
            part_set_header(encode_block(BLOCK)),
        )


class TestProofs:
    @pytest.mark.parametrize("place", range(len(ACTS)))
    def test_a_transaction_stands_in_its_block(self, place: int) -> None:
        proof = prove_transaction(ACTS, place)
        assert verify_transaction(data_hash(ACTS), ACTS[place], proof)
        assert not verify_transaction(data_hash(ACTS), b"other", proof)

    @pytest.mark.parametrize("place", range(len(RESULTS)))
    def test_a_result_stands_under_the_next_header(self, place: int) -> None:
        proof = prove_result(RESULTS, place)
        assert verify_result(results_hash(RESULTS), RESULTS[place], proof)
        assert not verify_result(results_hash(RESULTS), replace(RESULTS[place], code=9), proof)

    def test_a_blocks_results_are_encoded_as_each_by_itself(self) -> None:
        last = RESULTS[-1]
        results = [*RESULTS, replace(last, data=b"xy"), replace(last, gas_used=7), replace(last, gas_wanted=7)]
        assert encode_results(results) == [encode_result(each) for each in results]


class TestVotes:
    def test_a_vote_for_nil_was_signed_without_the_block(self) -> None:
        named = encode_block_id(COMMIT.block_id)
        for place, vote in enumerate(COMMIT.signatures):
            signed = commit_sign_bytes("test-chain", COMMIT, place)
            assert (named in signed) is (vote.flag is BlockIdFlag.COMMIT)


class TestEvidence:
    def test_none_hashes_to_the_empty_root(self) -> None:
        assert evidence_hash(()) == EMPTY_ROOT

    def test_both_kinds_are_hashed_without_their_envelope(self) -> None:
        assert evidence_hash([message(1, b"\x08\x01")]) == evidence_hash([message(2, b"\x08\x01")])

    @pytest.mark.parametrize("piece", [b"", message(3, b"x"), message(1, b"x") + message(2, b"y")])
    def test_another_kind_is_refused(self, piece: bytes) -> None:
        with pytest.raises(ProtobufError):
            evidence_hash([piece])


class TestTime:
    def test_a_vote_is_at_least_a_millisecond_after_the_block(self) -> None:
        block, late = Timestamp(seconds=5, nanos=999_500_000), Timestamp(seconds=9, nanos=0)
        assert earliest_vote_time(block, Timestamp(seconds=4, nanos=0)) == Timestamp(
            seconds=6, nanos=500_000
        )
        assert earliest_vote_time(block, late) == late

    @pytest.mark.parametrize(
        ("powers", "expected"),
        [
            ({1: 1, 2: 1, 3: 1}, 1),
            ({1: 1, 2: 1, 3: 9}, 3),
            ({1: 9, 2: 1, 3: 1}, 1),
            ({1: 2, 2: 3, 3: 2}, 2),
        ],
    )
    def test_the_next_time_is_the_median_by_power(
        self, powers: dict[int, int], expected: int
    ) -> None:
        made = header(2, powers, powers)
        median = median_time(commit_of(made, powers), validator_set(powers))
        assert median.nanos == expected * 1_000

    def test_a_commit_of_others_has_none(self) -> None:
        with pytest.raises(ValueError, match="not of these validators"):
            median_time(COMMIT, validator_set({7: 1}))
        with pytest.raises(ValueError, match="not of these validators"):
            median_time(NO_COMMIT, validator_set(POWERS))


def test_a_set_is_in_order_of_power_then_address() -> None:
    powers = [each.voting_power for each in validator_set(POWERS).validators]
    equal = [each.address for each in validator_set({1: 5, 2: 5, 3: 5}).validators]
    assert powers == [30, 20, 10]
    assert equal == sorted(equal)


def test_the_first_blocks_commit_is_empty_and_sound() -> None:
    assert commit_fault(NO_COMMIT) is None
    assert commit_fault(replace(COMMIT, block_id=block_id(HEADER))) is None


@pytest.mark.parametrize(
    ("max_bytes", "max_gas", "expected"),
    [
        (2_097_152, 15_000, "27be9ea8c49aa8a0dd578a4ef51044a3f9bc30d3f6033f2cadb7c5ee7a2137f9"),
        (-1, -1, "ffda397555868142f34e699c9a0bccaac26032a1db0594933147130a434c3d00"),
    ],
)
def test_the_parameters_that_bound_a_block_are_hashed(
    max_bytes: int, max_gas: int, expected: str
) -> None:
    assert consensus_hash(max_bytes, max_gas).hex() == expected


def test_a_header_without_validators_has_no_hash() -> None:
    assert header_hash(replace(HEADER, validators_hash=b"")) == b""
    assert len(header_hash(light_block(1, POWERS).header)) == 32
