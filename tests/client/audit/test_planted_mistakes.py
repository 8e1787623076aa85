"""RB 4.3: a rule that is wrong is wrong again in the replay, and every root agrees; the independent
books notice it.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cfi.client.audit.auditor import audit
from cfi.client.audit.sources import read_records
from cfi.contracts.rules.custody import transfer_lot as transfer_rule
from cfi.contracts.state import moves
from cfi.contracts.state.changes import Changes, Drop, Move, Put, PutPublic
from cfi.contracts.state.rows.custody import LOTS, PAGES, RETIRED, SUPPLY
from cfi.contracts.transition import apply
from tests.client.audit.histories import begin, disagreement
from tests.node.chain import COMPANY, open_chain, retire, transfer

Operations = list[Any]
Mistake = Callable[[Operations], Operations]


def one_more(change: Callable[[Any], Any], kind: type[Any], table: Any = None) -> Mistake:
    """The last operation of a kind changed."""

    def mistake(operations: Operations) -> Operations:
        at = max(
            index
            for index, each in enumerate(operations)
            if isinstance(each, kind) and (table is None or each.table is table)
        )
        return [*operations[:at], change(operations[at]), *operations[at + 1 :]]

    return mistake


def row(**add: int) -> Callable[[Any], Any]:
    """A row's numbers raised."""
    return lambda each: replace(
        each,
        row=replace(each.row, **{name: getattr(each.row, name) + by for name, by in add.items()}),
    )


def movement(**add: int) -> Callable[[Any], Any]:
    """A movement's numbers raised."""
    return lambda each: replace(
        each,
        movement=replace(
            each.movement, **{name: getattr(each.movement, name) + by for name, by in add.items()}
        ),
    )


def without(kind: type[Any]) -> Mistake:
    """The last operation of a kind left out."""

    def mistake(operations: Operations) -> Operations:
        at = max(index for index, each in enumerate(operations) if isinstance(each, kind))
        return operations[:at] + operations[at + 1 :]

    return mistake


MISTAKES = [
    #  sentence                                   act       mistake                                     what the books say
    ("a transfer creates 100 t",                  transfer, one_more(row(tonnes=100), Put, LOTS),       f"lots of {COMPANY}/3"),
    ("a transfer loses 50 t on the way",          transfer, one_more(row(tonnes=-50), Put, LOTS),       f"lots of {COMPANY}/3"),
    ("the source's lot isn't taken away",         transfer, without(Drop),                              "serials of XA-2003"),
    ("a statement says more than arrived",        transfer, one_more(movement(tonnes=1), Move),         "what act 0 moved"),
    ("an arrival isn't in the statement",         transfer, without(Move),                              "what act 0 moved"),
    ("retired serials begin elsewhere",           retire,   one_more(row(first=10), Put, RETIRED),      "greatest serial of XA-2003"),
    ("a retirement isn't in the public supply",   retire,   one_more(row(retired=-100), PutPublic, SUPPLY), "tonnes of XA-2003 retired"),
    ("a retirement issues as much again",         retire,   one_more(row(issued=100), PutPublic, SUPPLY), "tonnes of XA-2003 in accounts"),
    ("a retirement isn't on the public pages",    retire,   lambda each: [one for one in each if getattr(one, "table", None) is not PAGES], "tonnes of XA-2003 retired on pages"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "act", "mistake", "what"), MISTAKES, ids=[row[0] for row in MISTAKES]
)
def test_a_wrong_rule_is_noticed_by_the_books_alone(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sentence: str,
    act: Callable[..., bytes],
    mistake: Mistake,
    what: str,
) -> None:
    def wrong(honest: Callable[..., Changes]) -> Callable[..., Changes]:
        def decide(*given: Any, **named: Any) -> Changes:
            changes = honest(*given, **named)
            return replace(changes, operations=tuple(mistake(list(changes.operations))))

        return decide

    monkeypatch.setattr(transfer_rule, "transfer", wrong(moves.transfer))
    monkeypatch.setattr(moves, "retire", wrong(moves.retire))
    monkeypatch.setattr(apply, "conserves", lambda *_: None)
    tonnes = 10_000 if act is transfer else 100
    chain = open_chain(tmp_path)
    assert chain.make(act(1, tonnes)) == 1
    chain.make()
    chain.close()
    assert disagreement(read_records(tmp_path / "blocks")) is None
    found = audit(begin(), read_records(tmp_path / "blocks"), 0, lambda *_: None).disagreement
    assert found is not None
    assert (found.height, found.what) == (1, f"independent model: {what}")
