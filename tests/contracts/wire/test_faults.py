"""What is wrong with a header, a commit or a validator set looked at alone, in a sentence."""

from dataclasses import replace
from typing import Any

import pytest

from cfi.contracts.wire.commits import (
    ABSENT,
    NO_COMMIT,
    commit_fault,
    commit_hash,
    encode_commit,
)
from cfi.contracts.wire.headers import NO_BLOCK, BlockId, PartSetHeader, header_fault
from cfi.contracts.wire.list_tree import EMPTY_ROOT, list_root
from cfi.contracts.wire.protobuf import Fields, Kind
from cfi.contracts.wire.validators import (
    MAX_TOTAL_POWER,
    Validator,
    ValidatorSet,
    validators_fault,
)
from tests.chains import block_id
from tests.contracts.wire.test_headers import COMMIT, HEADER

BAD_ID = BlockId(header_hash=bytes(31), parts=PartSetHeader(total=1, root=bytes(32)))
GOOD_COMMIT = replace(COMMIT, block_id=block_id(HEADER))
VOTE = next(vote for vote in GOOD_COMMIT.signatures if vote != ABSENT)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"block_protocol": 10}, "the block protocol is 10, not 11"),
        ({"chain_id": "a" * 51}, "the chain id is longer than 50 bytes"),
        ({"chain_id": "ü" * 26}, "the chain id is longer than 50 bytes"),
        ({"height": 0}, "the height is below 1"),
        ({"last_block_id": BAD_ID}, "last_block_id has a hash that is not of 32 bytes"),
        ({"data_hash": bytes(31)}, "data_hash is not of 32 bytes"),
        ({"evidence_hash": bytes(33)}, "evidence_hash is not of 32 bytes"),
        ({"proposer_address": bytes(19)}, "the proposer's address is not of 20 bytes"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_headers(change: dict[str, Any], said: str) -> None:
    assert header_fault(HEADER) is None
    assert header_fault(replace(HEADER, **change)) == said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"height": -1}, "the commit's height or round is negative"),
        ({"round_number": -1}, "the commit's height or round is negative"),
        ({"block_id": NO_BLOCK}, "the commit is for no block"),
        ({"signatures": ()}, "the commit has no signatures"),
        (
            {"signatures": (VOTE, replace(ABSENT, signature=bytes(64)))},
            "vote 1 has fields that its kind doesn't allow",
        ),
        (
            {"signatures": (replace(VOTE, signature=b""),)},
            "vote 0 has fields that its kind doesn't allow",
        ),
    ],
)
def test_commits(change: dict[str, Any], said: str) -> None:
    assert commit_fault(GOOD_COMMIT) is None
    assert commit_fault(NO_COMMIT) is None
    assert commit_fault(replace(GOOD_COMMIT, **change)) == said


@pytest.mark.parametrize(
    ("powers", "key", "said"),
    [
        ((1, 2), bytes(32), None),
        ((), bytes(32), "the validator set is empty"),
        ((1, 2), bytes(31), "the key of validator 0 is not of 32 bytes"),
        ((1, -1), bytes(32), "the power of validator 1 is negative"),
        ((MAX_TOTAL_POWER, 1), bytes(32), "the total power is above an eighth of 64 bits"),
    ],
)
def test_validator_sets(powers: tuple[int, ...], key: bytes, said: str | None) -> None:
    validators = tuple(Validator(public_key=key, voting_power=power) for power in powers)
    assert validators_fault(ValidatorSet(validators=validators)) == said


def test_a_commits_hash_is_the_root_over_its_votes() -> None:
    assert commit_hash(NO_COMMIT) == EMPTY_ROOT
    shape = {1: Kind.SIGNED, 2: Kind.SIGNED, 3: Kind.DATA, 4: Kind.REPEATED}
    votes = Fields(encode_commit(GOOD_COMMIT), shape).each(4)
    assert commit_hash(GOOD_COMMIT) == list_root(list(votes))
