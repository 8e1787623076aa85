"""Which keys speak for somebody: looked up once, and again when it may have changed."""

from dataclasses import replace

import pytest

from cfi.contracts.state.changes import put
from cfi.contracts.state.rows.access import KEYS, UserKey
from cfi.contracts.wire.quantities import Instant
from cfi.node import live_keys as live_keys_module
from cfi.node.live_keys import LiveKeys
from tests.contracts.ledger import NOW, Ledger
from tests.contracts.people import given_key, key_named

KEY = key_named("a")


@pytest.fixture
def keyed() -> Ledger:
    """A ledger whose company-a has a key."""
    ledger = Ledger()
    ledger.given_holder("company-a")
    given_key(ledger, "company-a", "company-a-user", "a")
    return ledger


def row(ledger: Ledger) -> UserKey:
    found = ledger.state.keys.find(KEY)
    assert found is not None
    return found[1]


def test_a_key_is_looked_up_once(keyed: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = LiveKeys()
    assert keys.lives(keyed.state, KEY, NOW)
    monkeypatch.setattr(live_keys_module, "live_signer", None)
    assert keys.lives(keyed.state, KEY, Instant(NOW + 10**9))


def test_a_revoked_key_speaks_for_nobody_once_it_is_looked_up_again(keyed: Ledger) -> None:
    keys = LiveKeys()
    assert keys.lives(keyed.state, KEY, NOW)
    keyed.given(put(KEYS, "company-a", replace(row(keyed), revoked=True)))
    keys.forget()
    assert not keys.lives(keyed.state, KEY, NOW)


def test_a_key_has_its_time(keyed: Ledger) -> None:
    keys = LiveKeys()
    begin, end = Instant(NOW + 10), Instant(NOW + 20)
    keyed.given(put(KEYS, "company-a", replace(row(keyed), valid_from=begin, valid_to=end)))
    told = [keys.lives(keyed.state, KEY, Instant(NOW + at)) for at in (0, 9, 10, 19, 20, 30)]
    assert told == [False, False, True, True, False, False]


def test_a_key_that_nobody_has_is_not_remembered(keyed: Ledger) -> None:
    keys = LiveKeys()
    assert not keys.lives(keyed.state, key_named("nobody's"), NOW)
    assert keys._known == {}
