"""The embedded engine when validators or rules change: it goes on while it may decide alone, and says
why where it may not.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from cfi.client.audit.sources import read_records
from cfi.contracts.transition import dispatch
from cfi.contracts.transition.dispatch import RULE_BOOKS, UnsupportedVersionError
from cfi.contracts.wire.blocks import block_id_of
from cfi.contracts.wire.commits import ABSENT, BlockIdFlag, median_time
from cfi.contracts.wire.messages.governance.add_validator import AddValidator
from cfi.contracts.wire.messages.governance.change_validator_power import ChangeValidatorPower
from cfi.contracts.wire.messages.governance.rotate_consensus_key import RotateConsensusKey
from cfi.contracts.wire.messages.governance.schedule_upgrade import ScheduleUpgrade
from cfi.contracts.wire.quantities import Count, Height
from cfi.contracts.wire.text import HolderId
from cfi.contracts.wire.validators import validators_hash
from cfi.contracts.wire.votes import verify_commit
from cfi.node.consensus.embedded import CannotDecideError
from tests.client.audit.histories import begin, disagreement
from tests.contracts.ledger import EXCHANGE
from tests.contracts.people import key_named
from tests.contracts.validators import consensus_possession
from tests.node.chain import CHAIN_ID, Chain, open_chain
from tests.node.several import by_officer, genesis

FOUNDERS = {"the validator": 1_000}
JOIN = AddValidator(
    key=key_named("second"),
    operator=HolderId(EXCHANGE),
    power=Count(333),
    possession=consensus_possession("second"),
)
Open = Callable[[], Chain]


@pytest.fixture
def reopen(tmp_path: Path) -> Iterator[Open]:
    """Opens the chain of one validator in a folder, again and again."""
    opened: list[Chain] = []

    def now() -> Chain:
        for chain in opened:
            chain.close()
        opened[:] = [open_chain(tmp_path, found=lambda: genesis(FOUNDERS, divisor=1))]
        return opened[0]

    yield now
    opened[0].close()


def power(of: int) -> bytes:
    return by_officer(ChangeValidatorPower(key=JOIN.key, power=Count(of)), of)


class TestAnotherValidator:
    def test_has_its_place_in_headers_and_votes(self, reopen: Open, tmp_path: Path) -> None:
        chain = reopen()
        assert chain.make(by_officer(JOIN)) == 1
        for _ in range(4):
            chain.make()
        flags, hashes = [], []
        for height in range(1, 6):
            block, commit = chain.engine.block(height), chain.engine.commit_of(height)
            assert block is not None and commit is not None
            signers = chain.set_at(height)
            verify_commit(CHAIN_ID, signers, block_id_of(block), Height(height), commit)
            flags.append([vote.flag for vote in commit.signatures])
            hashes.append((block.header.validators_hash, block.header.next_validators_hash))
            after = chain.engine.block(height + 1)
            assert after is None or after.header.time == median_time(commit, signers)
        both = [BlockIdFlag.COMMIT, BlockIdFlag.ABSENT]
        assert flags == [[BlockIdFlag.COMMIT]] * 2 + [both] * 3
        alone, joined = validators_hash(chain.set_at(2)), validators_hash(chain.set_at(3))
        assert hashes == [(alone, alone), (alone, joined)] + [(joined, joined)] * 3

    def test_does_not_keep_it_from_going_on_after_a_restart(self, reopen: Open) -> None:
        chain = reopen()
        chain.make(by_officer(JOIN))
        chain.make()
        chain.make()
        before = chain.engine.commit_of(3)
        chain = reopen()
        assert chain.engine.commit_of(3) == before
        assert before is not None and ABSENT in before.signatures
        chain.make()
        assert chain.engine.height == 4

    def test_the_auditor_follows(self, reopen: Open, tmp_path: Path) -> None:
        chain = reopen()
        chain.make(by_officer(JOIN))
        for _ in range(4):
            chain.make()
        state, rows = genesis(FOUNDERS, divisor=1)
        beginning = replace(begin(), state=state, rows=rows)
        assert disagreement(read_records(tmp_path / "blocks"), beginning) is None

    def test_stops_it_with_a_third_of_the_power(self, reopen: Open) -> None:
        chain = reopen()
        chain.make(by_officer(JOIN))
        assert chain.make(power(499)) == 1
        assert chain.make(power(500)) == 1
        chain.make()
        for _ in range(2):
            with pytest.raises(CannotDecideError) as caught:
                chain.make()
            assert str(caught.value) == (
                "height 5 is not this node's to decide alone: its validator has 1000 of 1500 power, "
                "and more than two thirds have to sign; carry the chain over to CometBFT with "
                "`cfi engine import`"
            )
            assert chain.engine.height == 4
            chain = reopen()


def test_another_key_of_its_own_stops_it(reopen: Open) -> None:
    chain = reopen()
    rotation = RotateConsensusKey(
        key=key_named("the validator"),
        new_key=key_named("new"),
        possession=consensus_possession("new"),
    )
    assert chain.make(by_officer(rotation)) == 1
    chain.make()
    with pytest.raises(CannotDecideError, match="signs no more, its key was repl"):
        chain.make()


def test_a_validator_without_power_stops(tmp_path: Path) -> None:
    chain = open_chain(tmp_path, found=lambda: genesis({"second": 5}))
    with pytest.raises(CannotDecideError, match="signs no more, it has no power"):
        chain.make()
    chain.close()


class TestAnUpgrade:
    ACT = by_officer(ScheduleUpgrade(app_version=Count(2), from_height=Height(4)))

    def test_is_in_every_header_from_its_height(
        self, reopen: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        books = {**RULE_BOOKS, 2: RULE_BOOKS[1]}
        monkeypatch.setattr(dispatch, "RULE_BOOKS", MappingProxyType(books))
        chain = reopen()
        assert chain.make(self.ACT) == 1
        for _ in range(4):
            chain.make()
        blocks = [chain.engine.block(height) for height in range(1, 6)]
        assert [block and block.header.app_version for block in blocks] == [1, 1, 1, 2, 2]
        state, rows = genesis(FOUNDERS, divisor=1)
        beginning = replace(begin(), state=state, rows=rows)
        assert disagreement(read_records(tmp_path / "blocks"), beginning) is None

    def test_that_the_program_lacks_stops_it_before(self, reopen: Open) -> None:
        chain = reopen()
        chain.make(self.ACT)
        chain.make()
        chain.make()
        with pytest.raises(UnsupportedVersionError, match="from height 4 on the rules have versi"):
            chain.make()
        assert chain.engine.height == 3
        assert reopen().engine.height == 3
