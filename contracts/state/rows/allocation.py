"""What was allocated to whom.  (RB 4.6)"""

from typing import Any, Final

from cfi.contracts.state.table import Table

TABLES: Final[tuple[Table[Any], ...]] = ()
