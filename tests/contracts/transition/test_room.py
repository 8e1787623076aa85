"""No act takes an owner over the rows that it may have, whatever its rule asked before."""

from dataclasses import replace

import pytest

from cfi.contracts.state.changes import Changes, drop, put
from cfi.contracts.state.rows.access import KEYS, UserKey
from cfi.contracts.state.rows.custody import LOTS, Lot
from cfi.contracts.state.rows.true_up import (
    LATE_TRUE_UPS,
    SHORTFALLS,
    LateStep,
    LateTrueUp,
    Shortfall,
)
from cfi.contracts.state.table import account_owner, holder_owner
from cfi.contracts.transition.apply import commit
from cfi.contracts.transition.room import require_room
from cfi.contracts.wire.limits import ROWS_KEPT_FOR_DUE_WORK
from cfi.contracts.wire.messages.custody.set_protections import SetProtections
from cfi.contracts.wire.quantities import Instant, Seconds, Serial, Tonnes, Year
from cfi.contracts.wire.refusal import InvariantBroken, Refusal, RefusedError
from cfi.contracts.wire.text import HolderId, UserId
from tests.contracts.ledger import Ledger
from tests.contracts.people import key_named
from tests.contracts.room import fill

OWN = HolderId("company-a")
OTHER = HolderId("company-b")


@pytest.fixture
def full(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """A ledger whose holders have as many rows as acts may give them, and company A a lot."""
    ledger.given_lot("company-a/1", 300)
    ledger.given_lot("company-b/1", 300)
    counts = [
        ledger.overlay.row_count(owner)
        for owner in (holder_owner(OWN), holder_owner(OTHER), account_owner("company-a/1"))
    ]
    assert counts == [3, 3, 3]
    monkeypatch.setattr("cfi.contracts.transition.room.ROWS_KEPT_FOR_SAFETY", 0)
    monkeypatch.setattr(
        "cfi.contracts.transition.room.MAX_ROWS_PER_OWNER", 3 + ROWS_KEPT_FOR_DUE_WORK
    )
    return ledger


def shortfall(year: int) -> Shortfall:
    return Shortfall(
        year=Year(year), short_tonnes=Tonnes(100), reported=True, at=Instant(1_041_379_200)
    )


def user_key(name: str) -> UserKey:
    return UserKey(
        key=key_named(name),
        user_id=UserId("company-a-user"),
        valid_from=Instant(0),
        valid_to=None,
        revoked=False,
    )


def lot(ledger: Ledger) -> Lot:
    (only,) = ledger.lots("company-a/1")
    return only


class TestActs:
    @pytest.mark.parametrize(
        ("owner_id", "facts"), [(OWN, {"holder_id": OWN}), (OTHER, {})], ids=["own", "another's"]
    )
    def test_one_record_more_is_refused_and_only_ones_own_is_named(
        self, full: Ledger, owner_id: str, facts: dict[str, str]
    ) -> None:
        with pytest.raises(RefusedError) as caught:
            require_room(full.state, Changes.of(put(SHORTFALLS, owner_id, shortfall(2003))), OWN)
        answer = (caught.value.refusal, caught.value.section, caught.value.facts)
        assert answer == (Refusal.NO_ROOM_FOR_RECORDS, "ours", facts)

    @pytest.mark.parametrize(
        ("holder_id", "facts"), [(OWN, {"account_id": "company-a/1"}), (OTHER, {})]
    )
    def test_one_lot_more_is_refused(
        self, full: Ledger, holder_id: HolderId, facts: dict[str, str]
    ) -> None:
        more = replace(lot(full), first=Serial(10_001))
        with pytest.raises(RefusedError) as caught:
            require_room(full.state, Changes.of(put(LOTS, "company-a/1", more)), holder_id)
        assert caught.value.facts == facts

    def test_a_row_written_anew_needs_no_room(self, full: Ledger) -> None:
        require_room(full.state, Changes.of(put(LOTS, "company-a/1", lot(full))), OWN)

    def test_a_row_for_a_row_needs_no_room(self, full: Ledger) -> None:
        held = lot(full)
        parts = (
            put(LOTS, "company-a/1", replace(held, first=Serial(10_001))),
            drop(LOTS, "company-a/1", held),
        )
        require_room(full.state, Changes.of(*parts), OWN)

    def test_the_receipt_says_so_and_nothing_is_written(self, full: Ledger) -> None:
        full.given(put(SHORTFALLS, OWN, shortfall(2003)))
        before = full.tables()
        full.when(SetProtections(delay=Seconds(60), second_approver=False))
        full.refused("NO_ROOM_FOR_RECORDS", "ours", {"holder_id": OWN})
        assert full.tables() == before


class TestSafety:
    """Of a holder's records some are kept for keys in place of others, suspension, protections."""

    @pytest.fixture
    def full(self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Ledger:
        """A ledger in which company A has as many rows as ordinary acts may give it."""
        fill(ledger, OWN, monkeypatch, for_safety=1)
        return ledger

    def test_a_key_has_room_where_other_records_have_none(self, full: Ledger) -> None:
        require_room(full.state, Changes.of(put(KEYS, OWN, user_key("one"))), OWN)
        with pytest.raises(RefusedError):
            require_room(full.state, Changes.of(put(SHORTFALLS, OWN, shortfall(2003))), OWN)

    def test_full_records_keep_no_closed_year_from_being_trued_up(self, full: Ledger) -> None:
        late = LateTrueUp(
            year=Year(2003),
            holder_id=OWN,
            closes_at=Instant(0),
            due_at=Instant(0),
            step=LateStep.TAKE,
            progress=None,
        )
        require_room(full.state, Changes.of(put(LATE_TRUE_UPS, OWN, late)), OTHER)

    def test_no_more_keys_than_are_kept_room_for(self, full: Ledger) -> None:
        two = (put(KEYS, OWN, user_key(name)) for name in ("one", "two"))
        with pytest.raises(RefusedError):
            require_room(full.state, Changes.of(*two), OWN)

    def test_a_key_lends_its_room_to_no_other_record(self, full: Ledger) -> None:
        both = (put(KEYS, OWN, user_key("one")), put(SHORTFALLS, OWN, shortfall(2003)))
        with pytest.raises(RefusedError):
            require_room(full.state, Changes.of(*both), OWN)

    def test_accounts_keep_nothing_for_it(
        self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ledger.given_lot("company-a/1", 300)
        held = lot(ledger)
        rows = ledger.overlay.row_count(account_owner("company-a/1"))
        most = rows + 1 + ROWS_KEPT_FOR_DUE_WORK
        monkeypatch.setattr("cfi.contracts.transition.room.MAX_ROWS_PER_OWNER", most)
        more = put(LOTS, "company-a/1", replace(held, first=Serial(10_001)))
        require_room(ledger.state, Changes.of(more), OWN)


class TestDueWork:
    def test_it_may_use_what_is_kept_for_it(
        self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cfi.contracts.transition.room.MAX_ROWS_PER_OWNER", 4)
        commit(ledger.overlay, Changes.of(put(SHORTFALLS, OWN, shortfall(2003))))
        assert ledger.overlay.row_count(holder_owner(OWN)) == 4

    def test_beyond_that_it_is_our_mistake_and_nothing_is_written(
        self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cfi.contracts.transition.room.MAX_ROWS_PER_OWNER", 4)
        before = ledger.tables()
        two = (put(SHORTFALLS, OWN, shortfall(year)) for year in (2003, 2004))
        with pytest.raises(InvariantBroken, match="more rows than it may"):
            commit(ledger.overlay, Changes.of(*two))
        assert ledger.tables() == before
