"""CometBFT's log in our form: one JSON object a line, of allow-listed fields only, its last words,
and whether it has halted.  (CometBFT 0.38, libs/log)

After a failure of its consensus, CometBFT goes on running and answering, and decides nothing more.
Started again with another app hash than the others', it takes its peers for liars, for ever. Only
the log tells either.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

_FIELDS: Final[Mapping[str, tuple[str, type]]] = MappingProxyType(
    {
        "module": ("module", str),
        "height": ("height", int),
        "round": ("round", int),
        "peer": ("peer", str),
        "err": ("error", str),
        "error": ("error", str),
    }
)
"""Its name, ours, and what it must be: whole blocks, votes and transactions stand under others."""
_LONGEST: Final = 500
_FATAL: Final = ("panic:", "fatal error:", "ERROR:")
"""How a line begins that Go, or CometBFT's own command, writes before it ends."""
_FAILURE: Final = "CONSENSUS FAILURE!!!"
"""(consensus/state.go, receiveRoutine)"""
_SYNC_FAILURE: Final = "Error in validation"
"""(blocksync/reactor.go) A block's votes are verified before its header's app hash is compared: no
liar can make this line name that hash.
"""
_OTHER_HASH: Final = "wrong Block.Header.AppHash"
"""(state/validation.go)"""


class EngineLog:
    """Rewrites line by line."""

    def __init__(self, node: str, own_height: Callable[[], int | None]) -> None:
        """`own_height` asks the ledger which height it decided last; None if it is silent."""
        self._node = node
        self._own_height = own_height
        self._fatal = False
        self.last_words = ""
        """The last error; once it is a fatal one, that."""
        self.halted = False
        """True once it decides nothing more, though it may run on."""

    def rewritten(self, line: str) -> str:
        """The line in our form."""
        text = line.strip()
        try:
            told = json.loads(text)
        except ValueError:
            told = None
        if not isinstance(told, dict):
            return self._plain(text)
        level = "error" if told.get("level") == "error" else str(told.get("level", "info"))
        message = str(told.get("_msg", ""))[:_LONGEST]
        content = self._content(str(told.get("ts", "")), level, message) | _allowed(told)
        if level == "error" and not self._fatal:
            self._take_error(message, content)
        return json.dumps(content)

    def _take_error(self, message: str, content: Mapping[str, Any]) -> None:
        error = content.get("error", "")
        self.last_words = f"{message}: {error}" if error else message
        if message == _FAILURE or (message == _SYNC_FAILURE and _OTHER_HASH in error):
            self._fatal = self.halted = True
            self.last_words = self._words(self.last_words)

    def _plain(self, text: str) -> str:
        if text.startswith(_FATAL) and not self._fatal:
            self._fatal = True
            self.last_words = self._words(text[:_LONGEST])
        now = datetime.now(UTC).isoformat()
        return json.dumps(self._content(now, "error", text[:_LONGEST]))

    def _words(self, text: str) -> str:
        """A fatal error, in words that say what to do where we know it."""
        if _OTHER_HASH not in text:
            return text
        height = self._own_height()
        after = "here" if height is None else f"after height {height}"
        return (
            f"{after} this ledger's app hash is not the one that the "
            "validators signed: keep a copy of the home, compare `cfi version` with the others', "
            'and see "When something is wrong" in the operator\'s guide'
        )

    def _content(self, time: str, level: str, message: str) -> dict[str, Any]:
        return {
            "time": time,
            "node": self._node,
            "process": "engine",
            "level": level,
            "message": message,
        }


def _allowed(told: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, (ours, kind) in _FIELDS.items():
        value = told.get(name)
        if isinstance(value, kind):
            found[ours] = value[:_LONGEST] if isinstance(value, str) else value
    return found
