"""Transactions that raised an exception nobody foresaw: kept for the developers, with an alarm,
while the ledger goes on.
"""

import logging
from hashlib import sha256
from pathlib import Path
from typing import Final

_LOG: Final = logging.getLogger(__name__)
_MOST_KEPT: Final = 1_000


class Quarantine:
    """A folder of transactions, named by their hash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.count = 0

    def keep(self, transaction: bytes, error: BaseException) -> None:
        """Write one transaction and its error; a full folder or a full disk keeps nobody from going
        on.
        """
        self.count += 1
        name = sha256(transaction).hexdigest()
        _LOG.error(
            "quarantined a transaction", extra={"transaction": name, "error": type(error).__name__}
        )
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if sum(1 for _ in self._folder.iterdir()) < 2 * _MOST_KEPT:
                (self._folder / f"{name}.tx").write_bytes(transaction)
                (self._folder / f"{name}.txt").write_text(f"{type(error).__name__}: {error}\n")
        except OSError:
            _LOG.exception("the quarantine can't be written")
