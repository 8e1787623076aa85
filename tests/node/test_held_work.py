"""Due work that raises an error halts no node: all set it aside alike, and say so."""

import logging
from pathlib import Path

import pytest

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.durable import Batch
from cfi.contracts.state.rows.access import PROPOSALS, Proposal
from cfi.contracts.state.store import State
from cfi.contracts.transition import dispatch
from cfi.contracts.transition.dispatch import DUE, RULES, RuleBook
from cfi.contracts.wire.quantities import Height, Instant, SmallCode
from cfi.contracts.wire.schema import Data, Hash
from cfi.contracts.wire.text import HolderId, UserId
from tests.contracts.ledger import EXCHANGE, NOW
from tests.node.chain import contents, genesis, open_chain

BLOCKS = 4


def with_work() -> tuple[State, Batch]:
    """The state before the first block, with a proposal whose time is over."""
    state, writes = genesis()
    overlay = state.overlay()
    row = Proposal(
        proposal_id=Hash(bytes(32)),
        message_number=SmallCode(301),
        body=Data(b""),
        proposed_by=UserId("officer-1"),
        proposer_holder=HolderId(EXCHANGE),
        proposed_at=Height(0),
        expires_at=Instant(NOW),
    )
    overlay.apply(Changes.of(put(PROPOSALS, EXCHANGE, row)))
    state.height = -1
    return state, writes + state.seal(overlay)


def raises(*_: object) -> Changes:
    raise ZeroDivisionError("a mistake of ours")


def roots(folder: Path) -> tuple[list[bytes], int]:
    """The root after each block of a node, and how many pieces of work are set aside."""
    chain = open_chain(folder, found=with_work)
    found = []
    for transactions in contents(BLOCKS):
        chain.make(*transactions)
        found.append(bytes(chain.application.app_hash))
    held = len(list(chain.application.committed_view.held_work.all()))
    chain.close()
    return found, held


def test_the_chain_goes_on_and_two_nodes_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    book = RuleBook(RULES, {**DUE, PROPOSALS.tag: raises})
    monkeypatch.setattr(dispatch, "RULE_BOOKS", {1: book})
    with caplog.at_level(logging.ERROR):
        first = roots(tmp_path / "first")
    (said,) = [each for each in caplog.records if "set aside" in each.message]
    assert said.exc_info is not None
    assert isinstance(said.exc_info[1], ZeroDivisionError)
    assert first[1] == 1
    assert roots(tmp_path / "second") == first


def test_a_node_that_starts_again_knows_what_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = RuleBook(RULES, {**DUE, PROPOSALS.tag: raises})
    monkeypatch.setattr(dispatch, "RULE_BOOKS", {1: book})
    roots(tmp_path)
    chain = open_chain(tmp_path, found=with_work)
    assert len(list(chain.application.committed_view.held_work.all())) == 1
    assert chain.make() == 0
    chain.close()
