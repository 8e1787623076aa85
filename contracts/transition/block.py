"""One block: what validators did wrong, the work that is due, its acts in order, the leaf that
names them, and what the engine is to know.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import takewhile
from typing import Final

from cfi.contracts.due.suspend_validator import suspend_validator
from cfi.contracts.state.catalogue import TABLES
from cfi.contracts.state.changes import Changes, drop_public, put_public
from cfi.contracts.state.held import (
    held_name,
    next_work,
    no_longer_held,
    row_behind,
    set_aside,
)
from cfi.contracts.state.index import DueItem
from cfi.contracts.state.overlay import Overlay
from cfi.contracts.state.programme_clock import programme_time
from cfi.contracts.state.rows.governance import ACTS, ActsOfHeight
from cfi.contracts.state.store import State
from cfi.contracts.state.upgrades import app_version_at
from cfi.contracts.state.validator_sets import (
    HEIGHTS_UNTIL_IN_FORCE,
    seated,
    set_from,
    updates_between,
    validators_at,
)
from cfi.contracts.state.view import StateView
from cfi.contracts.transition.act import Act, Inadmissible, InadmissibleError
from cfi.contracts.transition.apply import OverBudgetError, apply_act, commit
from cfi.contracts.transition.authorise import Signer
from cfi.contracts.transition.dispatch import RuleBook, rule_book_at
from cfi.contracts.transition.standing import Standing
from cfi.contracts.transition.window import Window
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.limits import MAX_BLOCK_GAS, REPLAY_WINDOW_HEIGHTS
from cfi.contracts.wire.misbehaviour import Misbehaviour
from cfi.contracts.wire.quantities import Count, Height, Instant
from cfi.contracts.wire.receipts import Receipt
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import HolderId, UserId
from cfi.contracts.wire.validators import Validator
from cfi.contracts.wire.values import maker_of

DUE_GAS_PER_ITEM: Final = 10
"""Work units of looking after one piece of due work."""
DUE_WRITES_PER_GAS: Final = 4
"""Rows and movements that a piece writes for one work unit more: a retired lot is about one."""
_NOBODY: Final = UserId("")
_MAKE_CONTEXT: Final[Callable[..., BlockContext]] = maker_of(BlockContext)


@dataclass(slots=True)
class Outcome:
    """What one transaction of the block came to."""

    act: Act | None
    receipt: Receipt | None
    receipt_bytes: bytes
    inadmissible: Inadmissible | None
    gas: int


@dataclass(slots=True)
class Execution:
    """A block being executed on an overlay. Make it with `begin_block`; take acts with `execute`;
    end with `finish_block`.
    """

    overlay: Overlay
    state: StateView
    chain_id: str
    height: Height
    now: Instant
    exchange: HolderId
    window: Window
    book: RuleBook
    """The rules in force."""
    standing: Standing
    gas: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    ids: dict[Hash, None] = field(default_factory=dict)
    validator_updates: tuple[Validator, ...] = ()
    """What the finished block changes of the validators, in key order; power 0 removes. They act
    two heights later.
    """
    held: list[Exception] = field(default_factory=list)
    """Errors of due work that was set aside."""
    most_gas: int | None = None
    """Work units that its acts may not exceed, if anybody still chooses them."""
    next_app_version: int | None = None
    """Set by the finished block if the next height is decided by another version of the rules."""

    def execute(self, act: Act) -> Outcome:
        """Decide one act; raises InadmissibleError if it may not be in this block and
        OverBudgetError if it doesn't fit, having changed nothing. So does an act that raises
        anything else, unless the overlay is spoilt.
        """
        signer = self.admit(act)
        gas = self.gas_of(act)
        room = None if self.most_gas is None else self.most_gas - self.gas - gas
        if room is not None and room < 0:
            raise OverBudgetError
        block = _MAKE_CONTEXT(
            self.chain_id,
            self.height,
            self.now,
            act.act_id,
            signer.holder.holder_id,
            signer.user.user_id,
        )
        receipt, receipt_bytes, further = apply_act(
            self.overlay,
            self.state,
            act,
            signer,
            block,
            Count(len(self.outcomes)),
            book=self.book,
            standing=self.standing,
            room=room,
        )
        outcome = Outcome(act, receipt, receipt_bytes, None, gas + further)
        self.ids[act.act_id] = None
        self.gas += outcome.gas
        self.outcomes.append(outcome)
        return outcome

    def pass_over(self, reason: Inadmissible) -> Outcome:
        """Answer an inadmissible transaction of a decided block: a code, and nothing touched."""
        outcome = Outcome(None, None, b"", reason, 0)
        self.outcomes.append(outcome)
        return outcome

    def gas_of(self, act: Act) -> int:
        """Work units of a message kind."""
        return self.standing.gas_of(act.message_number)

    def admit(self, act: Act) -> Signer:
        """Whom the act is signed for; raises InadmissibleError."""
        check_window(act, self.chain_id, self.height)
        if type(act.message) not in self.book.rules:
            raise InadmissibleError(
                Inadmissible.MALFORMED, f"no message has number {act.message_number} yet"
            )
        if act.act_id in self.ids or act.act_id in self.window:
            raise InadmissibleError(Inadmissible.DUPLICATE, "this act is already in the history")
        signer = self.standing.signer(act.key)
        if signer is None:
            raise InadmissibleError(Inadmissible.NO_LIVE_KEY, "the key belongs to no active user")
        return signer


def check_window(act: Act, chain_id: str, height: int) -> None:
    """Raise InadmissibleError unless the act is for this chain and for this height."""
    if act.chain_id != chain_id:
        raise InadmissibleError(Inadmissible.OTHER_CHAIN, f"for chain {act.chain_id}")
    if act.valid_until < height:
        raise InadmissibleError(
            Inadmissible.EXPIRED, f"valid until height {act.valid_until}, now {height}"
        )
    if act.valid_until > height + REPLAY_WINDOW_HEIGHTS:
        latest = height + REPLAY_WINDOW_HEIGHTS
        raise InadmissibleError(
            Inadmissible.TOO_FAR_AHEAD, f"valid until height {act.valid_until}, at most {latest}"
        )


def begin_block(
    state: State, window: Window, block_time: Instant, misbehaviour: Sequence[Misbehaviour] = ()
) -> Execution:
    """Open the next height, record what the engine reports, and do what is due by then, within half
    of the budget; raises UnsupportedVersionError.
    """
    height = Height(state.height + 1)
    overlay = state.overlay()
    view = StateView(overlay)
    chain = view.chain.get(b"chain")
    assert chain is not None, "genesis writes the chain row"
    now = programme_time(view, block_time)
    execution = Execution(
        overlay,
        view,
        chain.chain_id,
        height,
        now,
        chain.exchange,
        window,
        rule_book_at(view, height),
        Standing(overlay, view, now),
    )
    for each in misbehaviour:
        _record(execution, each)
    _do_due_work(execution)
    return execution


def finish_block(execution: Execution) -> None:
    """Write the leaf that names the block's acts, and work out what the engine is to know."""
    _name_acts(execution)
    _tell_validators(execution)
    version, following = (
        app_version_at(execution.state, height)
        for height in (execution.height, execution.height + 1)
    )
    execution.next_app_version = None if version == following else following


def _tell_validators(execution: Execution) -> None:
    """Compare the validators with those that the engine was told of last: however many acts changed
    a validator, it is updated once.
    """
    told = validators_at(execution.state, execution.height + 1)
    now = seated(execution.state)
    execution.validator_updates = updates_between(told, now)
    if execution.validator_updates:
        from_height = execution.height + HEIGHTS_UNTIL_IN_FORCE
        execution.overlay.apply(set_from(from_height, now.validators))


def _name_acts(execution: Execution) -> None:
    """Name the block's acts, and no longer those whose window has passed; a block without acts
    leaves all as it is, so that idle blocks change no root.
    """
    if not execution.ids:
        return
    first = execution.height - REPLAY_WINDOW_HEIGHTS
    passed = takewhile(lambda old: old.height < first, execution.state.acts.all())
    digest = Hash(sha256(b"".join(execution.ids)).digest())
    named = put_public(ACTS, ActsOfHeight(height=execution.height, digest=digest))
    execution.overlay.apply(Changes.of(*[drop_public(ACTS, old) for old in passed], named))


def _do_due_work(execution: Execution) -> None:
    version = app_version_at(execution.state, execution.height)
    while execution.gas < MAX_BLOCK_GAS // 2:
        item = next_work(execution.state, version)
        if item is None or item[0] > execution.now:
            return
        _do_one_piece(execution, item, version)


def _do_one_piece(execution: Execution, item: DueItem, version: int) -> None:
    """Do a piece of work whole, or, where it raises an error, nothing of it: it is set aside."""
    name = held_name(execution.state, item)
    try:
        changes = _decided(execution, item)
    except MemoryError:
        raise  # this machine's, not the rules'
    except Exception as error:  # noqa: BLE001 - whatever it is, the chain goes on, everywhere alike
        execution.held.append(error)
        execution.overlay.apply(set_aside(name, execution.height, version))
        execution.gas += DUE_GAS_PER_ITEM
        return
    execution.overlay.apply(Changes.of(changes, no_longer_held(execution.state, name)))
    writes = len(changes.operations) // DUE_WRITES_PER_GAS
    execution.gas += DUE_GAS_PER_ITEM + writes + changes.gas


def _decided(execution: Execution, item: DueItem) -> Changes:
    """What a piece of work changes, checked and written once on scratch paper."""
    _, owner, key = item
    raw = row_behind(execution.state, item)
    row = TABLES[key[0]].schema.read(raw)
    block = _unasked(execution, owner + key + raw)
    changes = execution.book.due[key[0]](execution.state, row, block)
    commit(Overlay(execution.overlay), changes)
    return changes


def _record(execution: Execution, misbehaviour: Misbehaviour) -> None:
    what = b"%d %d " % (misbehaviour.kind, misbehaviour.height) + misbehaviour.address
    block = _unasked(execution, what)
    commit(execution.overlay, suspend_validator(execution.state, misbehaviour, block))


def _unasked(execution: Execution, what: bytes) -> BlockContext:
    """The context of what the block does without anybody's act."""
    return BlockContext(
        chain_id=execution.chain_id,
        height=execution.height,
        now=execution.now,
        act_id=Hash(sha256(what).digest()),
        holder_id=execution.exchange,
        signer=_NOBODY,
    )
