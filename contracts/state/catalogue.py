"""Every table, by tag."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from cfi.contracts.state.rows import (
    access,
    allocation,
    baseline,
    custody,
    governance,
    membership,
    programme,
    protections,
    reports,
    trades,
    true_up,
    validators,
)
from cfi.contracts.state.table import Table

_ALL: Final[tuple[Table[Any], ...]] = (
    *membership.TABLES,
    *access.TABLES,
    *custody.TABLES,
    *trades.TABLES,
    *protections.TABLES,
    *baseline.TABLES,
    *allocation.TABLES,
    *reports.TABLES,
    *programme.TABLES,
    *true_up.TABLES,
    *governance.TABLES,
    *validators.TABLES,
)

TABLES: Final[Mapping[int, Table[Any]]] = MappingProxyType({table.tag: table for table in _ALL})
INDEXED: Final[Mapping[int, Table[Any]]] = MappingProxyType(
    {table.tag: table for table in _ALL if table.indexed}
)
STANDING: Final = frozenset(
    (access.ACCESS.tag, access.USERS.tag, access.KEYS.tag, membership.HOLDERS.tag)
)
"""Tags of the tables that say who may do what."""

assert len(TABLES) == len(_ALL), "two tables have the same tag"
