"""Logs: one JSON object a line on standard error, of allow-listed fields only.

No transaction bodies, signatures, seeds or bids ever stand in a log.
"""

import json
import logging
import sys
from typing import Final

from typing_extensions import override

_ALLOWED: Final = (
    "transaction",
    "error",
    "height",
    "app_hash",
    "count",
    "peer",
    "path",
    "reason",
    "status",
    "seconds",
)
LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


class AllowListed(logging.Formatter):
    """Writes the message and the allowed fields."""

    def __init__(self, process: str, node: str) -> None:
        super().__init__()
        self._process = process
        self._node = node

    @override
    def format(self, record: logging.LogRecord) -> str:
        content: dict[str, object] = {
            "time": self.formatTime(record),
            "node": self._node,
            "process": self._process,
            "level": record.levelname.lower(),
            "message": record.msg,
        }
        for name in _ALLOWED:
            if name in record.__dict__:
                content[name] = record.__dict__[name]
        if record.exc_info is not None and record.exc_info[0] is not None:
            content["error"] = record.exc_info[0].__name__
        return json.dumps(content)


def log_to_stderr(process: str, level: str, node: str) -> None:
    """Send this process's logs to standard error, under its node's name."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(AllowListed(process, node))
    logging.basicConfig(level=LEVELS.get(level, logging.INFO), handlers=[handler], force=True)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
