"""RB 4.7: a late true-up goes in pieces too, and comes to what one piece would come to."""

import pytest

from cfi.contracts.due.true_up.late import true_up_late
from cfi.contracts.state.rows.custody import Restriction
from cfi.contracts.state.rows.true_up import ComplianceStatus, LateStep, LateTrueUp, Stage
from cfi.contracts.wire.messages.custody.transfer_lot import TransferLot
from cfi.contracts.wire.quantities import Instant, Tonnes
from cfi.contracts.wire.text import AccountId
from tests.contracts.due.true_up.late_story import HELD, LATE, Late
from tests.contracts.filings import A
from tests.contracts.ledger import EXCHANGE


class TestAMemberOfManyLots:
    """RB 4.7: a late true-up goes in pieces too."""

    def _moved(self, story: Late, member: str, tonnes: int, number: int) -> None:
        """Parts of its allowances held for 2003 lie in another account."""
        story.ledger.given_account(member)
        for _ in range(number):
            lots = story.ledger.lots(f"{member}/1")
            held = next(lot for lot in lots if int(lot.restrictions) == HELD)
            message = TransferLot(
                source=AccountId(f"{member}/1"),
                target=AccountId(f"{member}/3"),
                lot_id=held.lot_id,
                tonnes=Tonnes(tonnes),
            )
            story.filing.does(message, member)

    @pytest.mark.parametrize("lots", [1, 2, 100])
    def test_any_size_of_pieces_comes_to_the_same(
        self, enrolled: Late, monkeypatch: pytest.MonkeyPatch, lots: int
    ) -> None:
        monkeypatch.setattr("cfi.contracts.due.true_up.pieces.MAX_LOTS_PER_PIECE", lots)
        self._moved(enrolled, LATE, 15_000, 4)
        enrolled.reports(2003, 950_000)
        enrolled.ledger.pass_time()
        row, closing = enrolled.true_up.obligation(LATE, 2003), enrolled.true_up.closing(LATE, 2003)
        assert (row.short_tonnes, row.status) == (0, ComplianceStatus.IN_COMPLIANCE)
        assert (closing.banked_tonnes, closing.barred_tonnes) == (0, 40_000)
        assert [(lot.tonnes, int(lot.restrictions)) for lot in enrolled.ledger.lots("late/3")] == [
            (10_000, int(HELD)),
            (15_000, int(HELD)),
            (15_000, int(HELD)),
        ]
        assert enrolled.late(2003) is None

    @pytest.fixture
    def anew(self, story: Late, monkeypatch: pytest.MonkeyPatch) -> Late:
        """2003 is to close anew on company A, one lot a piece; 198,000 t are held for it."""
        monkeypatch.setattr("cfi.contracts.due.true_up.pieces.MAX_LOTS_PER_PIECE", 1)
        story.true_up.reaches(2003, Stage.CLOSED)
        story.filing.acquires("works", 200_000, "2003-01-01")
        story.filing.adjusts()
        self._moved(story, A, 30_000, 4)
        return story

    def _piece(self, story: Late) -> LateTrueUp | None:
        """The next piece of company A's late true-up."""
        late = story.late(2003, A)
        assert late is not None
        context = story.ledger.context(EXCHANGE, "officer-1")
        story.ledger.given(true_up_late(story.ledger.state, late, context))
        return story.late(2003, A)

    def _carrying(self, story: Late, restrictions: int) -> int:
        lots = [*story.ledger.lots("company-a/1"), *story.ledger.lots("company-a/3")]
        return sum(
            lot.tonnes for lot in lots if lot.vintage == 2003 and lot.restrictions == restrictions
        )

    def test_meanwhile_nothing_is_free_that_is_still_to_be_marked(self, anew: Late) -> None:
        pieces = 1
        while self._piece(anew) is not None:
            banked = anew.true_up.closing(A, 2003).banked_tonnes
            assert self._carrying(anew, Restriction.NONE) == banked
            pieces += 1
        assert pieces > 4
        closing = anew.true_up.closing(A, 2003)
        assert (closing.banked_tonnes, closing.super_reduction_tonnes) == (36_000, 162_000)
        assert self._carrying(anew, Restriction.NONE) == 36_000
        assert self._carrying(anew, Restriction.SUPER_REDUCTION) == 162_000

    def test_all_of_it_is_dated_when_it_began(self, anew: Late) -> None:
        began = anew.ledger.now
        anew.true_up.ledger.given_lot("company-a/1", 100, 2003)
        assert self._piece(anew) is not None
        anew.ledger.now = Instant(began + 60)
        late = self._piece(anew)
        assert late is not None
        assert late.due_at == began

    def test_it_begins_anew_when_the_member_gets_more_meanwhile(self, anew: Late) -> None:
        for _ in range(3):
            self._piece(anew)
        anew.filing.acquires("mill", 100_000, "2003-01-01")
        anew.filing.adjusts()
        late = anew.late(2003, A)
        assert late is not None
        assert (late.step, late.progress) == (LateStep.TAKE, None)
        anew.ledger.pass_time()
        row, closing = anew.true_up.obligation(A, 2003), anew.true_up.closing(A, 2003)
        assert row.baseline_tonnes == 1_300_000
        assert self._carrying(anew, HELD) == 0
        assert self._carrying(anew, Restriction.NONE) == closing.banked_tonnes == 39_000
        beyond = self._carrying(anew, Restriction.SUPER_REDUCTION)
        assert beyond == closing.super_reduction_tonnes == 258_000

    def test_a_member_that_is_short_is_taken_from_piece_by_piece(
        self, enrolled: Late, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cfi.contracts.due.true_up.pieces.MAX_LOTS_PER_PIECE", 1)
        self._moved(enrolled, LATE, 100_000, 3)
        enrolled.reports(2003, 1_000_000)
        enrolled.ledger.pass_time()
        row = enrolled.true_up.obligation(LATE, 2003)
        assert (row.short_tonnes, row.status) == (10_000, ComplianceStatus.PENDING)
        late = enrolled.late(2003)
        assert late is not None
        assert (late.due_at, late.progress) == (late.closes_at, None)
