"""One act, from its verified bytes to its receipt: authorise, decide, check, commit, receipt."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from cfi.contracts.state.changes import NO_CHANGES, Changes
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.overlay import Overlay
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
from cfi.contracts.wire.messages.access.approve import Approve
from cfi.contracts.wire.messages.access.propose import Propose
from cfi.contracts.wire.messages.catalogue import MESSAGES
from cfi.contracts.wire.quantities import Count, SmallCode, small_code
from cfi.contracts.wire.receipts import DONE, Receipt
from cfi.contracts.wire.refusal import Fact, Refusal, RefusedError, require
from cfi.contracts.wire.schema import schema_of
from cfi.contracts.wire.values import maker_of

_MAKE_RECEIPT: Final = maker_of(Receipt)


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
) -> Receipt:
    """Decide one admissible act by the rules in force and write what it changes; a refused act
    writes nothing.
    """
    try:
        standing.may_decide_alone(act.key, signer, act.message_number)
        changes = decide(state, act.message, signer, block, book)
        require_room(state, changes, block.holder_id)
    except RefusedError as refused:
        return _receipt(
            act, block, index, small_code(refused.refusal), refused.section, refused.facts
        )
    commit(overlay, changes)
    return _receipt(act, block, index, DONE, "", changes.facts)


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


def commit(overlay: Overlay, changes: Changes) -> None:
    """Check the invariants, then write."""
    if changes is not NO_CHANGES:
        conserves(overlay, changes)
        has_room(overlay, changes)
        overlay.apply(changes)


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
    """The proposed act decided now, as its proposer's, under the rules and rows of this moment."""
    inner = inner_message(proposal.message_number, proposal.body)
    context = replace(block, signer=proposal.proposed_by, approver=block.signer)
    return book.rules[type(inner)](state, inner, context)


def _receipt(
    act: Act,
    block: BlockContext,
    index: Count,
    code: SmallCode,
    section: str,
    facts: Mapping[str, Fact],
) -> Receipt:
    return _MAKE_RECEIPT(
        act_id=act.act_id,
        height=block.height,
        index=index,
        message_number=SmallCode(act.message_number),
        code=code,
        section=section,
        facts=tuple(sorted(facts.items())) if facts else (),
    )
