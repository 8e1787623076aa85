"""`python -m tests.faults.network.planted PLANT HOME`: a ledger process with a mistake of ours in it.

With `--whole`, the whole node as `cfi start` runs it, its ledger with the mistake.
"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from cfi.contracts.rules.custody.transfer_lot import transfer_lot
from cfi.contracts.rules.membership.register_application import register_application
from cfi.contracts.state.changes import Changes
from cfi.contracts.state.view import StateView
from cfi.contracts.transition import dispatch
from cfi.contracts.transition.dispatch import DUE, RULES, Rule, RuleBook
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.custody.transfer_lot import TransferLot
from cfi.contracts.wire.messages.membership.register_application import RegisterApplication
from cfi.contracts.wire.quantities import Tonnes
from cfi.contracts.wire.refusal import Refusal, RefusedError
from cfi.node import ledger_process
from cfi.node.application import Application
from cfi.node.assembly import read_home_genesis
from cfi.node.command_line import say
from cfi.node.home import Home
from cfi.node.parts import node_parts
from cfi.node.supervisor import Part, supervise
from tests.faults.running import application
from tests.spoilt import spoilt

OTHER_ROOT: Final = "other-root"
"""It moves half of what a transfer says."""
RAISES: Final = "raises"
"""It raises an error over the poisonous application."""
REJECTS: Final = "rejects"
"""It rejects every block that is proposed, so that its engine's first vote is always for none."""
FORGES: Final = "forges"
"""It proposes a known act with another signature, first of all, and approves of any block."""
UPGRADED: Final = "upgraded"
"""It knows a second version of the rules, which takes no applications."""
NEXT_VERSION: Final = 2
_POISONOUS_NUMBER: Final = 1_000_001
POISON: Final = application(_POISONOUS_NUMBER)
KNOWN: Final = application(_POISONOUS_NUMBER + 1)
FORGED: Final = spoilt(KNOWN)
"""The same act with a signature that nobody gave."""
_PROGRAM: Final = "tests.faults.network.planted"
_WHOLE: Final = "--whole"


def with_plant(plant: str) -> tuple[str, ...]:
    """The program that is such a ledger process, and its first argument."""
    return _PROGRAM, plant


def whole_node(plant: str, home: Home) -> list[str]:
    """The command of such a node."""
    return [sys.executable, "-m", *with_plant(plant), str(home.root), _WHOLE]


def _moves_half(state: StateView, message: TransferLot, block: BlockContext) -> Changes:
    return transfer_lot(state, replace(message, tonnes=Tonnes(message.tonnes // 2)), block)


def _raises_over_poison(
    state: StateView, message: RegisterApplication, block: BlockContext
) -> Changes:
    if message.applicant == f"applicant-{_POISONOUS_NUMBER}":
        raise ZeroDivisionError("a mistake of ours")
    return register_application(state, message, block)


def _takes_none(_state: StateView, message: RegisterApplication, _block: BlockContext) -> Changes:
    raise RefusedError(Refusal.APPLICATION_EXISTS, "RB 2.4", {"applicant": message.applicant})


def _with_rule(message: type[Any], rule: Rule) -> None:
    rules: dict[type[Any], Rule] = {**RULES, message: rule}
    setattr(dispatch, "RULE_BOOKS", {1: RuleBook(rules, DUE)})  # noqa: B010 - it is Final


def upgraded_books() -> Mapping[int, RuleBook]:
    """The books of a program that knows the next version, too."""
    later: dict[type[Any], Rule] = {**RULES, RegisterApplication: _takes_none}
    return {**dispatch.RULE_BOOKS, NEXT_VERSION: RuleBook(later, DUE)}


def _with_next_version() -> None:
    setattr(dispatch, "RULE_BOOKS", upgraded_books())  # noqa: B010 - it is Final


def _without_approval() -> None:
    def rejected(*_: object) -> str:
        return "no block is good enough"

    setattr(Application, "process_proposal", rejected)  # noqa: B010 - it is a method


def _with_forgery() -> None:
    honest = Application.prepare_proposal

    def forged(*told: Any) -> list[bytes]:
        return [FORGED, *honest(*told)]

    def approved(*_: object) -> None:
        return None

    setattr(Application, "prepare_proposal", forged)  # noqa: B010 - it is a method
    setattr(Application, "process_proposal", approved)  # noqa: B010 - it is a method


_PLANTS: Final[Mapping[str, Callable[[], None]]] = MappingProxyType(
    {
        OTHER_ROOT: lambda: _with_rule(TransferLot, _moves_half),
        RAISES: lambda: _with_rule(RegisterApplication, _raises_over_poison),
        UPGRADED: _with_next_version,
        REJECTS: _without_approval,
        FORGES: _with_forgery,
    }
)


def _run_ledger(plant: str, home: Home) -> int:
    _PLANTS[plant]()
    return ledger_process.run(home)


def _run_whole(plant: str, home: Home) -> int:
    parts = node_parts(home, home.settings(), read_home_genesis(home)[0])
    lock = home.lock()
    try:
        return supervise([_planted(part, plant, home) for part in parts], say)
    finally:
        os.close(lock)


def _planted(part: Part, plant: str, home: Home) -> Part:
    if part.name != "ledger":
        return part
    return replace(part, command=[sys.executable, "-m", *with_plant(plant), str(home.root)])


if __name__ == "__main__":
    run = _run_whole if _WHOLE in sys.argv[3:] else _run_ledger
    sys.exit(run(sys.argv[1], Home(Path(sys.argv[2]))))
