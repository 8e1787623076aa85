"""Every table is in the catalogue, where queries, proofs and the protocol's reference find it."""

import pkgutil
from importlib import import_module
from types import ModuleType

import pytest

from cfi.contracts.state import rows
from cfi.contracts.state.catalogue import TABLES
from cfi.contracts.state.table import Table

MODULES = [
    import_module(f"{rows.__name__}.{each.name}") for each in pkgutil.iter_modules(rows.__path__)
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_no_table_is_left_out(module: ModuleType) -> None:
    tables = [each for each in vars(module).values() if isinstance(each, Table)]
    assert tables
    assert [each.name for each in tables if TABLES.get(each.tag) is not each] == []
