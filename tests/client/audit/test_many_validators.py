"""Several validators: enough of them decide, their median is the time, and the auditor follows when
they change.  (CometBFT 0.38)
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cfi.client.audit.beginning import Beginning
from cfi.client.audit.replay import Replay
from cfi.contracts.wire.blocks import decode_block, encode_block
from cfi.contracts.wire.messages.governance.add_validator import AddValidator
from cfi.contracts.wire.messages.governance.remove_validator import RemoveValidator
from cfi.contracts.wire.quantities import Count
from cfi.contracts.wire.text import HolderId
from cfi.contracts.wire.validators import validators_hash
from tests.client.audit.histories import answered, begin, disagreement, replayed
from tests.contracts.ledger import EXCHANGE
from tests.contracts.people import key_named
from tests.contracts.validators import Named, consensus_possession
from tests.node.several import Several, by_officer, genesis, several

FOUR = {"one": 10, "two": 10, "three": 10, "four": 10}


def beginning(validators: Named) -> Beginning:
    state, rows = genesis(validators)
    return replace(begin(), state=state, rows=rows)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Several]:
    """Four validators of equal power, and one that may join."""
    chain = several(tmp_path, FOUR, ["five"])
    yield chain
    chain.application.store.close()


@pytest.mark.parametrize("absent", [(), ("two",)])
def test_more_than_two_thirds_decide(made: Several, absent: tuple[str, ...]) -> None:
    made.absent = absent
    for _ in range(3):
        made.decide()
    assert disagreement(made.records, beginning(FOUR)) is None


def test_half_of_them_do_not(made: Several) -> None:
    made.absent = ("two", "three")
    made.decide()
    made.decide()
    found = disagreement(made.records, beginning(FOUR))
    assert found is not None
    assert (found.height, found.what) == (2, "votes for the block before")
    assert found.found == "20 of 40 signed the block"


def changed(made: Several) -> Several:
    """A fifth joins at height 4, the first leaves at height 8."""
    join = AddValidator(
        key=key_named("five"),
        operator=HolderId(EXCHANGE),
        power=Count(13),
        possession=consensus_possession("five"),
    )
    made.decide()
    assert made.decide(by_officer(join)) == 1
    for _ in range(3):
        made.decide()
    assert made.decide(by_officer(RemoveValidator(key=key_named("one")))) == 1
    for _ in range(3):
        made.decide()
    return made


class TestWhenTheyChange:
    def test_the_auditor_follows(self, made: Several) -> None:
        changed(made)
        sizes = [len(made.set_at(height).validators) for height in range(1, 10)]
        assert sizes == [4, 4, 4, 5, 5, 5, 5, 4, 4]
        assert [len(commit.signatures) for commit in made.commits] == sizes
        assert len(replayed(made.records, beginning(FOUR))) == 9

    def test_it_can_tell_who_signed_each_height(self, made: Several) -> None:
        changed(made)
        replay = Replay(beginning(FOUR))
        for record in made.records:
            block = decode_block(record.block)
            replay.take(block, record.vote_time, answered(block.transactions))
        assert [replay.validators_of(height) for height in range(1, 12)] == [
            made.set_at(height) for height in range(1, 12)
        ]

    @pytest.mark.parametrize(
        ("height", "name", "what"),
        [
            (3, "next_validators_hash", "hash of the next validators"),
            (4, "validators_hash", "hash of the validators"),
        ],
    )
    def test_a_header_that_keeps_the_old_ones_is_noticed(
        self, made: Several, height: int, name: str, what: str
    ) -> None:
        changed(made)
        old = validators_hash(made.set_at(1))
        block = decode_block(made.records[height - 1].block)
        header = replace(block.header, **{name: old})  # type: ignore[arg-type]
        record = replace(
            made.records[height - 1], block=encode_block(replace(block, header=header))
        )
        found = disagreement([*made.records[: height - 1], record], beginning(FOUR))
        assert found is not None
        assert (found.height, found.what) == (height, what)
