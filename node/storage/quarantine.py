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
        self._kept: set[str] | None = None
        """Names of those in the folder, once it was listed."""

    def keep(self, transaction: bytes, error: BaseException) -> None:
        """Write one transaction and its error, and log the error's way there; a full folder or a
        full disk keeps nobody from going on.
        """
        self.count += 1
        name = sha256(transaction).hexdigest()
        try:
            kept = self._listed()
            if name in kept or len(kept) >= _MOST_KEPT:
                return
            kept.add(name)
            _LOG.error(
                "quarantined a transaction",
                extra={"transaction": name, "error": type(error).__name__},
                exc_info=error,
            )
            (self._folder / f"{name}.tx").write_bytes(transaction)
            (self._folder / f"{name}.txt").write_text(f"{type(error).__name__}: {error}\n")
        except OSError:
            _LOG.exception("the quarantine can't be written")

    def _listed(self) -> set[str]:
        if self._kept is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._kept = {each.stem for each in self._folder.iterdir()}
        return self._kept
