"""The committed state against a plain copy of its rows; taking back; loading; founding."""

import pytest

from cfi.contracts.state.durable import PUBLIC_ROWS, ROWS, SEEDS, split_row_key
from cfi.contracts.state.store import State
from cfi.contracts.state.table import OwnerKey, RowKey
from cfi.contracts.wire.schema import Hash, Seed
from tests.contracts.ledger import Ledger
from tests.contracts.state.heights import Kept, Writer, kept, plain_root

HEIGHTS = 12


def loaded(copy: Kept) -> State:
    state = State()
    owners = ((name, Seed(seed), dict(rows)) for name, (seed, rows) in copy.owners.items())
    state.load(copy.height, owners, copy.public, Hash(copy.app_hash))
    return state


@pytest.mark.parametrize("number", range(4))
def test_the_root_is_the_one_of_the_rows(number: int) -> None:
    writer = Writer(number)
    for _ in range(HEIGHTS):
        writer.write()
        assert writer.ledger.seal() == plain_root(kept(writer.ledger.store))


@pytest.mark.parametrize("number", range(8))
def test_a_height_taken_back_leaves_nothing(number: int) -> None:
    writer = Writer(number)
    state = writer.ledger.store
    copies = [kept(state)]
    for _ in range(HEIGHTS):
        writer.write()
        writer.ledger.seal()
        copies.append(kept(state))
    for copy in reversed(copies[:-1]):
        state.take_back()
        assert kept(state) == copy


@pytest.mark.parametrize("number", range(4))
def test_a_height_sealed_again_is_the_same(number: int) -> None:
    writer = Writer(number)
    for _ in range(HEIGHTS):
        writer.write()
        state, overlay = writer.ledger.store, writer.ledger.overlay
        first, root = state.seal(overlay), state.app_hash
        state.take_back()
        assert (state.seal(overlay), state.app_hash) == (first, root)
        writer.ledger.overlay = state.overlay()
        writer.ledger.state = type(writer.ledger.state)(writer.ledger.overlay)


@pytest.mark.parametrize("number", range(4))
def test_a_loaded_state_is_the_same_and_goes_on_the_same(number: int) -> None:
    writer = Writer(number)
    for _ in range(HEIGHTS):
        writer.write()
        writer.ledger.seal()
    again = loaded(kept(writer.ledger.store))
    assert kept(again) == kept(writer.ledger.store)
    writer.write()
    overlay = writer.ledger.overlay
    assert again.seal(overlay) == writer.ledger.store.seal(overlay)
    assert kept(again) == kept(writer.ledger.store)


@pytest.mark.parametrize("number", range(4))
def test_the_writes_make_a_true_copy(number: int) -> None:
    writer = Writer(number)
    disk: dict[bytes, bytes] = {}
    for _ in range(HEIGHTS):
        writer.write()
        for key, value in writer.ledger.store.seal(writer.ledger.overlay):
            if value is None:
                del disk[key]
            else:
                disk[key] = value
        writer.ledger.overlay = writer.ledger.store.overlay()
        writer.ledger.state = type(writer.ledger.state)(writer.ledger.overlay)
    copy = kept(writer.ledger.store)
    rows: dict[OwnerKey, dict[RowKey, bytes]] = {}
    for key in sorted(disk):
        if key[:1] == ROWS:
            owner, row_key = split_row_key(key)
            rows.setdefault(owner, {})[row_key] = disk[key]
    seeds = {OwnerKey(key[1:]): disk[key] for key in sorted(disk) if key[:1] == SEEDS}
    assert {name: (seeds[name], rows[name]) for name in seeds} == copy.owners
    public = {RowKey(key[1:]): disk[key] for key in sorted(disk) if key[:1] == PUBLIC_ROWS}
    assert public == copy.public


def test_a_block_that_changes_nothing_changes_no_hash(ledger: Ledger) -> None:
    before = ledger.seal()
    ledger.parameter("proposal_seconds", 30 * 86_400)
    ledger.given()
    assert ledger.seal() == before


def test_a_state_is_founded_at_height_0_and_once(ledger: Ledger) -> None:
    state = State()
    batch = state.found(ledger.overlay)
    assert (state.height, len(state.undos)) == (0, 0)
    assert state.app_hash == plain_root(kept(state))
    assert batch
    with pytest.raises(AssertionError, match="founded once"):
        state.found(ledger.overlay)


def test_there_is_nothing_of_an_owner_that_is_not_there() -> None:
    state, nobody = State(), OwnerKey(b"Hnobody")
    assert state.owned(nobody, RowKey(b"\x20x")) is None
    assert (state.owned_keys(nobody, 0x20), state.row_count(nobody)) == ([], 0)
    assert (state.owners(b"H"), state.public(RowKey(b"\xa0x"))) == ([], None)
    assert (state.public_keys(0xA0), state.find(0x21, b"x"), list(state.due_items())) == (
        [],
        None,
        [],
    )
    assert state.app_hash == bytes(32)
