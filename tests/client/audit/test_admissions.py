"""Acts overtaken or left out, by nodes' own admission receipts.  (ours 0042)"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cfi.client.audit.admissions import AdmissionFindings, NoEvidence, Omission, Place
from cfi.client.wallet.transactions import act_id_of
from cfi.contracts.wire.parties import PeerKind
from cfi.node.admission import AdmissionBook
from tests.client.audit.admitted import NODE_SEED, Admitting, act, admitting
from tests.genesis.founders import OFFICER_SEEDS
from tests.node.chain import CHAIN_ID
from tests.spoilt import spoilt

ONE, TWO, THREE, FOUR = (act(number) for number in range(1, 5))
OFFICERS = act(5, by=OFFICER_SEEDS[0])


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Admitting]:
    made = admitting(tmp_path)
    yield made
    made.chain.close()


def overtaken(found: AdmissionFindings) -> list[tuple[bytes, bytes, int]]:
    """Each act that was overtaken, by which, and how many there were."""
    return [(each.act.act_id, each.by.act_id, each.overtakers) for each in found.overtaken]


class TestAnHonestRun:
    def test_lists_nothing(self, node: Admitting) -> None:
        node.admit(ONE, TWO)
        node.chain.make(ONE, TWO)
        node.admit(THREE)
        node.chain.make()
        node.chain.make(THREE)
        found = node.judged()
        assert found.clean
        assert (found.taken, found.decided, found.waiting, found.height) == (3, 3, 0, 3)

    def test_what_may_still_wait_is_not_left_out(self, node: Admitting) -> None:
        node.admit(ONE)
        node.until(19)
        found = node.judged()
        assert (found.clean, found.waiting) == (True, 1)

    def test_a_receipt_that_is_given_twice_counts_once(self, node: Admitting) -> None:
        node.admit(ONE)
        node.chain.make(ONE)
        node.receipts *= 2
        found = node.judged()
        assert (found.clean, found.taken) == (True, 1)

    def test_runs_are_not_compared(self, node: Admitting) -> None:
        node.admit(THREE, ONE)
        node.restart()
        node.admit(TWO)
        node.chain.make(TWO)
        node.chain.make(THREE, ONE)
        assert node.judged().clean

    def test_a_receipt_of_a_height_that_the_history_lacks_waits(self, node: Admitting) -> None:
        node.chain.make()
        node.take([(act_id_of(ONE), 400)])
        assert node.judged().waiting == 1


class TestOvertaken:
    def test_in_one_block(self, node: Admitting) -> None:
        node.admit(ONE, TWO, THREE)
        node.chain.make(THREE, ONE, TWO)
        found = node.judged()
        third = act_id_of(THREE)
        assert overtaken(found) == [(act_id_of(ONE), third, 1), (act_id_of(TWO), third, 1)]
        first = found.overtaken[0]
        assert (first.place, first.by_place) == (Place(1, 1), Place(1, 0))
        assert (first.act.sequence, first.by.sequence) == (1, 3)
        assert (first.same_holder, first.validators) == (True, 1)
        assert (first.act.node_holder, first.act.node_kind) == ("exchange", PeerKind.VALIDATOR)

    def test_by_an_act_of_a_later_batch_in_an_earlier_block(self, node: Admitting) -> None:
        node.admit(ONE, TWO)
        node.chain.make()
        node.admit(THREE)
        node.chain.make(ONE, THREE)
        node.chain.make(TWO)
        found = node.judged()
        assert overtaken(found) == [(act_id_of(TWO), act_id_of(THREE), 1)]
        assert not found.omitted

    def test_by_several_of_which_the_first_decided_is_named(self, node: Admitting) -> None:
        node.admit(ONE, TWO, THREE, FOUR)
        node.chain.make(FOUR, TWO, THREE, ONE)
        first, fourth = act_id_of(ONE), act_id_of(FOUR)
        others = [(act_id_of(each), fourth, 1) for each in (TWO, THREE)]
        assert overtaken(node.judged()) == [(first, fourth, 3), *others]

    def test_by_another_holders_act(self, node: Admitting) -> None:
        node.admit(ONE, OFFICERS)
        node.chain.make(OFFICERS, ONE)
        assert [each.same_holder for each in node.judged().overtaken] == [False]


class TestOmitted:
    @pytest.mark.parametrize(("height", "listed"), [(21, False), (22, True)])
    def test_absent_for_the_stated_heights(
        self, node: Admitting, height: int, listed: bool
    ) -> None:
        node.chain.make()
        node.chain.make()
        node.admit(ONE, TWO)
        node.chain.make(TWO)
        node.until(height)
        found = node.judged()
        assert found.waiting == (not listed)
        told = [(each.act.act_id, each.how, each.heights) for each in found.omitted]
        assert told == [(act_id_of(ONE), Omission.ABSENT, 20)] * listed
        assert [(each.overtakers, each.full_blocks) for each in found.omitted] == [(1, 0)] * listed

    def test_decided_late(self, node: Admitting) -> None:
        node.admit(ONE)
        node.until(4)
        node.chain.make(ONE)
        assert node.judged(5).clean
        (omitted,) = node.judged(4).omitted
        assert (omitted.how, omitted.place, omitted.heights) == (Omission.LATE, Place(5, 0), 5)

    @pytest.mark.parametrize(("height", "listed"), [(2, False), (3, True), (5, True)])
    def test_expired_unseen(self, node: Admitting, height: int, listed: bool) -> None:
        node.take([(act_id_of(ONE), 3)])
        node.until(height)
        found = node.judged()
        told = [(each.how, each.place, each.heights) for each in found.omitted]
        assert told == [(Omission.EXPIRED, None, 3)] * listed

    def test_full_blocks_are_counted(
        self, node: Admitting, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cfi.client.audit.admissions.MAX_BLOCK_GAS", 1)
        node.chain.make(FOUR)
        node.admit(ONE, TWO, THREE)
        node.chain.make(TWO)
        node.chain.make()
        node.chain.make(THREE)
        (omitted,) = node.judged(3).omitted
        assert (omitted.heights, omitted.full_blocks) == (3, 2)


class TestWhatIsNoEvidence:
    def test_is_listed_by_its_file(self, node: Admitting) -> None:
        node.admit(ONE)
        node.chain.make(ONE)
        ((_, good),) = node.receipts
        taken = [(act_id_of(TWO), 100)]
        node.receipts = [
            ("good", good),
            ("forged", spoilt(good)),
            ("noise", b"noise"),
            ("a stranger's", AdmissionBook(CHAIN_ID, bytes(32)).admit(taken, 0, 0)[0]),
            ("another chain's", AdmissionBook("sim-other", NODE_SEED).admit(taken, 0, 0)[0]),
        ]
        found = node.judged()
        assert found.no_evidence == [
            ("forged", NoEvidence.BAD_SIGNATURE),
            ("noise", NoEvidence.MALFORMED),
            ("a stranger's", NoEvidence.UNKNOWN_NODE),
            ("another chain's", NoEvidence.OTHER_CHAIN),
        ]
        assert (found.taken, found.clean) == (1, False)
        assert not (found.overtaken or found.omitted)

    def test_two_acts_at_one_place_contradict(self, node: Admitting) -> None:
        node.admit(ONE)
        node.book._next = 1
        node.admit(TWO)
        node.chain.make(ONE, TWO)
        (doubled,) = node.judged().doubled
        told = {doubled.first.act_id, doubled.second.act_id}
        assert told == {act_id_of(ONE), act_id_of(TWO)}
