"""A light client follows a chain whose validators the real application changes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from cfi.client.light.bisection import SyncError, sequential, sync
from cfi.client.light.lightblock import LightBlock
from cfi.client.light.verifier import TrustOptions
from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.messages.governance.add_validator import AddValidator
from cfi.contracts.wire.messages.governance.remove_validator import RemoveValidator
from cfi.contracts.wire.quantities import Count, Height
from cfi.contracts.wire.text import HolderId
from tests.client.light.test_bisection import source
from tests.contracts.ledger import EXCHANGE
from tests.contracts.people import key_named
from tests.contracts.validators import consensus_possession
from tests.node.chain import TERMS
from tests.node.several import by_officer, several

FOUR = dict.fromkeys(("one", "two", "three", "four"), 100)
NEW = ("five", "six", "seven", "eight")
NOW = Timestamp(seconds=TERMS.genesis_time.seconds + 100, nanos=0)
OPTIONS = TrustOptions()


def joins(name: str) -> bytes:
    message = AddValidator(
        key=key_named(name),
        operator=HolderId(EXCHANGE),
        power=Count(100),
        possession=consensus_possession(name),
    )
    return by_officer(message)


@pytest.fixture(scope="module")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[LightBlock]]:
    """Blocks in which each of four founders is replaced, one after another: nobody who signs the
    first signs the last.
    """
    folder: Path = tmp_path_factory.mktemp("changing")
    chain = several(folder, FOUR, NEW)
    for old, new in zip(FOUR, NEW, strict=True):
        assert chain.decide(joins(new)) == 1
        chain.decide()
        assert chain.decide(by_officer(RemoveValidator(key=key_named(old)))) == 1
        chain.decide()
    for _ in range(3):
        chain.decide()
    yield chain.light_blocks()
    chain.application.store.close()


def test_in_steps_that_enough_of_the_known_ones_signed(blocks: Sequence[LightBlock]) -> None:
    last = Height(len(blocks))
    trace = [each.height for each in sync(blocks[0], last, source(blocks), NOW, OPTIONS)]
    assert (trace[0], trace[-1]) == (1, last)
    assert 2 < len(trace) < len(blocks)


def test_or_one_after_another(blocks: Sequence[LightBlock]) -> None:
    last = Height(len(blocks))
    trace = sequential(blocks[0], last, source(blocks), NOW, OPTIONS)
    assert list(trace) == list(blocks)


def test_never_by_validators_that_left(blocks: Sequence[LightBlock]) -> None:
    last = len(blocks)
    old = replace(blocks[-1], validator_set=blocks[0].validator_set)
    forged = [*blocks[:-1], old]
    with pytest.raises(SyncError, match=f"height {last}"):
        sync(blocks[0], Height(last), source(forged), NOW, OPTIONS)
