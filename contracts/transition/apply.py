"""One act, from its verified bytes to its receipt: authorise, decide, check, commit, receipt."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from cfi.contracts.state.changes import NO_CHANGES, Changes
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.overlay import Encoded, Overlay, encoded
from cfi.contracts.state.rows.access import AccessRule, Proposal
from cfi.contracts.state.view import StateView
from cfi.contracts.transition.act import Act
from cfi.contracts.transition.authorise import Signer, access_rule, authorise, may_approve
from cfi.contracts.transition.dispatch import RuleBook
from cfi.contracts.transition.invariants import conserves
from cfi.contracts.transition.room import has_room, require_room
from cfi.contracts.transition.standing import Standing
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.codec import CodecError
from cfi.contracts.wire.limits import MAX_ACT_GAS
from cfi.contracts.wire.messages.access.approve import Approve
from cfi.contracts.wire.messages.access.propose import Propose
from cfi.contracts.wire.messages.catalogue import MESSAGES
from cfi.contracts.wire.quantities import Count, SmallCode, small_code
from cfi.contracts.wire.receipts import DONE, Receipt, encode_receipt
from cfi.contracts.wire.refusal import Fact, Refusal, RefusedError, require
from cfi.contracts.wire.schema import SchemaError, schema_of
from cfi.contracts.wire.values import maker_of

_MAKE_RECEIPT: Final[Callable[..., Receipt]] = maker_of(Receipt)


class OverBudgetError(Exception):
    """The block has no work units left for an act; it may come into a later one."""


Applied = tuple[Receipt, bytes, int]
"""What became of an act: its receipt, the receipt's bytes, and work units beyond those of the
message's kind.
"""


def apply_act(
    overlay: Overlay,
    state: StateView,
    act: Act,
    signer: Signer,
    block: BlockContext,
    index: Count,
    *,
    book: RuleBook,
    standing: Standing,
    room: int | None = None,
) -> Applied:
    """Decide one admissible act by the rules in force and write what it changes; a refused act
    writes nothing, nor does one that raises here but from within `Overlay.apply`. Raises
    OverBudgetError where it costs more work units than there is room for.
    """
    gas = 0
    try:
        standing.may_decide_alone(act.key, signer, act.message_number)
        changes = decide(state, act.message, signer, block, book)
        require_room(state, changes, block.holder_id)
        if changes.gas:
            gas = min(changes.gas, MAX_ACT_GAS)
            _may_touch(changes.gas, room)
        rows = encoded(changes)
    except RefusedError as refused:
        gas = max(gas, min(refused.gas, MAX_ACT_GAS))
        _require_budget(gas, room)
        return _refused(act, block, index, refused, gas)
    except SchemaError as error:
        unfit = RefusedError(Refusal.OUT_OF_RANGE, "ours", {"field": error.field})
        return _refused(act, block, index, unfit, gas)
    # Its receipt is whole before anything is written: else an act could stand without one.
    receipt = _receipt(act, block, index, DONE, "", changes.facts)
    receipt_bytes = encode_receipt(receipt)
    commit(overlay, changes, rows)
    return receipt, receipt_bytes, gas


def decide(
    state: StateView, message: object, signer: Signer, block: BlockContext, book: RuleBook
) -> Changes:
    """What a message changes: its rule's answer, and for an approval also the answer of the
    approved act's rule.
    """
    if isinstance(message, Propose):
        _may_propose(state, message, signer)
    if not isinstance(message, Approve):
        return book.rules[type(message)](state, message, block)
    proposal = state.proposals.of(block.holder_id).get(message.proposal_id)
    if proposal is not None:
        _may_be_approved(state, proposal, signer)
    draft = Draft(state)
    draft.add(book.rules[Approve](state, message, block))
    assert proposal is not None, "the rule refuses an unknown proposal"
    return Changes.of(draft.changes, _decide_inner(draft.state, proposal, block, book))


def commit(overlay: Overlay, changes: Changes, rows: Encoded | None = None) -> None:
    """Check the invariants, then write, with an act's rows as `encoded` gave them: its room was
    asked for before, and more of it.
    """
    if changes is not NO_CHANGES:
        conserves(overlay, changes)
        if rows is None:
            has_room(overlay, changes)
        overlay.apply(changes, rows)


def _may_touch(gas: int, room: int | None) -> None:
    """Refuse more work than an act may be; raises OverBudgetError where the block has no room."""
    _require_budget(min(gas, MAX_ACT_GAS), room)
    require(gas <= MAX_ACT_GAS, Refusal.OUT_OF_RANGE, "ours", field="work_units", most=MAX_ACT_GAS)


def _require_budget(gas: int, room: int | None) -> None:
    if room is not None and gas > room:
        raise OverBudgetError


def inner_message(message_number: int, body: bytes) -> object:
    """The message that a proposal holds; refuses MALFORMED_BODY."""
    message_type = MESSAGES.get(message_number)
    try:
        return None if message_type is None else schema_of(message_type).decode(body)
    except CodecError as error:
        raise RefusedError(
            Refusal.MALFORMED_BODY, "RB 3.6", {"message_number": message_number}
        ) from error


def _may_propose(state: StateView, message: Propose, signer: Signer) -> None:
    rule: AccessRule = access_rule(state, message.message_number)
    authorise(rule, signer)
    inner_message(message.message_number, message.body)


def _may_be_approved(state: StateView, proposal: Proposal, signer: Signer) -> None:
    """Refuse unless this signer may be the second person, and the first still might propose it."""
    rule = access_rule(state, proposal.message_number)
    require(
        may_approve(rule, signer),
        Refusal.NOT_AUTHORISED,
        "RB 3.6",
        message_number=proposal.message_number,
    )
    proposer = state.users.of(signer.holder.holder_id).get(proposal.proposed_by)
    assert proposer is not None, "users are never deleted"
    require(proposer.active, Refusal.PROPOSER_GONE, "RB 3.6", proposal_id=proposal.proposal_id)
    authorise(rule, Signer(signer.holder, proposer))


def _decide_inner(
    state: StateView, proposal: Proposal, block: BlockContext, book: RuleBook
) -> Changes:
    """The proposed act decided now, as its proposer's, under the rules and rows of this moment, for
    its own work units.
    """
    inner = inner_message(proposal.message_number, proposal.body)
    context = replace(block, signer=proposal.proposed_by, approver=block.signer)
    gas = access_rule(state, proposal.message_number).gas
    return book.rules[type(inner)](state, inner, context).costing(gas)


def _refused(act: Act, block: BlockContext, index: Count, why: RefusedError, gas: int) -> Applied:
    receipt = _receipt(act, block, index, small_code(why.refusal), why.section, why.facts)
    return receipt, encode_receipt(receipt), gas


def _receipt(
    act: Act,
    block: BlockContext,
    index: Count,
    code: SmallCode,
    section: str,
    facts: Mapping[str, Fact],
) -> Receipt:
    return _MAKE_RECEIPT(
        act.act_id,
        block.height,
        index,
        SmallCode(act.message_number),
        code,
        section,
        tuple(sorted(facts.items())) if facts else (),
    )
