"""The durable copy: what was committed comes back, and what was changed is noticed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cfi.contracts.state import durable
from cfi.contracts.state.table import account_owner
from cfi.node.storage.database import DamagedError, Database
from cfi.node.storage.ledger_store import LedgerStore
from tests.node.chain import COMPANY, Chain, make_chain, open_chain

BLOCKS = 4
OWNER = account_owner(f"{COMPANY}/1")


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    return make_chain(tmp_path, BLOCKS)


def test_a_new_store_has_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "store")
    store = LedgerStore(database)
    assert store.committed() is None
    assert store.load() is None
    assert store.receipt(bytes(32)) is None
    database.close()


def test_what_was_committed_comes_back(chain: Chain, tmp_path: Path) -> None:
    before = chain.application
    chain.close()
    again = open_chain(tmp_path)
    state = again.application.state
    assert (state.height, state.app_hash) == (BLOCKS, before.app_hash)
    assert again.application.window.heights() == before.window.heights()
    assert again.application.store.scrub() > 0
    again.close()


def test_an_act_has_its_place_and_its_receipt(chain: Chain) -> None:
    outcomes = chain.engine.make_block([]).outcomes
    assert outcomes == []
    height, ids = chain.application.window.heights()[0]
    found = chain.application.store.receipt(ids[1])
    assert found is not None
    assert (height, found[:2]) == (1, (1, 1))
    chain.close()


def test_an_accounts_movements_come_back_by_number(chain: Chain) -> None:
    summary = chain.application.state.overlay().summary(OWNER)
    assert summary is not None
    store = chain.application.store
    every = store.movements(OWNER, 1, summary.movement_count + 5)
    assert len(every) == summary.movement_count
    assert store.movements(OWNER, 2, 3) == every[1:3]
    chain.close()


def row_of(database: Database) -> bytes:
    return next(key for key, _ in database.items(durable.ROWS + OWNER))


DAMAGE: list[tuple[str, Callable[[Database], None], str]] = [
    #  sentence                       change                                                                       what is said
    ("a row is changed",              lambda db: db.write([(row_of(db), bytes(11) + b"\x01" + b"\x80")]),          "have root"),
    ("a row is gone",                 lambda db: db.write([(row_of(db), None)]),                                   "have root"),
    ("a row is cut off",              lambda db: db.write([(row_of(db), bytes(12))]),                              "a row is cut off"),
    ("a row has no owner",            lambda db: db.write([(b"rAzz\x00\x31", bytes(13))]),                         "a row has no owner"),
    ("a public row is gone",          lambda db: db.write([(next(iter(db.items(b"p")))[0], None)]),                "have root"),
    ("the height is unreadable",      lambda db: db.write([(b"M", b"")]),                                          "own height is unreadable"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "change", "said"), DAMAGE, ids=[row[0] for row in DAMAGE])
def test_a_changed_store_stops_the_node(
    chain: Chain, sentence: str, change: Callable[[Database], None], said: str
) -> None:
    change(chain.database)
    with pytest.raises(DamagedError, match=said):
        chain.application.store.load()
    chain.close()
