"""RB 4.7: however many lots a holder has, a true-up deals with them in bounded pieces and comes to
what one piece would come to; what no retirement account has room for stays and is owed on.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from cfi.contracts.state.changes import put
from cfi.contracts.state.rows.custody import LOTS, AccountKind, Lock, LockReason, Restriction
from cfi.contracts.state.rows.true_up import ComplianceStatus, Stage, Work
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.transition.block import begin_block, finish_block
from cfi.contracts.transition.window import Window
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.limits import (
    MAX_LOTS_PER_PIECE,
    MAX_TONNES_ENDED_AT_ONCE,
    ROWS_KEPT_FOR_DUE_WORK,
)
from cfi.contracts.wire.messages.custody.transfer_lot import TransferLot
from cfi.contracts.wire.messages.true_up.deliver_cure import DeliverCure
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.quantities import Instant, Tonnes, Year
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import AccountId, LotId
from tests.contracts.ledger import Ledger
from tests.contracts.true_up import TrueUpLedger

MEMBER = "company-a"
PIECES = [
    *((lots, MAX_TONNES_ENDED_AT_ONCE) for lots in (1, 2, 3, MAX_LOTS_PER_PIECE)),
    *((MAX_LOTS_PER_PIECE, tonnes) for tonnes in (100, 200, 300)),
    (2, 100),
]


@pytest.fixture(params=PIECES, ids=lambda piece: "-".join(map(str, piece)))
def piece(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With how many lots a piece deals, and how many tonnes it retires."""
    lots, tonnes = request.param
    monkeypatch.setattr("cfi.contracts.due.true_up.pieces.MAX_LOTS_PER_PIECE", lots)
    monkeypatch.setattr("cfi.contracts.state.retiring.MAX_TONNES_ENDED_AT_ONCE", tonnes)


def retiring_in_millions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a piece retire at most a million tonnes, which cuts a lot of two in two."""
    monkeypatch.setattr("cfi.contracts.state.retiring.MAX_TONNES_ENDED_AT_ONCE", 1_000_000)


def member(true_up: TrueUpLedger, emitted: int, year: int = 2003) -> None:
    true_up.ledger.given_account(MEMBER)
    true_up.member(MEMBER, 100_000)
    true_up.emitted(MEMBER, year, emitted)


def full(monkeypatch: pytest.MonkeyPatch, ledger: Ledger, account_id: str, room: int) -> None:
    """Let an account have room for so many rows more."""
    rows = ledger.overlay.row_count(b"A" + account_id.encode())  # type: ignore[arg-type]
    most = rows + room + ROWS_KEPT_FOR_DUE_WORK
    monkeypatch.setattr("cfi.contracts.state.view.MAX_ROWS_PER_OWNER", most)


def blocks_until(true_up: TrueUpLedger, stage: Stage) -> list[int]:
    """Decide blocks when the elections are over until a stage begins; the work units of each."""
    ledger, work = true_up.ledger, list[int]()
    ledger.seal()
    while True:
        row = ledger.state.true_ups.get(number_key(2003))
        assert row is not None
        if row.stage is stage:
            return work
        execution = begin_block(ledger.store, Window(), row.cure_at)
        finish_block(execution)
        ledger.seal_of(execution.overlay)
        work.append(execution.gas)
        assert len(work) < 1_000


@pytest.mark.usefixtures("piece")
class TestAnySizeOfPiecesComesToTheSame:
    def test_the_earliest_vintages_of_all_accounts(self, true_up: TrueUpLedger) -> None:
        member(true_up, 900, 2004)
        ledger = true_up.ledger
        for account, vintage in ((1, 2004), (3, 2003), (1, 2003), (3, 2004), (1, 2005)):
            ledger.given_lot(f"{MEMBER}/{account}", 300, vintage)
        true_up.reaches(2004, Stage.CURE)
        assert true_up.obligation(MEMBER, 2004).surrendered_tonnes == 900
        assert ledger.held(f"{MEMBER}/1") == ["XA-2005-0000000001-0000000300"]
        assert ledger.held(f"{MEMBER}/3") == ["XA-2004-0000000301-0000000600"]
        assert ledger.retired(f"{MEMBER}/2") == [
            "XA-2003-0000000001-0000000600",
            "XA-2004-0000000001-0000000300",
        ]

    def test_lots_that_may_not_be_used_are_passed_by(self, true_up: TrueUpLedger) -> None:
        member(true_up, 300)
        ledger = true_up.ledger
        for _ in range(3):
            ledger.given_lot(f"{MEMBER}/1", 100, restrictions=Restriction.NO_COMPLIANCE)
            ledger.given_lot(f"{MEMBER}/1", 100)
        held = Lock(reason=LockReason.DELAYED_TRANSFER, act_id=Hash(bytes(32)))
        ledger.given(put(LOTS, f"{MEMBER}/1", replace(ledger.lots(f"{MEMBER}/1")[1], lock=held)))
        true_up.reaches(2003, Stage.CURE)
        assert true_up.obligation(MEMBER, 2003).short_tonnes == 100

    def test_what_was_chosen(self, true_up: TrueUpLedger) -> None:
        member(true_up, 500)
        lots = [true_up.ledger.given_lot(f"{MEMBER}/1", 200) for _ in range(5)]
        true_up.reaches(2003, Stage.ELECTIONS)
        true_up.elects(MEMBER, 2003, *((lot, 200) for lot in reversed(lots)))
        true_up.reaches(2003, Stage.CURE)
        assert true_up.obligation(MEMBER, 2003).short_tonnes == 0
        assert list(true_up.ledger.state.elections.of(MEMBER).all()) == []
        assert [(lot.tonnes, lot.locked) for lot in true_up.ledger.lots(f"{MEMBER}/1")] == [
            (200, False),
            (200, False),
            (100, False),
        ]

    @pytest.mark.parametrize("chosen", [False, True])
    def test_offsets_up_to_the_limit(self, true_up: TrueUpLedger, *, chosen: bool) -> None:
        true_up.programme_wide(100_000)
        member(true_up, 1_000)
        ledger = true_up.ledger
        lots = [ledger.given_lot(f"{MEMBER}/1", 200, 2003, Instrument.XMO) for _ in range(3)]
        lots += [ledger.given_lot(f"{MEMBER}/1", 100, 2003) for _ in range(3)]
        true_up.reaches(2003, Stage.ELECTIONS)
        if chosen:
            true_up.elects(MEMBER, 2003, *((lot, 100) for lot in lots), *((lots[0], 100),))
        true_up.reaches(2003, Stage.CURE)
        assert true_up.obligation(MEMBER, 2003).surrendered_tonnes == (700 if chosen else 800)
        assert true_up.offset_use(2003).offsets == (4 if chosen else 5)
        assert list(ledger.state.offset_claims.of(MEMBER).all()) == []

    def test_what_a_participant_holds(self, true_up: TrueUpLedger) -> None:
        ledger = true_up.ledger
        ledger.given_holder("fund", HolderClass.EXCHANGE_PARTICIPANT)
        for vintage in (2003, 2004, 2003):
            ledger.given_lot("fund/1", 100, vintage)
        true_up.reaches(2003, Stage.CURE)
        assert ledger.lots("fund/1") == []
        assert ledger.retired("fund/2") == [
            "XA-2003-0000000001-0000000200",
            "XA-2004-0000000001-0000000100",
        ]

    def test_what_is_taken_and_marked_at_the_close(
        self, true_up: TrueUpLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        retiring_in_millions(monkeypatch)
        ledger = true_up.ledger
        true_up.ledger.given_account(MEMBER)
        true_up.member(MEMBER, 10_000_000)
        true_up.emitted(MEMBER, 2003, 9_500_000)
        for account in (1, 3, 1, 3, 1):
            ledger.given_lot(f"{MEMBER}/{account}", 2_000_000)
        true_up.reaches(2003, Stage.ELECTIONS)
        first = ledger.lots(f"{MEMBER}/1")[0].lot_id
        true_up.elects(MEMBER, 2003, (first, 500_000))
        true_up.reaches(2003, Stage.CURE)
        assert true_up.obligation(MEMBER, 2003).short_tonnes == 9_000_000
        true_up.reaches(2003, Stage.CLOSED)
        closing = true_up.closing(MEMBER, 2003)
        assert true_up.obligation(MEMBER, 2003).status is ComplianceStatus.IN_COMPLIANCE
        assert ledger.lots(f"{MEMBER}/1") == []
        assert [(lot.tonnes, int(lot.restrictions)) for lot in ledger.lots(f"{MEMBER}/3")] == [
            (225_000, 0),
            (175_000, int(Restriction.SPECIAL_RESERVE)),
            (100_000, int(Restriction.SUPER_REDUCTION)),
        ]
        assert (closing.banked_tonnes, closing.special_reserve_tonnes) == (225_000, 175_000)
        assert (closing.super_reduction_tonnes, closing.barred_tonnes) == (100_000, 0)

    def test_marks_go_from_account_to_account_and_pass_by_what_is_locked(
        self, true_up: TrueUpLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        retiring_in_millions(monkeypatch)
        ledger = true_up.ledger
        ledger.given_account(MEMBER)
        true_up.member(MEMBER, 10_000_000)
        true_up.emitted(MEMBER, 2003, 9_500_000)
        ledger.given_lot(f"{MEMBER}/1", 9_500_000)
        for account, tonnes in ((1, 100_000), (3, 80_000), (3, 100_000), (3, 20_000)):
            ledger.given_lot(f"{MEMBER}/{account}", tonnes)
        ledger.given_lot(f"{MEMBER}/1", 100_000, 2003, Instrument.XMO)
        true_up.reaches(2003, Stage.CURE)
        held = Lock(reason=LockReason.DELAYED_TRANSFER, act_id=Hash(bytes(32)))
        ledger.given(put(LOTS, f"{MEMBER}/3", replace(ledger.lots(f"{MEMBER}/3")[1], lock=held)))
        true_up.reaches(2003, Stage.CLOSED)
        assert [(lot.tonnes, int(lot.restrictions)) for lot in ledger.lots(f"{MEMBER}/3")] == [
            (80_000, int(Restriction.SUPER_REDUCTION)),
            (100_000, 0),
            (20_000, int(Restriction.SUPER_REDUCTION)),
        ]
        closing = true_up.closing(MEMBER, 2003)
        assert (closing.super_reduction_tonnes, closing.special_reserve_tonnes) == (100_000, 100_000)

    def test_a_holder_admitted_meanwhile_changes_nothing(self, true_up: TrueUpLedger) -> None:
        member(true_up, 300)
        for _ in range(3):
            true_up.ledger.given_lot(f"{MEMBER}/1", 100)
        true_up.ledger.given_holder("all-of-them-before")
        true_up.reaches(2003, Stage.CURE)
        assert true_up.obligation(MEMBER, 2003).short_tonnes == 0


class TestALotThatIsVeryLarge:
    """Its retirement is cut into pieces of tonnes, so that no block writes all its pages."""

    TONNES = 4_000_500
    HALF = 100

    @pytest.fixture(params=[False, True], ids=["earliest first", "chosen"])
    def work(
        self,
        request: pytest.FixtureRequest,
        true_up: TrueUpLedger,
        monkeypatch: pytest.MonkeyPatch,
    ) -> list[int]:
        """The work units of each block that settles it: half a block's are those of a piece."""
        retiring_in_millions(monkeypatch)
        monkeypatch.setattr("cfi.contracts.transition.block.MAX_BLOCK_GAS", 2 * self.HALF)
        ledger = true_up.ledger
        true_up.member(MEMBER, self.TONNES)
        true_up.emitted(MEMBER, 2003, self.TONNES)
        lot = ledger.given_lot(f"{MEMBER}/1", self.TONNES + 1_000)
        true_up.reaches(2003, Stage.ELECTIONS)
        if request.param:
            true_up.elects(MEMBER, 2003, (lot, self.TONNES + 1_000))
        return blocks_until(true_up, Stage.CURE)

    def test_no_block_does_much_more_than_half_of_what_it_may(self, work: list[int]) -> None:
        assert max(work) < 2 * self.HALF
        assert len(work) > 2

    @pytest.mark.usefixtures("work")
    def test_it_comes_to_what_one_piece_would_come_to(self, true_up: TrueUpLedger) -> None:
        emitted = true_up.obligation(MEMBER, 2003)
        assert (emitted.short_tonnes, emitted.surrendered_tonnes) == (0, self.TONNES)
        (rest,) = true_up.ledger.lots(f"{MEMBER}/1")
        assert (rest.tonnes, rest.locked) == (1_000, False)
        (retired,) = true_up.ledger.state.retired.of(f"{MEMBER}/2").all()
        assert (retired.first, retired.tonnes) == (rest.first + 1_000, self.TONNES)
        assert list(true_up.ledger.state.elections.of(MEMBER).all()) == []


class TestARetirementAccountThatIsFull:
    def test_neighbours_retired_alike_take_one_row(
        self, true_up: TrueUpLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        member(true_up, 500)
        ledger = true_up.ledger
        for _ in range(5):
            ledger.given_lot(f"{MEMBER}/1", 100)
        true_up.reaches(2003, Stage.ELECTIONS)
        full(monkeypatch, ledger, f"{MEMBER}/2", 1)
        true_up.reaches(2003, Stage.CURE)
        assert ledger.retired(f"{MEMBER}/2") == ["XA-2003-0000000001-0000000500"]

    @pytest.mark.parametrize("chosen", [False, True])
    def test_the_rest_stays_free_and_is_owed_on_until_there_is_another(
        self, true_up: TrueUpLedger, monkeypatch: pytest.MonkeyPatch, *, chosen: bool
    ) -> None:
        member(true_up, 300)
        ledger = true_up.ledger
        lots = [ledger.given_lot(f"{MEMBER}/{account}", 100) for account in (1, 3, 1, 3, 1)]
        true_up.reaches(2003, Stage.ELECTIONS)
        if chosen:
            true_up.elects(MEMBER, 2003, *((lot, 100) for lot in lots[::2]))
        full(monkeypatch, ledger, f"{MEMBER}/2", 2)
        true_up.reaches(2003, Stage.CURE)
        assert true_up.obligation(MEMBER, 2003).short_tonnes == 100
        assert not any(lot.locked for lot in ledger.lots(f"{MEMBER}/1"))

        cure = DeliverCure(
            compliance_year=Year(2003),
            account_id=AccountId(f"{MEMBER}/1"),
            lot_id=lots[4],
            tonnes=Tonnes(100),
        )
        ledger.when(cure, MEMBER)
        ledger.refused("ACCOUNT_FULL", "RB 5.3.2", {"account_kind": "retirement"})
        ledger.given_account(MEMBER, AccountKind.RETIREMENT)
        ledger.when(cure, MEMBER)
        ledger.done(short_tonnes=0)
        assert ledger.retired(f"{MEMBER}/4") == ["XA-2003-0000000401-0000000500"]

    def test_the_next_one_takes_the_rest(
        self, true_up: TrueUpLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        member(true_up, 300)
        ledger = true_up.ledger
        ledger.given_account(MEMBER, AccountKind.RETIREMENT)
        for account in (1, 3, 1, 3, 1):
            ledger.given_lot(f"{MEMBER}/{account}", 100)
        full(monkeypatch, ledger, f"{MEMBER}/2", 2)
        true_up.reaches(2003, Stage.CURE)
        assert true_up.obligation(MEMBER, 2003).short_tonnes == 0
        assert ledger.retired(f"{MEMBER}/4") == ["XA-2003-0000000401-0000000500"]

    def test_nothing_is_taken_at_the_close_either(
        self, true_up: TrueUpLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        member(true_up, 300)
        ledger = true_up.ledger
        ledger.given_lot(f"{MEMBER}/1", 300)
        full(monkeypatch, ledger, f"{MEMBER}/2", 0)
        true_up.reaches(2003, Stage.CLOSED)
        row = true_up.obligation(MEMBER, 2003)
        assert (row.status, row.short_tonnes) == (ComplianceStatus.OUT_OF_COMPLIANCE, 300)
        assert ledger.tonnes(f"{MEMBER}/1") == 300

    def test_what_a_participant_holds_stays(
        self, true_up: TrueUpLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ledger = true_up.ledger
        ledger.given_holder("fund", HolderClass.EXCHANGE_PARTICIPANT)
        for vintage in (2003, 2004):
            ledger.given_lot("fund/1", 100, vintage)
        full(monkeypatch, ledger, "fund/2", 1)
        true_up.reaches(2003, Stage.CURE)
        assert ledger.held("fund/1") == ["XA-2004-0000000001-0000000100"]


def test_all_of_the_work_is_dated_when_it_began(
    true_up: TrueUpLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cfi.contracts.transition.block.MAX_BLOCK_GAS", 100)
    member(true_up, 300)
    ledger = true_up.ledger
    ledger.given_lot(f"{MEMBER}/1", 300)
    true_up.reaches(2003, Stage.ELECTIONS)
    row = ledger.state.true_ups.get(number_key(2003))
    assert row is not None
    ledger.seal()
    for later in range(9):
        execution = begin_block(ledger.store, Window(), Instant(row.settles_at + later))
        finish_block(execution)
        ledger.store.seal(execution.overlay)
    (retired,) = StateView(ledger.store.overlay()).retired.of(f"{MEMBER}/2").all()
    assert retired.at == row.settles_at


def splits(number: int) -> Iterator[TransferLot]:
    """A lot of 100 t a time into another account."""
    for _ in range(number):
        yield TransferLot(
            source=AccountId(f"{MEMBER}/1"),
            target=AccountId(f"{MEMBER}/3"),
            lot_id=LotId("XA-2003-0000000001"),
            tonnes=Tonnes(100),
        )


def test_a_member_of_very_many_lots_takes_several_blocks_of_at_most_half_their_budget(
    true_up: TrueUpLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cfi.contracts.transition.block.MAX_BLOCK_GAS", 1_000)
    ledger = true_up.ledger
    ledger.given_account(MEMBER)
    true_up.member(MEMBER, 100_000)
    true_up.allocated(MEMBER, 2003)
    true_up.emitted(MEMBER, 2003, 99_000)
    for message in splits(900):
        ledger.when(message, MEMBER)
        ledger.done()
    true_up.scheduled(2003)
    row = ledger.state.true_ups.get(number_key(2003))
    assert row is not None
    ledger.seal()
    blocks, seen = 0, []
    while ledger.state.true_ups.get(number_key(2003)).stage is not Stage.CLOSED:  # type: ignore[union-attr]
        execution = begin_block(ledger.store, Window(), row.closes_at)
        finish_block(execution)
        assert execution.gas < 500 + 300
        ledger.store.seal(execution.overlay)
        ledger.state = StateView(ledger.store.overlay())
        seen += [work.work for work in ledger.state.true_up_work.of("exchange").all()]
        blocks += 1
        assert blocks < 100
    assert Work.SETTLEMENT in seen
    assert true_up.obligation(MEMBER, 2003).status is ComplianceStatus.IN_COMPLIANCE
    assert len(list(ledger.state.retired.of(f"{MEMBER}/2").all())) == 1
