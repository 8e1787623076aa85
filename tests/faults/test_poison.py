"""A mistake of ours in one rule stops neither the ledger nor anybody else's act.

The mistake is planted around a rule's own function, where a real one would be.
"""

from pathlib import Path
from typing import Any

import pytest

from cfi.contracts.transition import dispatch
from cfi.contracts.transition.dispatch import DUE, RULES, RuleBook
from cfi.contracts.wire.messages.custody.retire import Retire
from cfi.node.link import Kind
from tests.node.chain import retire, transfer
from tests.node.talking import Parts, Peer, with_peer

MISTAKES = [ZeroDivisionError, AssertionError, KeyError, RecursionError]
POISON, GOOD, ALSO_GOOD = retire(1), transfer(2), transfer(3)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_rule_harms_only_its_act(
    mistake: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistaken(*_: object) -> Any:
        raise mistake("a mistake of ours")

    books = {1: RuleBook({**RULES, Retire: mistaken}, DUE)}
    monkeypatch.setattr(dispatch, "RULE_BOOKS", books)

    async def work(parts: Parts, peer: Peer) -> None:
        peer.send((Kind.SUBMIT, 1, GOOD), (Kind.SUBMIT, 2, POISON), (Kind.SUBMIT, 3, ALSO_GOOD))
        told = await peer.several(6)
        assert (Kind.COMMITTED, 1) in told and (Kind.COMMITTED, 3) in told
        assert told[Kind.DROPPED, 2] == ["MALFORMED", "it raised an error here and is quarantined"]
        assert len(parts.mempool) == 0

    with_peer(tmp_path, work)
    kept = sorted(path.suffix for path in (tmp_path / "quarantine").iterdir())
    assert kept == [".tx", ".txt"]
    assert next((tmp_path / "quarantine").glob("*.tx")).read_bytes() == POISON
    assert mistake.__name__ in next((tmp_path / "quarantine").glob("*.txt")).read_text()
