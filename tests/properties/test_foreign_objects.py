"""A foreign object's id is answered like an id of nothing: nobody learns of others' accounts, lots,
facilities or acts by trying.
"""

import random
import typing
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

import pytest

from cfi.contracts.rules.custody.retire import retire
from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.rows.baseline import FACILITIES
from cfi.contracts.state.view import StateView
from cfi.contracts.transition.dispatch import DUE, RULE_BOOKS, RuleBook
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.codec import CodecError
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.messages.custody.retire import Retire
from cfi.contracts.wire.messages.true_up.schedule_true_up import ScheduleTrueUp
from cfi.contracts.wire.quantities import Instant, Year
from cfi.contracts.wire.receipts import Receipt
from cfi.contracts.wire.refusal import Fact, Refusal, require
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import AccountId, FacilityId, HolderId, LotId
from tests.contracts import ledger as ledgers
from tests.contracts.ledger import Ledger
from tests.contracts.rules.custody.market import DAY, given_standing, offer
from tests.effort import effort
from tests.properties.anything import MEMBERS, Anything

STORIES: Final = effort(sample=3, soak=300)
STEPS: Final = 150
FOREIGN_SHARE: Final = 0.6
TRIES: Final = 20
"""Of each kind of message in each story."""
OF_NOTHING: Final[dict[Any, Any]] = {
    AccountId: AccountId("nobody/1"),
    LotId: LotId("XA-2003-0999999901"),
    FacilityId: FacilityId("no-such-plant"),
    Hash: Hash(sha256(b"no act").digest()),
}
NAMING: Final[dict[type[Any], dict[str, Any]]] = {
    kind: named
    for kind in NUMBERS
    if (
        named := {
            name: hint
            for name, hint in typing.get_type_hints(kind).items()
            if hint in OF_NOTHING and name.endswith(("_id", "account", "source", "target"))
        }
    )
}
"""The kinds of messages that name objects, and in which fields."""


def give_objects(anything: Anything, holder_id: str) -> None:
    """A facility and a lot, and if the holder is active an offer and a proposal: nobody else may name
    them.
    """
    ledger = anything.ledger
    known = next(ledger.state.facilities.of(holder_id).all())
    works = replace(known, facility_id=FacilityId(f"works-of-{holder_id}"))
    ledger.given(put(FACILITIES, holder_id, works))
    lot_id = ledger.given_lot(f"{holder_id}/1", 1_000)
    given_standing(ledger, holder_id, until=ledger.now + DAY)
    account_id, buyer = AccountId(f"{holder_id}/1"), HolderId("nobody")
    expires_at = Instant(ledger.now + DAY)
    ledger.when(
        offer(account_id=account_id, lot_id=lot_id, buyer=buyer, expires_at=expires_at), holder_id
    )
    ledger.when(anything._proposed(ScheduleTrueUp(compliance_year=Year(2003))), holder_id)


def objects_of(ledger: Ledger, holder_id: str) -> dict[Any, set[Any]]:
    """What a holder may name as its own, by type."""
    state = ledger.state
    tables = (state.offers, state.incoming_offers, state.deliveries, state.proposals)
    waiting = [table.of(holder_id).keys() for table in tables]
    accounts = set(state.account_ids(holder_id))
    return {
        AccountId: accounts | {each.account_id for each in state.trusted.of(holder_id).all()},
        LotId: {lot.lot_id for account_id in accounts for lot in ledger.lots(account_id)},
        FacilityId: {each.facility_id for each in state.facilities.of(holder_id).all()},
        Hash: {key for keys in waiting for key in keys},
    }


def foreign_to(owned: dict[str, dict[Any, set[Any]]], holder_id: str) -> dict[Any, list[Any]]:
    """What the others may name and this holder may not, by type."""
    return {
        hint: sorted(set().union(*(each[hint] for each in owned.values())) - owned[holder_id][hint])
        for hint in OF_NOTHING
    }


def naming(anything: Anything, kind: type[Any], by: str, objects: dict[Any, list[Any]]) -> Any:
    """A message that names some objects of others, and otherwise what the signer may name."""
    message = anything.fill(kind, by)
    chosen = {
        name: anything.chance.choice(objects[hint])
        for name, hint in NAMING[kind].items()
        if objects[hint] and anything.chance.random() < FOREIGN_SHARE
    }
    return replace(message, **chosen)


def forget(ledger: Ledger) -> None:
    """Let go of what was done since the last height."""
    ledger.overlay = ledger.store.overlay()
    ledger.state = StateView(ledger.overlay)
    ledger._nonce.value = 0


def answer(ledger: Ledger, message: Any, by: str) -> Receipt | None:
    """What an act would come to; nothing stays of it. None if no such bytes are a message."""
    forget(ledger)
    try:
        return ledger.when(message, by)
    except CodecError:
        return None


def told(receipt: Receipt | None, renamed: dict[object, object]) -> object:
    """What the signer learns, foreign ids aside."""
    if receipt is None:
        return None
    facts: list[tuple[str, Fact]] = [
        (name, typing.cast(Fact, renamed.get(value, value))) for name, value in receipt.facts
    ]
    return receipt.code, receipt.section, facts


def compare(seed: int) -> set[type[Any]]:
    """Compare the answers of one story; returns the kinds of messages that named foreign objects."""
    named: set[type[Any]] = set()
    anything = Anything(random.Random(seed))
    for _ in range(STEPS):
        anything.step()
    for holder_id in MEMBERS:
        give_objects(anything, holder_id)
    ledger = anything.ledger
    ledger.seal()
    owned = {holder_id: objects_of(ledger, holder_id) for holder_id in MEMBERS}
    for kind in TRIES * list(NAMING):
        forget(ledger)
        by = anything.chance.choice(MEMBERS)
        objects = foreign_to(owned, by)
        message = naming(anything, kind, by, objects)
        instead = {
            name: OF_NOTHING[hint]
            for name, hint in NAMING[kind].items()
            if getattr(message, name) in objects[hint]
        }
        renamed = {getattr(message, name): nothing for name, nothing in instead.items()}
        found = told(answer(ledger, message, by), renamed)
        assert found == told(answer(ledger, replace(message, **instead), by), {}), message
        if instead and found is not None:
            named.add(kind)
    return named


def test_a_foreign_object_is_answered_like_none() -> None:
    named = set().union(*map(compare, range(STORIES)))
    assert named == set(NAMING), set(NAMING) - named


def test_a_rule_that_tells_of_it_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def telling(state: StateView, message: Retire, block: BlockContext) -> Changes:
        owner = HolderId(message.account_id.partition("/")[0])
        told_of = message.account_id in state.account_ids(owner)
        require(not told_of, Refusal.NOT_AUTHORISED, "ours", account_id=message.account_id)
        return retire(state, message, block)

    rules = {**RULE_BOOKS[1].rules, Retire: telling}
    monkeypatch.setattr(ledgers, "RULE_BOOKS", {1: RuleBook(rules, DUE)})
    with pytest.raises(AssertionError, match="Retire"):
        compare(0)
