"""The one application that every engine drives, with the verbs of ABCI 2.0.

It decides blocks on an overlay, seals a height in memory when the engine finalises it, and makes it
durable in `commit` with one synced
batch. Nothing but `commit` writes to the disk.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeAlias

from cfi.contracts.state.history import NotKeptError, Version
from cfi.contracts.state.snapshot import Entry, SnapshotHead
from cfi.contracts.state.store import State
from cfi.contracts.state.table import OwnerKey, number_key
from cfi.contracts.state.trees import Trees
from cfi.contracts.state.view import StateView
from cfi.contracts.transition.act import Act, Inadmissible, InadmissibleError
from cfi.contracts.transition.apply import OverBudgetError
from cfi.contracts.transition.block import (
    Execution,
    Outcome,
    begin_block,
    check_window,
    finish_block,
)
from cfi.contracts.transition.standing import DEFAULT_GAS
from cfi.contracts.transition.window import Window
from cfi.contracts.wire.blocks import encode_results
from cfi.contracts.wire.limits import MAX_BLOCK_GAS
from cfi.contracts.wire.list_tree import list_root
from cfi.contracts.wire.misbehaviour import Misbehaviour
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.validators import Validator
from cfi.node.live_keys import LiveKeys
from cfi.node.memory import Memory
from cfi.node.outcomes import result_of
from cfi.node.storage.ledger_store import Committed, LedgerStore, results_entry
from cfi.node.storage.quarantine import Quarantine

_LOG: Final = logging.getLogger(__name__)
_MOST_POISONOUS: Final = 10_000
_MOST_RAISED: Final = 100
"""Acts of one proposal that may raise before no more are tried."""
_MOST_BEGINNINGS: Final = 3
"""Times that a proposal is begun with transactions: an act that spoils it has it begun anew."""
Content: TypeAlias = tuple[tuple[bytes, ...], Instant, tuple[Misbehaviour, ...]]


@dataclass(slots=True)
class Sealed:
    """A finalised height, not yet durable."""

    height: int
    outcomes: list[Outcome]
    writes: list[tuple[bytes, bytes | None]]
    results_hash: Hash
    receipts: list[tuple[Hash, bytes]]
    left: list[int]
    clock_before: Instant
    """The programme clock of the height before."""


@dataclass(frozen=True, slots=True)
class Finalized:
    """What the engine puts into the next header, beside the application's root."""

    results: list[bytes]
    """Each transaction's, as they are hashed."""
    results_hash: Hash
    validator_updates: tuple[Validator, ...]
    """In key order, each key once; power 0 removes. They act two heights later."""
    next_app_version: int | None
    """Set if the next header carries another version."""


class Application:
    """The ledger as a state machine. One caller at a time."""

    def __init__(
        self,
        state: State,
        window: Window,
        store: LedgerStore,
        genesis_hash: Hash,
        quarantine: Quarantine,
        genesis_writes: list[tuple[bytes, bytes | None]],
    ) -> None:
        """Take over committed state; `genesis_writes` are made durable with the first height."""
        self.state = state
        self.window = window
        self.store = store
        self._view = StateView(state)
        self.committed_view = self._view
        """The rows of the last committed height, also while the next one is only finalised."""
        self._genesis_writes = genesis_writes
        self.genesis_hash = genesis_hash
        self.quarantine = quarantine
        self.memory = Memory()
        self._poisonous: dict[Hash, None] = {}
        self._live_keys = LiveKeys()
        self._gas: dict[int, int] = {}
        self.now = Instant(0)
        """The programme clock of the last height sealed or committed."""
        self._executed: tuple[Content, Execution] | None = None
        self._sealed: Sealed | None = None
        self._followers: list[Callable[[int], None]] = []

    @property
    def height(self) -> int:
        """The last height sealed or committed."""
        return self.state.height

    @property
    def app_hash(self) -> Hash:
        """The root of that height."""
        return self.state.app_hash

    @property
    def committed_height(self) -> int:
        """The last height committed."""
        return self.state.height - (self._sealed is not None)

    @property
    def committed_clock(self) -> Instant:
        """The programme clock of that height."""
        return self.now if self._sealed is None else self._sealed.clock_before

    def version(self, height: int) -> Version:
        """The state after a committed height; raises NotKeptError."""
        if height > self.committed_height:
            raise NotKeptError(f"height {height} is not committed")
        return Version(self.state, height)

    def check(self, act: Act) -> OwnerKey:
        """Whose key signed a verified act; raises InadmissibleError if it can't enter the next
        block.
        """
        chain = self._view.chain.get(b"chain")
        assert chain is not None, "genesis writes the chain row"
        check_window(act, chain.chain_id, self.state.height + 1)
        if act.act_id in self.window:
            raise InadmissibleError(Inadmissible.DUPLICATE, "this act is already in the history")
        self._check_fit(act)
        holder = self._view.keys.place(act.key)
        assert holder is not None, "a live key has a place"
        return holder

    def check_live(self, act: Act) -> None:
        """Raise InadmissibleError if an act that was admitted may wait no longer: a few lookups,
        nothing decoded but a key's rows once a height.
        """
        if act.valid_until <= self.state.height:
            raise InadmissibleError(Inadmissible.EXPIRED, f"valid until height {act.valid_until}")
        if act.act_id in self.window:
            raise InadmissibleError(Inadmissible.DUPLICATE, "this act is already in the history")
        self._check_fit(act)

    def _check_fit(self, act: Act) -> None:
        """Raise InadmissibleError if an act raised an error here, or its key speaks for nobody."""
        if act.bytes_hash in self._poisonous:
            raise InadmissibleError(
                Inadmissible.MALFORMED, "it raised an error here and is quarantined"
            )
        if not self._live_keys.lives(self._view, act.key, self.now):
            raise InadmissibleError(Inadmissible.NO_LIVE_KEY, "the key belongs to no active user")

    def gas_of(self, act: Act) -> int:
        """Work units that the act wants, as the rows have it now."""
        gas = self._gas.get(act.message_number)
        if gas is None:
            rule = self._view.access.get(number_key(act.message_number))
            gas = self._gas[act.message_number] = DEFAULT_GAS if rule is None else rule.gas
        return gas

    def prepare_proposal(
        self,
        transactions: Sequence[bytes],
        now: Instant,
        misbehaviour: Sequence[Misbehaviour] = (),
    ) -> list[bytes]:
        """The transactions that the next block can hold, in their order: what is inadmissible,
        poisonous or over the budget is left out. Raises UnsupportedVersionError.
        """
        left = _MOST_BEGINNINGS
        while True:
            execution = begin_block(self.state, self.window, now, misbehaviour)
            execution.most_gas = MAX_BLOCK_GAS
            chosen = self._choose(execution, transactions if left else ())
            if not (execution.overlay.spoilt and left):
                break
            left -= 1
        finish_block(execution)
        self._executed = (_content(chosen, now, misbehaviour), execution)
        return chosen

    def process_proposal(
        self,
        transactions: Sequence[bytes],
        now: Instant,
        misbehaviour: Sequence[Misbehaviour] = (),
    ) -> str | None:
        """Execute a proposed block on an overlay; returns why it is rejected, or None. Raises
        UnsupportedVersionError.
        """
        content = _content(transactions, now, misbehaviour)
        if self._executed is not None and self._executed[0] == content:
            return None
        execution = begin_block(self.state, self.window, now, misbehaviour)
        for transaction in transactions:
            try:
                execution.execute(self.memory.act(transaction))
            except InadmissibleError as error:
                return f"inadmissible content: {error}"
            except Exception as error:  # noqa: BLE001 - whatever it is, nobody halts
                self._set_aside(transaction, error)
                return f"an act raised {type(error).__name__}"
            if execution.gas > MAX_BLOCK_GAS:
                return f"over the budget of {MAX_BLOCK_GAS} work units"
        finish_block(execution)
        self._executed = (content, execution)
        return None

    def finalize_block(
        self,
        transactions: Sequence[bytes],
        now: Instant,
        misbehaviour: Sequence[Misbehaviour] = (),
    ) -> Finalized:
        """Decide the block that the engine decided on, reusing the overlay of the same content.
        Raises UnsupportedVersionError.
        """
        self.take_back()
        executed = self._executed
        if executed is None or executed[0] != _content(transactions, now, misbehaviour):
            execution = self._execute_decided(transactions, now, misbehaviour)
        else:
            execution = executed[1]
        self._executed = None
        return self._seal(execution)

    def commit(self) -> list[Outcome]:
        """Make the finalised height durable; returns its outcomes. Raises OSError where the disk
        refuses.
        """
        sealed = self._sealed
        assert sealed is not None, "the engine finalises before it commits"
        writes = self._genesis_writes + sealed.writes
        self.store.write_height(
            sealed.height,
            writes,
            sealed.receipts,
            sealed.left,
            lambda: Committed(sealed.height, self.app_hash, self.genesis_hash, sealed.results_hash),
        )
        self._genesis_writes = []
        self._sealed, self.committed_view = None, self._view
        self.memory.decided(each.act for each in sealed.outcomes if each.act is not None)
        for told in self._followers:
            told(sealed.height)
        return sealed.outcomes

    def follow(self, told: Callable[[int], None]) -> None:
        """Have each height told when it is durable, before anything is published of it."""
        self._followers.append(told)

    def take_back(self) -> None:
        """Forget a height that was finalised but not committed: the engine begins it anew."""
        if self._sealed is not None:
            self.state.take_back()
            self.window.take_back(self.state.height + 1)
            self.now = self._sealed.clock_before
            self._sealed, self.committed_view = None, self._view
            self._forget_standing()

    @contextmanager
    def lent_trees(self) -> Iterator[Trees]:
        """The trees, emptied for a state that is to take this one's place; if it doesn't, they are
        put back.
        """
        before = self.state
        before.trees.clear()
        try:
            yield before.trees
        finally:
            if self.state is before:
                before.hand_over(before.trees)

    def adopt(
        self, state: State, window: Window, head: SnapshotHead, entries: Iterable[Entry]
    ) -> None:
        """Go on from a verified snapshot's state, which these entries make durable first, in the
        place of everything here. Raises OSError, having changed nothing, where the disk refuses.
        """
        self.store.adopt(head, entries)
        self.state, self.window = state, window
        self.committed_view = self._view = StateView(state)
        self._genesis_writes = []
        self._executed = self._sealed = None
        self._forget_standing()

    def _forget_standing(self) -> None:
        """What was looked up for waiting acts holds until a row is written that says so."""
        self._live_keys.forget()
        self._gas.clear()

    def _choose(
        self,
        execution: Execution,
        transactions: Sequence[bytes],
    ) -> list[bytes]:
        """Execute what fits, up to an act that spoils the overlay; returns what was executed. An
        act that raises leaves the others as they are, but only so many are tried.
        """
        chosen: list[bytes] = []
        raised = 0
        for transaction in transactions:
            try:
                act = self.memory.act(transaction)
                if act.bytes_hash not in self._poisonous:
                    execution.execute(act)
                    chosen.append(transaction)
            except InadmissibleError:
                continue
            except OverBudgetError:
                break
            except Exception as error:  # noqa: BLE001 - whatever it is, nobody halts
                self._set_aside(transaction, error)
                raised += 1
                if execution.overlay.spoilt or raised == _MOST_RAISED:
                    break
        return chosen

    def _set_aside(self, transaction: bytes, error: Exception) -> None:
        """Keep a transaction that raised, and offer it to no block of ours again."""
        self.quarantine.keep(transaction, error)
        if len(self._poisonous) >= _MOST_POISONOUS:
            self._poisonous.pop(next(iter(self._poisonous)))
        self._poisonous[Hash(sha256(transaction).digest())] = None

    def _execute_decided(
        self,
        transactions: Sequence[bytes],
        now: Instant,
        misbehaviour: Sequence[Misbehaviour],
    ) -> Execution:
        execution = begin_block(self.state, self.window, now, misbehaviour)
        for transaction in transactions:
            try:
                execution.execute(self.memory.act(transaction))
            except InadmissibleError as error:
                execution.pass_over(error.reason)
        finish_block(execution)
        return execution

    def _seal(self, execution: Execution) -> Finalized:
        if execution.overlay.standing_writes:
            self._forget_standing()
        clock_before, self.now = self.now, execution.now
        for error in execution.held:
            _LOG.error("due work raised an error and is set aside", exc_info=error)
        writes = self.state.seal(execution.overlay)
        self.committed_view = StateView(Version(self.state, self.state.height - 1))
        writes += execution.overlay.movement_writes()
        receipts = [
            (outcome.act.act_id, outcome.receipt_bytes)
            for outcome in execution.outcomes
            if outcome.act is not None
        ]
        left = self.window.add(self.state.height, tuple(act_id for act_id, _ in receipts))
        results = encode_results(map(result_of, execution.outcomes))
        digest = Hash(list_root(results))
        if results:
            writes.append(results_entry(self.state.height, results))
        self._sealed = Sealed(
            height=self.state.height,
            outcomes=execution.outcomes,
            writes=writes,
            results_hash=digest,
            receipts=receipts,
            left=left,
            clock_before=clock_before,
        )
        return Finalized(results, digest, execution.validator_updates, execution.next_app_version)


def _content(
    transactions: Sequence[bytes], now: Instant, misbehaviour: Sequence[Misbehaviour]
) -> Content:
    """All that a block's outcome depends on, to recognise it again."""
    return tuple(transactions), now, tuple(misbehaviour)
