"""A block's writes over the committed state: what they show, and what they can't be."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from cfi.contracts.state.changes import (
    NO_CHANGES,
    Changes,
    Reseed,
    drop,
    open_holder_owner,
    put,
)
from cfi.contracts.state.durable import movement_key
from cfi.contracts.state.moves import transfer
from cfi.contracts.state.overlay import CHAIN_START, SUMMARY_KEY
from cfi.contracts.state.parameters import required_value, value_of
from cfi.contracts.state.row_tree import seed_commitment
from cfi.contracts.state.rows.access import KEYS, PROPOSALS, USERS, Proposal
from cfi.contracts.state.rows.custody import SUMMARY, Movement
from cfi.contracts.state.running import Running
from cfi.contracts.state.table import account_owner, holder_owner
from cfi.contracts.transition.apply import commit
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import Height, Instant, SmallCode, Tonnes
from cfi.contracts.wire.refusal import InvariantBroken, Refusal, RefusedError
from cfi.contracts.wire.schema import Data, Hash, SchemaError, schema_of
from cfi.contracts.wire.text import AccountId, HolderId, UserId
from tests.contracts.ledger import Ledger, seed_of
from tests.contracts.people import given_key, key_named

ONE, TWO = AccountId("company-a/1"), AccountId("company-b/1")


def proposal(number: int, expires_at: int) -> Proposal:
    return Proposal(
        proposal_id=Hash(bytes([number]) * 32),
        message_number=SmallCode(300),
        body=Data(b""),
        proposed_by=UserId("officer-1"),
        proposer_holder=HolderId("exchange"),
        proposed_at=Height(1),
        expires_at=Instant(expires_at),
    )


def due(ledger: Ledger) -> list[int]:
    return [item[0] for item in ledger.overlay.due_items()]


class TestIndexes:
    def test_a_key_is_found_before_and_after_it_is_committed(self, ledger: Ledger) -> None:
        row = given_key(ledger, "company-a", "company-a-user", "a")
        assert ledger.state.keys.find(row) is not None
        ledger.seal()
        assert ledger.state.keys.find(row) is not None

    def test_a_dropped_key_is_found_no_more(self, ledger: Ledger) -> None:
        given_key(ledger, "company-a", "company-a-user", "a")
        ledger.seal()
        (row,) = ledger.state.keys.of("company-a").all()
        ledger.given(drop(KEYS, "company-a", row))
        assert ledger.state.keys.find(key_named("a")) is None
        ledger.seal()
        assert ledger.state.keys.find(key_named("a")) is None
        assert ledger.store.find(KEYS.tag, key_named("a")) is None

    def test_due_work_moves_with_its_row(self, ledger: Ledger) -> None:
        ledger.given(*(put(PROPOSALS, "exchange", proposal(n, 10 * n)) for n in (1, 2, 3)))
        ledger.seal()
        ledger.given(
            put(PROPOSALS, "exchange", proposal(1, 25)),
            drop(PROPOSALS, "exchange", proposal(2, 20)),
        )
        assert due(ledger) == [25, 30]
        ledger.given(
            put(PROPOSALS, "exchange", proposal(1, 10)), put(PROPOSALS, "exchange", proposal(4, 5))
        )
        assert due(ledger) == [5, 10, 30]
        before = due(ledger)
        ledger.seal()
        assert due(ledger) == before


class TestOwners:
    def test_rows_are_counted(self, ledger: Ledger) -> None:
        owner = holder_owner("company-a")
        before = ledger.overlay.row_count(owner)
        user_id = ledger.given_user("company-a", "another")
        assert ledger.overlay.row_count(owner) == before + 1
        row = ledger.state.users.of("company-a").get(user_id)
        assert row is not None
        ledger.given(put(USERS, "company-a", replace(row, officer=False)))
        assert ledger.overlay.row_count(owner) == before + 1
        ledger.given(drop(USERS, "company-a", row))
        assert ledger.overlay.row_count(owner) == before
        ledger.seal()
        assert ledger.overlay.row_count(owner) == before

    def test_a_new_seed_is_committed_to(self, ledger: Ledger) -> None:
        ledger.seal()
        owner, seed = account_owner(ONE), seed_of("another")
        ledger.given(Reseed(owner, seed))
        summary = ledger.overlay.summary(owner)
        assert summary is not None
        assert summary.seed_commitment == seed_commitment(seed) == sha256(b"\x02" + seed).digest()

    def test_an_owner_is_opened_once(self, ledger: Ledger) -> None:
        with pytest.raises(InvariantBroken, match="opened twice"):
            ledger.given(open_holder_owner("company-a", seed_of("x")))

    def test_nothing_is_written_for_nobody(self, ledger: Ledger) -> None:
        (row,) = ledger.state.users.of("company-a").all()
        with pytest.raises(InvariantBroken, match="never opened"):
            ledger.given(put(USERS, "nobody", row))
        assert ledger.overlay.summary(holder_owner("nobody")) is None

    def test_an_operation_has_a_kind(self, ledger: Ledger) -> None:
        unknown: Any = object()
        with pytest.raises(InvariantBroken, match="no known kind"):
            ledger.overlay.apply(Changes(operations=(unknown,)))

    def test_a_row_that_is_out_of_range_writes_none_of_them(self, ledger: Ledger) -> None:
        (row,) = ledger.state.users.of("company-a").all()
        wrong: Any = replace(row, user_id=UserId("two words"))
        before = ledger.tables()
        changes = Changes.of(put(USERS, "company-b", row), put(USERS, "company-a", wrong))
        with pytest.raises(SchemaError, match=r"^User\.user_id: not an identifier"):
            ledger.overlay.apply(changes)
        assert ledger.tables() == before
        assert not ledger.overlay.spoilt

    def test_what_is_written_in_part_is_spoilt(self, ledger: Ledger) -> None:
        (row,) = ledger.state.users.of("company-a").all()
        assert not ledger.overlay.spoilt
        with pytest.raises(InvariantBroken, match="never opened"):
            ledger.given(put(USERS, "company-b", row), put(USERS, "nobody", row))
        assert ledger.overlay.spoilt

    def test_no_changes_write_nothing(self, ledger: Ledger) -> None:
        before = ledger.tables()
        commit(ledger.overlay, NO_CHANGES)
        assert ledger.tables() == before


class TestMovements:
    def test_they_are_numbered_and_chained(self, ledger: Ledger) -> None:
        ledger.given_lot(ONE, 300)
        ledger.seal()
        (lot,) = ledger.lots(ONE)
        for source, target in ((ONE, TWO), (TWO, ONE)):
            context = ledger.context(source[:-2], f"{source[:-2]}-user")
            commit(ledger.overlay, transfer(context, lot, Tonnes(300), source, target))
        writes = dict(ledger.overlay.movement_writes())
        assert list(writes) == [
            movement_key(account_owner(ONE), 2),
            movement_key(account_owner(ONE), 3),
            movement_key(account_owner(TWO), 1),
            movement_key(account_owner(TWO), 2),
        ]
        chain: bytes = CHAIN_START
        for number in (1, 2):
            raw = writes[movement_key(account_owner(TWO), number)]
            assert raw is not None
            chain = sha256(chain + raw).digest()
        summary = ledger.overlay.summary(account_owner(TWO))
        assert summary is not None
        assert (summary.movement_count, summary.movement_chain, summary.totals) == (2, chain, ())

    def test_no_more_leaves_than_there_is(self, ledger: Ledger) -> None:
        ledger.given_lot(ONE, 300)
        (lot,) = ledger.lots(ONE)
        commit(
            ledger.overlay,
            transfer(ledger.context("company-a", "company-a-user"), lot, Tonnes(300), ONE, TWO),
        )
        (raw,) = ledger.overlay.movements[account_owner(TWO)]
        incoming = schema_of(Movement).decode(raw)
        row = ledger.overlay.owned(account_owner(ONE), SUMMARY_KEY)
        assert row is not None
        with pytest.raises(InvariantBroken, match="more tonnes leave"):
            Running(row).record(replace(incoming, incoming=False), raw)

    def test_no_more_comes_than_a_total_may_be(self, ledger: Ledger) -> None:
        ledger.given_lot(ONE, 300)
        row = ledger.overlay.owned(account_owner(ONE), SUMMARY_KEY)
        assert row is not None
        (raw,) = ledger.overlay.movements[account_owner(ONE)]
        incoming = schema_of(Movement).decode(raw)
        with pytest.raises(InvariantBroken, match="more than it can"):
            Running(row).record(replace(incoming, tonnes=Tonnes(10**12)), raw)

    def test_a_first_row_is_written_as_its_schema_writes_it(self, ledger: Ledger) -> None:
        ledger.given_lot(ONE, 300)
        ledger.given_lot(ONE, 200, instrument=Instrument.XSO)
        row = ledger.overlay.owned(account_owner(ONE), SUMMARY_KEY)
        summary = ledger.overlay.summary(account_owner(ONE))
        assert summary is not None and row is not None and len(summary.totals) == 2
        assert row == SUMMARY.schema.encode(summary) == Running(row).encode()


class TestParameters:
    def test_one_that_every_genesis_sets(self, ledger: Ledger) -> None:
        ledger.parameter("some_days", 7)
        assert value_of(ledger.state, "some_days", ledger.height) == 7
        with pytest.raises(InvariantBroken, match="the genesis sets no other_days"):
            value_of(ledger.state, "other_days", ledger.height)

    def test_one_that_the_programme_may_not_have_set(self, ledger: Ledger) -> None:
        with pytest.raises(RefusedError) as caught:
            required_value(ledger.state, "other_days", ledger.height, "RB 3.14")
        assert (caught.value.refusal, caught.value.facts) == (
            Refusal.PARAMETER_NOT_SET,
            {"parameter": "other_days"},
        )
