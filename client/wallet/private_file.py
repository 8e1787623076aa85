"""Files that hold a key: their owner alone may read them, as ssh demands of its own."""

import os
import stat
from pathlib import Path
from typing import Final

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def exposure(path: Path) -> str | None:
    """That others can read or write a file of this user, and what helps; None where they can't, or
    where no file can be found. Another user's file is that one's to guard.
    """
    try:
        told = path.stat()
    except OSError:
        return None
    if told.st_uid != os.getuid() or not told.st_mode & _OTHERS:
        return None
    return f"others can open the key file {path}: chmod 600 {path}"
