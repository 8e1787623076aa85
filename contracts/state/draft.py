"""A rule's scratch paper: changes put together step by step, each step reading what the earlier
ones would write.
"""

from cfi.contracts.state.changes import Changes, Operation
from cfi.contracts.state.overlay import Overlay
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.refusal import Fact


class Draft:
    """Begins as the state; `add` changes it, `changes` is everything added. Nothing outside is
    written.
    """

    def __init__(self, state: StateView) -> None:
        self._overlay = Overlay(state.rows)
        self.state = StateView(self._overlay)
        self._operations: list[Operation] = []
        self._facts: dict[str, Fact] = {}
        self._gas = 0

    @property
    def changes(self) -> Changes:
        """Everything added so far, in order."""
        return Changes(tuple(self._operations), dict(self._facts), self._gas)

    def add(self, changes: Changes) -> None:
        """Take changes into account for every later step."""
        self._overlay.apply(changes)
        self._operations += changes.operations
        self._facts |= changes.facts
        self._gas += changes.gas
