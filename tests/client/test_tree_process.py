"""The trees in a process of their own are the trees that are held here."""

import signal
from collections.abc import Callable, Iterator, Mapping

import pytest

from cfi.client.tree_process import TreeProcess, TreeProcessError
from cfi.contracts.state.history import NotKeptError, Version
from cfi.contracts.state.placed import Placed
from cfi.contracts.state.row_tree import Blinder, owner_leaf_key
from cfi.contracts.state.store import State
from cfi.contracts.state.table import OwnerKey, RowKey
from cfi.contracts.state.trees import OWNER_LEAF_TAG, HeldTrees
from cfi.contracts.wire.proofs import Absence, Existence
from cfi.contracts.wire.schema import Hash, Seed
from tests.contracts.state.heights import Writer, kept, plain_root

HEIGHTS = 24
KEPT = 16


class Both:
    """Trees here and in a process; whatever is asked of one is asked of the other."""

    def __init__(self, process: TreeProcess) -> None:
        self.here, self.there = HeldTrees(), process

    @property
    def root(self) -> Hash:
        assert self.here.root == self.there.root
        return self.here.root

    def root_to_come(self) -> Callable[[], Hash]:
        here, there = self.here.root_to_come(), self.there.root_to_come()

        def root() -> Hash:
            assert here() == there()
            return here()

        return root

    def put(self, owner: OwnerKey, seed: Seed | None, placed: Placed) -> None:
        self.here.put(owner, seed, placed)
        self.there.put(owner, seed, placed)

    def seal(self, public: Mapping[RowKey, bytes | None]) -> None:
        self.here.seal(public)
        self.there.seal(public)

    def forget(self) -> None:
        self.here.forget()
        self.there.forget()

    def clear(self) -> None:
        self.here.clear()
        self.there.clear()

    def take_back(self) -> None:
        self.here.take_back()
        self.there.take_back()

    def prove(self, back: int, key: bytes) -> Existence | Absence:
        proof = self.here.prove(back, key)
        assert proof == self.there.prove(back, key)
        return proof

    def paths(self, back: int, owner: OwnerKey, slots: list[int]) -> list[list[bytes]]:
        paths = self.here.paths(back, owner, slots)
        assert paths == self.there.paths(back, owner, slots)
        return paths


@pytest.fixture
def process() -> Iterator[TreeProcess]:
    made = TreeProcess()
    yield made
    made.close()


def leaf_key(state: State, owner: OwnerKey) -> bytes:
    seed = state.accounts_and_holders[owner].seed
    return owner_leaf_key(OWNER_LEAF_TAG, Blinder(seed), owner)


@pytest.mark.parametrize("number", range(3))
def test_both_have_the_roots_and_the_proofs_of_the_rows(process: TreeProcess, number: int) -> None:
    writer = Writer(number)
    state = writer.ledger.store
    writer.ledger.seal()
    state.hand_over(Both(process))
    for height in range(HEIGHTS):
        writer.write()
        assert writer.ledger.seal() == plain_root(kept(state))
        if height % 5 == 4:
            state.take_back()
            assert state.app_hash == plain_root(kept(state))
    for back in range(KEPT):
        version = Version(state, state.height - back)
        for owner in state.accounts_and_holders:
            shown = version.prove_owner(owner)
            keys = [] if shown is None else version.owned_keys(owner, 1)
            assert len(version.show_rows(owner, keys)) == len(keys)
        assert version.prove_public(b"\xffnothing is here")


def test_trees_that_are_handed_over_begin_with_the_last_height(process: TreeProcess) -> None:
    writer = Writer(0)
    state = writer.ledger.store
    for _ in range(3):
        writer.write()
        writer.ledger.seal()
    root = state.app_hash
    process.seal({RowKey(b"\xb0left over"): b"from before"})
    state.hand_over(process)
    assert state.app_hash == root == plain_root(kept(state))
    with pytest.raises(NotKeptError):
        Version(state, state.height - 1)
    for owner in state.accounts_and_holders:
        assert isinstance(process.prove(0, leaf_key(state, owner)), Existence)


def test_before_anything_is_written_the_root_is_that_of_nothing(process: TreeProcess) -> None:
    assert process.root == State().app_hash


def test_roots_that_are_wanted_later_are_those_of_their_heights(process: TreeProcess) -> None:
    held = HeldTrees()
    later: list[Callable[[], Hash]] = []
    for number in range(6):
        for trees in (held, process):
            trees.seal({RowKey(b"\xb0key"): b"%d" % number})
            later.append(trees.root_to_come())
        if number == 3:
            assert isinstance(process.prove(0, RowKey(b"\xb0key")), Existence)
    here, there = later[::2], later[1::2]
    assert there[5]() == here[5]() == process.root
    assert [each() for each in there] == [each() for each in here]
    assert len({each() for each in there}) == 6


def test_who_is_told_to_stop_beside_the_ledger_still_answers_it(process: TreeProcess) -> None:
    process.seal({RowKey(b"\xb0key"): b"row"})
    root = process.root
    process.seal({RowKey(b"\xb0key"): b"another"})
    for number in (signal.SIGINT, signal.SIGTERM):
        process._process.send_signal(number)
    assert process.root != root


def test_whoever_asks_a_process_that_is_gone_is_told(process: TreeProcess) -> None:
    process.seal({RowKey(b"\xb0key"): b"row"})
    process._process.kill()
    process._process.wait()
    with pytest.raises(TreeProcessError, match="has ended: start again"):
        _ = process.root
    with pytest.raises(TreeProcessError):
        process.seal({})
