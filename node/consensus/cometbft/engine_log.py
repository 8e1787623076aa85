"""CometBFT's log in our form: one JSON object a line, of allow-listed fields only, and its last
words.  (CometBFT 0.38, libs/log)
"""

import json
from collections.abc import Mapping
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
_GAVE_UP: Final = "CONSENSUS FAILURE!!!"
"""What CometBFT says when it decides and signs no more; its process stays and answers as before.
(consensus/state.go)
"""


class EngineLog:
    """Rewrites line by line."""

    def __init__(self, node: str) -> None:
        self._node = node
        self._fatal = False
        self.gave_up = False
        """True once it decides no more."""
        self.last_words = ""
        """The last error; once it is a fatal one, that."""

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
            self.last_words = ": ".join((message, *_error(content)))
            self._fatal = self.gave_up = message == _GAVE_UP
        return json.dumps(content)

    def _plain(self, text: str) -> str:
        if text.startswith(_FATAL) and not self._fatal:
            self._fatal = True
            self.last_words = text[:_LONGEST]
        now = datetime.now(UTC).isoformat()
        return json.dumps(self._content(now, "error", text[:_LONGEST]))

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


def _error(content: Mapping[str, Any]) -> tuple[str, ...]:
    return (content["error"],) if "error" in content else ()
