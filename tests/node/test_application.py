"""The one application: what a block may hold, and that nothing is written before `commit`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cfi.contracts.state.history import NotKeptError
from cfi.contracts.transition.act import Act, Inadmissible, InadmissibleError, read_verified_act
from cfi.contracts.transition.block import Execution, begin_block
from cfi.contracts.wire.blocks import TransactionResult, results_hash
from cfi.contracts.wire.messages.access.revoke_key import RevokeKey
from cfi.contracts.wire.quantities import Instant
from cfi.node import application as application_module
from cfi.node import memory as memory_module
from cfi.node.application import Application
from cfi.node.memory import Never
from cfi.node.outcomes import result_of
from tests.contracts.ledger import NOW
from tests.node.chain import (
    COMPANY,
    Chain,
    make_chain,
    open_chain,
    retire,
    signed,
    transfer,
)
from tests.spoilt import spoilt

ACTS = [transfer(1), retire(2), transfer(3, 10**6)]
POISON = transfer(4)
SPOILS = 500
"""Tonnes of a transfer that a test has fail in the midst of its writes."""
GARBAGE = b"garbage"
FORGED = spoilt(ACTS[0])
SOON = Instant(NOW + 60)
SOURCE = f"{COMPANY}/1"


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    made = make_chain(tmp_path, 1)
    yield made
    made.close()


@pytest.fixture
def application(chain: Chain) -> Application:
    return chain.application


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the ledger itself verifies from here on."""
    counted: list[bytes] = []

    def verify(transaction: bytes) -> Act:
        counted.append(transaction)
        return read_verified_act(transaction)

    monkeypatch.setattr(memory_module, "read_verified_act", verify)
    return counted


def decided(application: Application, transactions: list[bytes]) -> bytes:
    """The root of the next height with these transactions, which stays uncommitted."""
    application.finalize_block(transactions, SOON)
    return application.app_hash


class TestWhatABlockMayHold:
    def test_the_proposer_leaves_out_what_is_inadmissible(self, application: Application) -> None:
        offered = [ACTS[0], GARBAGE, FORGED, ACTS[1], ACTS[0], ACTS[2]]
        assert application.prepare_proposal(offered, SOON) == ACTS

    def test_the_others_reject_a_block_with_it(self, application: Application) -> None:
        assert application.process_proposal(ACTS, SOON) is None
        for bad in (GARBAGE, FORGED, ACTS[0]):
            reason = application.process_proposal([*ACTS, bad], SOON)
            assert reason is not None and reason.startswith("inadmissible content: ")

    def test_the_budget_bounds_it(
        self, application: Application, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(application_module, "MAX_BLOCK_GAS", 2)
        assert application.prepare_proposal(ACTS, SOON) == ACTS[:2]
        assert application.process_proposal(ACTS, SOON) == "over the budget of 2 work units"

    def test_a_decided_block_with_it_is_answered_and_touches_nothing(
        self, application: Application
    ) -> None:
        plain = decided(application, ACTS)
        other = application.finalize_block([*ACTS, GARBAGE], SOON)
        assert application.app_hash == plain
        outcomes = application.commit()
        assert [each.inadmissible for each in outcomes] == [None] * 3 + [Inadmissible.MALFORMED]
        results = [result_of(each) for each in outcomes]
        assert results[3] == TransactionResult(code=10_001, data=b"", gas_wanted=0, gas_used=0)
        assert [each.code for each in results[:3]] == [0, 0, 1]
        assert other.results_hash == results_hash(results)


class TestAPoisonousTransaction:
    @pytest.fixture(autouse=True)
    def poisonous(self, monkeypatch: pytest.MonkeyPatch) -> None:
        poison = read_verified_act(POISON)
        honest = Execution.execute

        def execute(self: Execution, act: Act) -> Any:
            if act.act_id == poison.act_id:
                raise ZeroDivisionError("a mistake of ours")
            return honest(self, act)

        monkeypatch.setattr(Execution, "execute", execute)

    def test_is_left_out_and_kept(self, application: Application, chain: Chain) -> None:
        assert application.prepare_proposal([ACTS[0], POISON, ACTS[1]], SOON) == ACTS[:2]
        assert len(list((chain.folder / "quarantine").iterdir())) == 2
        with pytest.raises(InadmissibleError, match="quarantined"):
            application.check_live(read_verified_act(POISON))

    def test_is_rejected_in_a_proposal_and_offered_to_none(self, application: Application) -> None:
        assert application.process_proposal([POISON], SOON) == "an act raised ZeroDivisionError"
        with pytest.raises(InadmissibleError, match="quarantined"):
            application.check(read_verified_act(POISON))

    def test_has_no_act_before_it_executed_again(
        self, application: Application, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun: list[int] = []

        def begin(*of: Any) -> Execution:
            begun.append(len(of))
            return begin_block(*of)

        monkeypatch.setattr(application_module, "begin_block", begin)
        application.prepare_proposal([ACTS[0], POISON, ACTS[1]], SOON)
        assert len(begun) == 1

    def test_halts_only_what_was_decided(self, application: Application) -> None:
        with pytest.raises(ZeroDivisionError):
            application.finalize_block([POISON], SOON)


class TestManyPoisonousTransactions:
    @pytest.fixture(autouse=True)
    def poisonous(
        self, application: Application, monkeypatch: pytest.MonkeyPatch
    ) -> list[int]:
        """Acts raise but the good ones; returns how many each proposal has tried."""
        good = [read_verified_act(each).act_id for each in ACTS]
        honest = Execution.execute
        tried: list[int] = []

        def begun(*of: Any) -> Execution:
            tried.append(0)
            return begin_block(*of)

        def execute(self: Execution, act: Act) -> Any:
            tried[-1] += 1
            if act.act_id in good:
                return honest(self, act)
            self.overlay.spoilt = act.message.tonnes == SPOILS
            raise ZeroDivisionError("a mistake of ours")

        monkeypatch.setattr(application_module, "begin_block", begun)
        monkeypatch.setattr(Execution, "execute", execute)
        return tried

    def test_are_tried_up_to_a_number(
        self, application: Application, poisonous: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(application_module, "_MOST_RAISED", 3)
        offered = [ACTS[0], *(transfer(number) for number in range(20, 25)), ACTS[1]]
        assert application.prepare_proposal(offered, SOON) == ACTS[:1]
        assert application.prepare_proposal(offered, SOON) == ACTS[:2]
        assert poisonous == [4, 4]

    def test_that_write_a_part_have_it_begun_anew_a_few_times(
        self, application: Application, poisonous: list[int]
    ) -> None:
        spoiling = [transfer(number, SPOILS) for number in range(20, 24)]
        offered = [ACTS[0], *spoiling, ACTS[1]]
        assert application.prepare_proposal(offered[:3], SOON) == ACTS[:1]
        assert poisonous == [2, 2, 1]
        assert application.prepare_proposal(offered, SOON) == ACTS[:2]
        del poisonous[:]
        again = [transfer(number, SPOILS) for number in range(30, 34)]
        assert application.prepare_proposal([ACTS[0], *again], SOON) == []
        assert poisonous == [2, 2, 2, 0]

    def test_are_remembered_up_to_a_number(
        self, application: Application, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(application_module, "_MOST_POISONOUS", 1)
        application.prepare_proposal([transfer(20), transfer(21)], SOON)
        application.check(read_verified_act(transfer(20)))
        with pytest.raises(InadmissibleError, match="quarantined"):
            application.check(read_verified_act(transfer(21)))


class TestOneExecution:
    @pytest.mark.parametrize("first", ["prepare_proposal", "process_proposal"])
    def test_a_proposal_and_a_decision_give_the_same_root(
        self, application: Application, tmp_path: Path, first: str
    ) -> None:
        other = make_chain(tmp_path / "other", 1)
        getattr(application, first)(ACTS, SOON)
        assert decided(application, ACTS) == decided(other.application, ACTS)
        other.close()

    def test_a_decided_block_is_not_executed_again(
        self, application: Application, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        application.process_proposal(ACTS, SOON)

        def never(*_: object) -> None:
            raise AssertionError

        monkeypatch.setattr(Execution, "execute", never)
        application.finalize_block(ACTS, SOON)

    def test_each_act_is_verified_once_however_many_proposals_hold_it(
        self, application: Application, verified: list[bytes]
    ) -> None:
        for later in range(3):
            time = Instant(SOON + later)
            assert application.process_proposal(ACTS, time) is None
            assert application.prepare_proposal([*ACTS, FORGED], time) == ACTS
        decided(application, ACTS[:2])
        decided(application, [*ACTS, FORGED])
        assert verified == [*ACTS, FORGED]

    def test_a_known_act_says_nothing_of_other_bytes(self, application: Application) -> None:
        assert application.prepare_proposal([ACTS[0]], SOON) == [ACTS[0]]
        assert application.prepare_proposal([FORGED], SOON) == []

    def test_what_is_gone_from_the_mempool_decides_no_block(self, application: Application) -> None:
        """A node whose mempool let an act go comes to the same results as one that never saw it."""
        for each in ACTS:
            why = Never(Inadmissible.EXPIRED, "valid until height 1")
            application.memory.let_go(read_verified_act(each).bytes_hash, why)
        assert application.process_proposal(ACTS, SOON) is None


class TestNothingIsWrittenBeforeCommit:
    def test_an_uncommitted_height_is_gone_after_a_restart(self, tmp_path: Path) -> None:
        chain = make_chain(tmp_path, 1)
        root = chain.application.app_hash
        decided(chain.application, ACTS)
        assert (chain.application.height, chain.application.app_hash != root) == (2, True)
        chain.close()
        again = open_chain(tmp_path)
        assert (again.application.height, again.application.app_hash) == (1, root)
        again.close()

    def test_it_can_be_decided_again_with_another_content(self, application: Application) -> None:
        alone = decided(application, ACTS[:1])
        assert decided(application, ACTS) != alone
        assert decided(application, ACTS[:1]) == alone
        assert application.height == 2

    def test_the_committed_rows_stand_until_the_commit(self, application: Application) -> None:
        def lots() -> list[int]:
            return [each.tonnes for each in application.committed_view.lots.of(SOURCE).all()]

        def told() -> tuple[object, ...]:
            return application.committed_height, application.committed_clock, lots()

        before = told()
        for again in range(2):
            decided(application, ACTS)
            assert (application.height, application.now) == (2, SOON)
            assert told() == before
            with pytest.raises(NotKeptError, match="height 2 is not committed"):
                application.version(2)
            if not again:
                application.take_back()
                assert (application.now, told()) == (before[1], before)
        application.commit()
        assert told()[:2] == (2, SOON)
        assert lots() != before[2]
        assert application.version(2).height == 2

    def test_an_act_that_was_not_committed_is_no_duplicate(self, application: Application) -> None:
        decided(application, ACTS)
        assert len(application.commit()) == 3
        with pytest.raises(InadmissibleError, match="DUPLICATE"):
            application.check(read_verified_act(ACTS[0]))

    def test_an_empty_block_changes_no_root(self, application: Application) -> None:
        before = application.app_hash
        assert decided(application, []) == before
        assert decided(application, ACTS) != before


STRANGER = signed(read_verified_act(ACTS[0]).message, seed=bytes(range(32)))
CHECKS = [
    #  sentence                         transaction                                                              why not
    ("an act that expired",             signed(read_verified_act(ACTS[0]).message, valid_until=1),               Inadmissible.EXPIRED),
    ("an act too far ahead",            signed(read_verified_act(ACTS[0]).message, valid_until=1_000),           Inadmissible.TOO_FAR_AHEAD),
    ("a key that nobody has",           STRANGER,                                                                Inadmissible.NO_LIVE_KEY),
    ("an act that was decided",         transfer(10),                                                            Inadmissible.DUPLICATE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "transaction", "reason"), CHECKS, ids=[row[0] for row in CHECKS]
)
def test_the_mempool_refuses(
    application: Application, sentence: str, transaction: bytes, reason: Inadmissible
) -> None:
    with pytest.raises(InadmissibleError) as raised:
        application.check(read_verified_act(transaction))
    assert raised.value.reason is reason


def test_the_mempool_takes_what_may_come(application: Application) -> None:
    application.check(read_verified_act(ACTS[0]))
    application.check_live(read_verified_act(ACTS[0]))


def test_a_key_that_was_revoked_speaks_for_nobody(chain: Chain) -> None:
    application = chain.application
    act = read_verified_act(ACTS[0])
    application.check(act)
    assert chain.make(signed(RevokeKey(key=act.key))) == 1
    for check in (application.check, application.check_live):
        with pytest.raises(InadmissibleError, match="NO_LIVE_KEY"):
            check(act)


def test_a_revocation_that_was_not_committed_is_none(application: Application) -> None:
    act = read_verified_act(ACTS[0])
    application.finalize_block([signed(RevokeKey(key=act.key))], SOON)
    with pytest.raises(InadmissibleError, match="NO_LIVE_KEY"):
        application.check(act)
    application.take_back()
    application.check(act)


def test_after_a_restart_keys_speak_as_before(tmp_path: Path) -> None:
    make_chain(tmp_path, 1).close()
    chain = open_chain(tmp_path)
    chain.application.check(read_verified_act(ACTS[0]))
    chain.close()
