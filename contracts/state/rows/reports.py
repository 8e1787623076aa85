"""Emission reports and their audits.  (RB 7, 10)"""

from typing import Any, Final

from cfi.contracts.state.table import Table

TABLES: Final[tuple[Table[Any], ...]] = ()
