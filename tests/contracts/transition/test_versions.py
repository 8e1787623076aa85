"""Each height is decided by the rules of its time, and by no program that lacks them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from cfi.contracts.state.changes import Changes, put_public
from cfi.contracts.state.rows.governance import CLOCK, UPGRADES, Clock, Upgrade
from cfi.contracts.state.view import StateView
from cfi.contracts.transition import dispatch
from cfi.contracts.transition.act import Act, Inadmissible, InadmissibleError
from cfi.contracts.transition.block import Execution, begin_block, finish_block
from cfi.contracts.transition.dispatch import (
    DUE,
    RULE_BOOKS,
    RULES,
    SUPPORTED_APP_VERSIONS,
    RuleBook,
    UnsupportedVersionError,
    rule_book_at,
)
from cfi.contracts.transition.window import Window
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.messages.custody.open_account import OpenAccount
from cfi.contracts.wire.quantities import Count, Height, Instant
from cfi.contracts.wire.schema import Hash
from tests.contracts.ledger import NOW, Ledger, seed_of
from tests.contracts.people import given_key, key_named

NEW = Instant(12_345)


def open_account_v2(state: StateView, message: OpenAccount, block: BlockContext) -> Changes:
    """A second version of a rule, which does something else."""
    del state, message, block
    return Changes.of(put_public(CLOCK, Clock(now=NEW)))


def with_second_version(monkeypatch: pytest.MonkeyPatch, rules: Mapping[type[Any], Any]) -> None:
    books = {**RULE_BOOKS, 2: RuleBook(MappingProxyType(dict(rules)), DUE)}
    monkeypatch.setattr(dispatch, "RULE_BOOKS", MappingProxyType(books))


def upgraded_at(ledger: Ledger, height: int) -> None:
    """A ledger at height 1 with a key and an upgrade."""
    given_key(ledger, "company-a", "company-a-user", "a")
    ledger.given(put_public(UPGRADES, Upgrade(from_height=Height(height), app_version=Count(2))))
    ledger.store.height = -1
    ledger.seal()


def act(number: int) -> Act:
    act_id = Hash(number.to_bytes(32, "big"))
    message = OpenAccount(seed=seed_of(str(number)), retirement=False)
    return Act(
        act_id,
        act_id,
        key_named("a"),
        "sim-test",
        Height(10),
        NUMBERS[OpenAccount],
        message,
    )


def block(ledger: Ledger, number: int) -> Execution:
    execution = begin_block(ledger.store, Window(), Instant(NOW))
    execution.execute(act(number))
    finish_block(execution)
    ledger.store.seal(execution.overlay)
    return execution


def test_the_height_before_tells_the_engine(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_second_version(monkeypatch, RULES)
    upgraded_at(ledger, 3)
    assert [block(ledger, height).next_app_version for height in (1, 2, 3, 4)] == [
        None,
        2,
        None,
        None,
    ]


def test_each_height_has_the_rules_of_its_time(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_second_version(monkeypatch, {**RULES, OpenAccount: open_account_v2})
    upgraded_at(ledger, 3)
    seen = []
    for height in (1, 2, 3):
        block(ledger, height)
        view = StateView(ledger.store)
        seen.append((len(view.account_ids("company-a")), view.clock.get(b"now")))
    assert seen == [(3, None), (4, None), (4, Clock(now=NEW))]


def test_a_program_that_lacks_them_stops_before(ledger: Ledger) -> None:
    upgraded_at(ledger, 2)
    assert block(ledger, 1).next_app_version == 2
    before = ledger.store.app_hash
    with pytest.raises(UnsupportedVersionError) as caught:
        begin_block(ledger.store, Window(), Instant(NOW))
    assert (caught.value.height, caught.value.app_version) == (2, 2)
    assert str(caught.value) == (
        "from height 2 on the rules have version 2, this program knows up to version 1: "
        "install one that knows it and start again"
    )
    assert (ledger.store.height, ledger.store.app_hash) == (1, before)


def test_a_message_of_a_later_version_is_inadmissible_until_then(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = {kind: rule for kind, rule in RULES.items() if kind is not OpenAccount}
    books = {1: RuleBook(MappingProxyType(first), DUE), 2: RULE_BOOKS[1]}
    monkeypatch.setattr(dispatch, "RULE_BOOKS", MappingProxyType(books))
    upgraded_at(ledger, 2)
    execution = begin_block(ledger.store, Window(), Instant(NOW))
    with pytest.raises(InadmissibleError) as caught:
        execution.execute(act(1))
    assert caught.value.reason is Inadmissible.MALFORMED
    finish_block(execution)
    ledger.store.seal(execution.overlay)
    assert block(ledger, 2).outcomes[0].receipt is not None


def test_this_program_knows_every_version_since_the_first(ledger: Ledger) -> None:
    assert tuple(range(1, len(RULE_BOOKS) + 1)) == SUPPORTED_APP_VERSIONS
    assert rule_book_at(ledger.state, 1) is RULE_BOOKS[1]
