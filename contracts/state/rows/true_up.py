"""Stages, obligations and elections of a true-up.  (RB 4.7)"""

from typing import Any, Final

from cfi.contracts.state.table import Table

TABLES: Final[tuple[Table[Any], ...]] = ()
