"""CometBFT 0.38.25 computes the same hashes, bytes and verdicts as we do."""

import json
import random
import subprocess
from base64 import b64encode
from dataclasses import replace
from fractions import Fraction
from functools import partial
from operator import attrgetter
from typing import Final

import pytest

from cfi.client.light.lightblock import (
    LightBlock,
    format_light_block,
    light_block_json,
    parse_light_block,
)
from cfi.client.light.moments import format_moment
from cfi.client.light.verifier import verify
from cfi.contracts.wire import signatures
from cfi.contracts.wire.blocks import (
    Block,
    TransactionResult,
    consensus_hash,
    data_hash,
    decode_block,
    encode_block,
    evidence_hash,
    part_set_header,
    results_hash,
)
from cfi.contracts.wire.commits import (
    NO_COMMIT,
    commit_fault,
    commit_hash,
    commit_sign_bytes,
    encode_commit,
    median_time,
)
from cfi.contracts.wire.headers import Timestamp, encode_header, header_fault, header_hash
from cfi.contracts.wire.list_tree import list_root, prove_item, verify_item
from cfi.contracts.wire.quantities import Height
from cfi.contracts.wire.validators import validators_hash
from cfi.contracts.wire.votes import (
    CommitError,
    verify_commit,
    verify_commit_light,
    verify_commit_trusting,
    verify_vote,
)
from tests.chains import light_block, resigned, seed
from tests.client.light.table import CASES, FOUR, Case
from tests.contracts.wire.vectors import VECTORS
from tests.effort import effort
from tests.interop import gotool

ROUNDS: Final = effort(sample=40, soak=2_000)
Answer = dict[str, object]
ONE_THIRD: Final = Fraction(1, 3)


def ask(cases: list[dict[str, object]]) -> list[Answer]:
    """What CometBFT answers to each case."""
    run = subprocess.run(
        [gotool.go_build("cometbft")],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    answers: list[Answer] = json.loads(run.stdout)
    assert len(answers) == len(cases) > 0
    return answers


def base64(data: bytes) -> str:
    return b64encode(data).decode()


def random_blocks(dice: random.Random, count: int) -> list[LightBlock]:
    """Light blocks of random sets, with votes for nil and absent ones."""
    blocks = []
    for _ in range(count):
        powers = {
            number: dice.choice([1, 10, 10**12])
            for number in dice.sample(range(99), dice.randint(1, 9))
        }
        voters = dice.sample(sorted(powers), dice.randint(1, len(powers)))
        nil = dice.sample(voters, dice.randint(0, len(voters) // 2))
        height = dice.choice([1, 2, 300, 2**33])
        block = light_block(height, powers, voters=voters, nil=nil)
        if dice.random() < 0.5:
            block = resigned(block, powers, **random_fields(dice))
        blocks.append(block)
    return blocks


def random_fields(dice: random.Random) -> dict[str, object]:
    """Fields of a header, some of them empty."""
    return {
        "app_version": dice.choice([0, 1, 2**63 - 1]),
        "time": Timestamp(
            seconds=dice.choice([-5, 0, 1, 10**9]), nanos=dice.choice([0, 1, 999_999_999])
        ),
        "app_hash": dice.randbytes(dice.choice([0, 20, 32])),
        "data_hash": dice.randbytes(dice.choice([0, 32])),
        "evidence_hash": dice.randbytes(dice.choice([0, 32])),
        "last_commit_hash": dice.randbytes(dice.choice([0, 32])),
        "chain_id": dice.choice(["", "a", "chain-é", "c" * 50]),
    }


BLOCKS: Final = random_blocks(random.Random(20_031_212), ROUNDS)


def test_headers_commits_and_sets_are_the_same_bytes() -> None:
    answers = ask(
        [{"kind": "signed-header", "light_block": light_block_json(each)} for each in BLOCKS]
    )
    for block, answer in zip(BLOCKS, answers, strict=True):
        commit, validators = block.commit, block.validator_set
        assert commit is not None
        assert validators is not None
        signed = [
            commit_sign_bytes(block.header.chain_id, commit, place).hex()
            for place in range(len(commit.signatures))
        ]
        assert answer.get("error") is None
        assert answer["header"] == encode_header(block.header).hex()
        assert answer["header_hash"] == header_hash(block.header).hex()
        assert (answer["header_fault"] == "") == (header_fault(block.header) is None)
        assert answer["commit"] == encode_commit(commit).hex()
        assert answer["commit_hash"] == commit_hash(commit).hex()
        assert (answer["commit_fault"] == "") == (commit_fault(commit) is None)
        assert answer["validators_hash"] == validators_hash(validators).hex()
        assert answer["sign_bytes"] == signed
        assert parse_light_block(str(answer["json"]).encode()) == block
        assert parse_light_block(format_light_block(block)) == block


def our_commit_verdicts(block: LightBlock) -> dict[str, bool]:
    """Whether a commit is good, by the three rules."""
    header, commit, validators = block.header, block.commit, block.validator_set
    assert commit is not None
    assert validators is not None
    subject = (header.chain_id, validators, commit.block_id, header.height, commit)
    verdicts = {}
    for name, check in (
        ("all", partial(verify_commit, *subject)),
        ("light", partial(verify_commit_light, *subject)),
        (
            "trusting",
            partial(verify_commit_trusting, header.chain_id, validators, commit, ONE_THIRD),
        ),
    ):
        try:
            check()
            verdicts[name] = True
        except CommitError:
            verdicts[name] = False
    return verdicts


def test_commits_are_judged_the_same() -> None:
    dice = random.Random(4)
    blocks = [*BLOCKS, *(damaged(dice, each) for each in BLOCKS)]
    answers = ask([{"kind": "commit", "light_block": light_block_json(each)} for each in blocks])
    seen = set()
    for block, answer in zip(blocks, answers, strict=True):
        ours = our_commit_verdicts(block)
        assert {name: answer[name] == "" for name in ours} == ours, answer
        seen.add(tuple(ours.values()))
    assert len(seen) > 2


def damaged(dice: random.Random, block: LightBlock) -> LightBlock:
    """A block with one byte of one vote changed."""
    assert block.commit is not None
    votes = list(block.commit.signatures)
    place = dice.choice([place for place, vote in enumerate(votes) if vote.signature])
    spoilt = bytearray(votes[place].signature)
    spoilt[dice.randrange(64)] ^= 1 << dice.randrange(8)
    votes[place] = replace(votes[place], signature=bytes(spoilt))
    return replace(block, commit=replace(block.commit, signatures=tuple(votes)))


def test_the_median_time_is_the_same() -> None:
    answers = ask([{"kind": "median", "light_block": light_block_json(each)} for each in BLOCKS])
    for block, answer in zip(BLOCKS, answers, strict=True):
        assert block.commit is not None
        assert block.validator_set is not None
        assert answer["time"] == format_moment(median_time(block.commit, block.validator_set))


def random_block(dice: random.Random, height: int) -> Block:
    """A block of random transactions; the first has no last commit."""
    before = light_block(height, FOUR, voters=[1, 2, 4], nil=[2])
    assert before.commit is not None
    commit = before.commit if height > 1 else NO_COMMIT
    sizes = [dice.choice([0, 1, 127, 128, 300, 70_000]) for _ in range(dice.randint(0, 5))]
    transactions = tuple(dice.randbytes(size) for size in sizes)
    header = replace(
        before.header,
        height=Height(height),
        data_hash=data_hash(transactions),
        last_commit_hash=commit_hash(commit),
    )
    return Block(header=header, transactions=transactions, last_commit=commit)


def test_blocks_are_the_same_bytes_and_parts() -> None:
    dice = random.Random(5)
    blocks = [random_block(dice, dice.choice([1, 2, 1_000])) for _ in range(ROUNDS)]
    answers = ask([{"kind": "block", "block": encode_block(each).hex()} for each in blocks])
    for block, answer in zip(blocks, answers, strict=True):
        encoded = encode_block(block)
        parts = part_set_header(encoded)
        assert answer.get("error") is None
        assert answer["block"] == encoded.hex()
        assert answer["header_hash"] == header_hash(block.header).hex()
        assert answer["data_hash"] == data_hash(block.transactions).hex()
        assert answer["evidence_hash"] == evidence_hash(()).hex()
        assert answer["commit_hash"] == commit_hash(block.last_commit).hex()
        assert (answer["parts_total"], answer["parts_root"]) == (parts.total, parts.root.hex())
        assert decode_block(encoded) == block


def test_evidence_is_hashed_the_same() -> None:
    [answer] = ask([{"kind": "evidence", "light_block": light_block_json(light_block(3, FOUR))}])
    piece = bytes.fromhex(str(answer["evidence"]))
    assert evidence_hash([piece, piece]).hex() == answer["hash"]
    block = replace(random_block(random.Random(6), 2), evidence=(piece,))
    assert decode_block(encode_block(block)) == block


def test_results_are_hashed_the_same() -> None:
    dice = random.Random(7)
    for count in (0, 1, 2, 5):
        results = [
            TransactionResult(
                code=dice.choice([0, 1, 2**32 - 1]),
                data=dice.randbytes(dice.choice([0, 32])),
                gas_wanted=dice.choice([0, -1, 7]),
                gas_used=dice.choice([0, 10**12]),
            )
            for _ in range(count)
        ]
        listed = [
            {
                "code": r.code,
                "data": base64(r.data),
                "gas_wanted": r.gas_wanted,
                "gas_used": r.gas_used,
            }
            for r in results
        ]
        [answer] = ask([{"kind": "results", "results": listed}])
        assert answer["hash"] == results_hash(results).hex()


@pytest.mark.parametrize(("max_bytes", "max_gas"), [(2_097_152, 15_000), (-1, -1), (1, 0)])
def test_the_parameters_are_hashed_the_same(max_bytes: int, max_gas: int) -> None:
    [answer] = ask([{"kind": "consensus", "max_bytes": max_bytes, "max_gas": max_gas}])
    assert answer["hash"] == consensus_hash(max_bytes, max_gas).hex()


def test_list_trees_and_their_proofs_are_the_same() -> None:
    lists = [[b"item %d" % place for place in range(length)] for length in range(34)]
    answers = ask([{"kind": "list", "items": [base64(each) for each in items]} for items in lists])
    for items, answer in zip(lists, answers, strict=True):
        aunts = answer["aunts"]
        assert isinstance(aunts, list)
        assert answer["root"] == list_root(items).hex()
        for place, item in enumerate(items):
            proof = prove_item(items, place)
            assert [each.hex() for each in proof.aunts] == aunts[place]
            assert verify_item(list_root(items), item, proof)


def test_votes_are_judged_by_zip_215() -> None:
    dice = random.Random(8)
    votes = [(each.public_key, each.message, each.signature) for each in VECTORS]
    for a in sorted(signatures.SMALL_ORDER):
        votes.extend((a, dice.randbytes(4), r + bytes(32)) for r in sorted(signatures.SMALL_ORDER))
    key = signatures.public_key_of(seed(1))
    votes.append((key, b"vote", signatures.sign(seed(1), b"vote")))
    answers = ask(
        [
            {"kind": "vote", "key": base64(k), "message": base64(m), "signature": base64(s)}
            for k, m, s in votes
            if len(k) == signatures.KEY_BYTES
        ]
    )
    judged = [vote for vote in votes if len(vote[0]) == signatures.KEY_BYTES]
    assert [answer["good"] for answer in answers] == [verify_vote(*vote) for vote in judged]
    assert {answer["good"] for answer in answers} == {True, False}


@pytest.fixture(scope="module")
def light_answers() -> dict[str, Answer]:
    """CometBFT's verdicts on the light client's table, by sentence."""
    cases = [
        {
            "kind": "light",
            "trusted": light_block_json(case.trusted),
            "untrusted": light_block_json(case.untrusted),
            "now": format_moment(case.now),
            "trusting_period": case.options.trusting_period_nanos,
            "clock_drift": case.options.clock_drift_nanos,
            "trust_level": [
                case.options.trust_level.numerator,
                case.options.trust_level.denominator,
            ],
        }
        for case in CASES
    ]
    return dict(zip([case.sentence for case in CASES], ask(cases), strict=True))


@pytest.mark.parametrize("case", CASES, ids=attrgetter("sentence"))
def test_headers_are_judged_the_same(case: Case, light_answers: dict[str, Answer]) -> None:
    answer = light_answers[case.sentence]
    verdict = verify(case.trusted, case.untrusted, case.now, case.options)
    assert (answer.get("error"), answer.get("verdict")) == (None, verdict.kind.value), answer
