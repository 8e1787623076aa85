"""What replaying a history notices: whatever a forger changes, with the validator's key or without."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.client.audit import replay as replay_module
from cfi.client.audit.findings import DisagreementError, shown
from cfi.client.audit.replay import read_block
from cfi.contracts.state.changes import Changes, put_public
from cfi.contracts.state.rows.governance import CLOCK, Clock
from cfi.contracts.state.validator_sets import set_from
from cfi.contracts.transition.examined import Examined, act_from
from cfi.contracts.wire.block_file import BlockRecord
from cfi.contracts.wire.blocks import Block
from cfi.contracts.wire.headers import BlockId, PartSetHeader, Timestamp
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.signatures import public_key_of
from cfi.contracts.wire.validators import Validator, ValidatorSet
from tests.client.audit.histories import (
    BLOCKS,
    History,
    begin,
    changed,
    disagreement,
    forged,
    replayed,
    with_transactions,
)
from tests.node.chain import open_chain
from tests.spoilt import spoilt

STRANGER = bytes(range(32))
HASH = bytes(range(1, 33))
LATER = Timestamp(seconds=1_041_379_201, nanos=5)


def header(**fields: Any) -> Callable[[Block], Block]:
    return lambda block: replace(block, header=replace(block.header, **fields))


def body(**fields: Any) -> Callable[[Block], Block]:
    return lambda block: replace(block, **fields)


def corrupted(transaction: bytes) -> bytes:
    return spoilt(transaction)


def swapped(transactions: list[bytes]) -> list[bytes]:
    return [transactions[1], transactions[0], *transactions[2:]]


class TestAnHonestHistory:
    def test_agrees_at_every_height(self, history: History) -> None:
        heights = replayed(history)
        assert [each.height for each in heights] == list(range(1, BLOCKS + 1))
        assert [(len(each.transactions), each.done) for each in heights[:3]] == [
            (5, 3),
            (5, 3),
            (0, 0),
        ]

    def test_ends_with_the_root_that_the_node_has(self, history: History, tmp_path: Any) -> None:
        chain = open_chain(tmp_path)
        for record in history:
            chain.make(*read_block(record).transactions)
        chain.close()
        assert replayed(history)[-1].app_hash == chain.application.app_hash

    def test_without_its_last_blocks_is_one_too(self, history: History) -> None:
        assert disagreement(history[:3]) is None


CHANGES = [
    #  sentence                              change                                            what differs
    ("two transactions swapped",             lambda b: replace(b, transactions=(*b.transactions[1::-1], *b.transactions[2:])), "hash of the transactions"),
    ("a transaction dropped",                lambda b: replace(b, transactions=b.transactions[1:]), "hash of the transactions"),
    ("another chain",                        header(chain_id="sim-other"),                     "chain id"),
    ("another rule version",                 header(app_version=2),                            "rule version"),
    ("another block before",                 header(last_block_id=BlockId(header_hash=HASH, parts=PartSetHeader(total=1, root=HASH))), "id of the block before"),
    ("another hash of the votes",            header(last_commit_hash=HASH),                    "hash of the votes"),
    ("other validators",                     header(validators_hash=HASH),                     "hash of the validators"),
    ("other validators next",                header(next_validators_hash=HASH),                "hash of the next validators"),
    ("other bounds of a block",              header(consensus_hash=HASH),                      "hash of the block's bounds"),
    ("a wrong app hash",                     header(app_hash=HASH),                            "app hash of the height before"),
    ("a wrong results hash",                 header(last_results_hash=HASH),                   "results of the height before"),
    ("evidence that isn't there",            header(evidence_hash=HASH),                       "hash of the evidence"),
    ("another proposer",                     header(proposer_address=HASH[:20]),               "proposer"),
    ("another time",                         header(time=LATER),                               "time"),
    ("another block protocol",               header(block_protocol=10),                        "form of the header"),
    ("another height in the header",         header(height=9),                                 "height of the record"),
    ("evidence of no known kind",            body(evidence=(b"\x1a\x00",)),                    "encoding of the block"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "change", "what"), CHANGES, ids=[row[0] for row in CHANGES])
@pytest.mark.parametrize("by", [changed, forged], ids=["by anybody", "by the validator"])
def test_a_changed_block_differs_at_its_height(
    history: History, by: Any, sentence: str, change: Callable[[Block], Block], what: str
) -> None:
    found = disagreement(by(history, 4, change))
    assert found is not None
    assert (found.height, found.what) == (4, what)
    assert found.expected != found.found


COLLUSION = [
    #  sentence                                      change of the transactions                    height  what differs
    ("two transactions swapped",                     swapped,                                      5, "app hash of the height before"),
    ("a transaction dropped",                        lambda each: each[1:],                        5, "app hash of the height before"),
    ("a refused transaction dropped",                lambda each: each[:-1],                       5, "app hash of the height before"),
    ("a wrong signature",                            lambda each: [*each[:2], corrupted(each[2])], 4, "signature of transaction 2"),
    ("no transaction at all",                        lambda each: [*each, b"anything"],            4, "transaction 5"),
    ("the same transaction twice",                   lambda each: [*each, each[0]],                4, "transaction 5"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "change", "height", "what"), COLLUSION, ids=[row[0] for row in COLLUSION]
)
def test_the_validator_cannot_change_what_was_decided(
    history: History, sentence: str, change: Any, height: int, what: str
) -> None:
    found = disagreement(forged(history, 4, with_transactions(change)))
    assert found is not None
    assert (found.height, found.what) == (height, what)


def test_an_act_of_an_earlier_block_may_not_come_again(history: History) -> None:
    first = read_block(history[0]).transactions[0]
    found = disagreement(forged(history, 4, with_transactions(lambda each: [*each, first])))
    assert found is not None
    assert (found.height, found.what) == (4, "transaction 5")
    assert found.found == "DUPLICATE: this act is already in the history"


class TestVotes:
    def test_of_another_key_decide_nothing(self, history: History) -> None:
        found = disagreement(forged(history, 4, lambda block: block, STRANGER))
        assert found is not None
        assert (found.height, found.what) == (5, "votes for the block before")
        assert found.found == "the signature of vote 0 is wrong"

    def test_stand_in_no_first_block(self, history: History) -> None:
        votes = read_block(history[4]).last_commit
        found = disagreement(changed(history, 1, body(last_commit=votes)))
        assert found is not None
        assert (found.height, found.what) == (1, "votes for a block before the first")

    def test_come_after_the_block(self, history: History) -> None:
        early = read_block(history[-1]).header.time
        found = disagreement([*history[:-1], replace(history[-1], vote_time=early)])
        assert found is not None
        assert (found.height, found.what) == (BLOCKS, "time of the vote")

    def test_have_the_time_that_the_record_says(self, history: History) -> None:
        history = [
            *history[:3],
            replace(history[3], vote_time=Timestamp(seconds=2_000_000_000, nanos=0)),
            *history[4:],
        ]
        found = disagreement(history)
        assert found is not None
        assert (found.height, found.what) == (5, "time of the vote for the block before")


class TestGenesis:
    def test_of_another_time_differs_at_the_first_block(self, history: History) -> None:
        found = disagreement(history, replace(begin(), genesis_time=LATER))
        assert found is not None
        assert (found.height, found.what) == (1, "time")
        assert found.expected == "2003-01-01T00:00:01.000000005Z"

    def test_of_other_rows_differs_at_the_first_block(self, history: History) -> None:
        beginning = begin()
        overlay = beginning.state.overlay()
        clock = Clock(now=Instant(1))
        overlay.apply(Changes.of(put_public(CLOCK, clock)))
        beginning.state.height = -1
        beginning.state.seal(overlay)
        found = disagreement(history, beginning)
        assert found is not None
        assert (found.height, found.what) == (1, "app hash of the height before")

    def test_of_another_validator_differs_at_the_first_block(self, history: History) -> None:
        others = ValidatorSet.of([Validator(public_key=public_key_of(STRANGER), voting_power=10)])
        beginning = begin()
        overlay = beginning.state.overlay()
        overlay.apply(set_from(1, others.validators))
        beginning.state.height = -1
        beginning.state.seal(overlay)
        found = disagreement(history, beginning)
        assert found is not None
        assert (found.height, found.what) == (1, "hash of the validators")


def test_a_missing_block_is_noticed(history: History) -> None:
    found = disagreement(history[:3] + history[4:])
    assert found is not None
    assert (found.height, found.what, found.expected, found.found) == (4, "height", "4", "5")


def test_a_record_under_another_height_is_noticed(history: History) -> None:
    with pytest.raises(DisagreementError) as raised:
        read_block(replace(history[3], height=history[4].height))
    assert raised.value.disagreement.what == "height of the record"


def test_a_block_over_the_budget_is_noticed(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_module, "MAX_BLOCK_GAS", 4)
    found = disagreement(history)
    assert found is not None
    assert (found.what, found.expected, found.found) == ("work units", "at most 4", "5")


def test_an_error_of_our_own_is_a_disagreement_too(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(transaction: bytes, known: Examined) -> None:
        act_from(transaction, known)
        raise ArithmeticError("a mistake")

    monkeypatch.setattr(replay_module, "act_from", stumble)
    found = disagreement(history)
    assert found is not None
    assert (found.what, found.found) == ("transaction 0", "ArithmeticError: a mistake")


@given(data=st.data())
def test_no_byte_of_a_block_can_be_changed(history: History, data: st.DataObject) -> None:
    """Not even by a forger who mends the record's digest."""
    at = data.draw(st.integers(0, BLOCKS - 1))
    record: BlockRecord = history[at]
    place = data.draw(st.integers(0, len(record.block) - 1))
    flipped = record.block[place] ^ data.draw(st.integers(1, 255))
    block = record.block[:place] + bytes((flipped,)) + record.block[place + 1 :]
    assert disagreement([*history[:at], replace(record, block=block), *history[at + 1 :]])


SHOWN = [
    (b"", "none"),
    (b"\x01\x02", "0102"),
    (7, "7"),
    ("x" * 300, "x" * 200 + "..."),
    (Timestamp(seconds=0, nanos=1), "1970-01-01T00:00:00.000000001Z"),
    (Timestamp(seconds=10**15, nanos=1), "1000000000000000.000000001 s"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), SHOWN)
def test_values_are_shown_readably(value: object, text: str) -> None:
    assert shown(value) == text
