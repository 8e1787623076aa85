"""RB 4.6, Table 4.1: `cfi calc allocation`."""

from typing import Any

import pytest

from cfi.client.calc.allocation import EXAMPLE, allocation_report
from cfi.client.calc.reading import InputFaults
from tests.client.calc.inputs import as_input


def rows(given: dict[str, Any]) -> list[list[int]]:
    found = allocation_report(as_input(given))["years"]
    assert isinstance(found, list)
    return [list(row.values()) for row in found]


def test_table_4_1() -> None:
    assert rows(EXAMPLE) == [
        [2003, 990_000, 9_900, 297],
        [2004, 980_000, 9_800, 294],
        [2005, 970_000, 9_700, 291],
        [2006, 960_000, 9_600, 288],
    ]


def test_a_target_is_rounded_once_and_issued_in_whole_cfis() -> None:
    given = {"programme": "phase-2", "first_year": 2007, "baseline_tonnes": "259904"}
    assert rows(given)[0] == [2007, 256_005, 2_560, 0]


def test_faults_are_collected() -> None:
    with pytest.raises(InputFaults) as found:
        allocation_report(as_input({"programme": "x", "first_year": 1, "withheld_bps": 10_001}))
    assert list(found.value.faults) == [
        "$.programme: not one of phase-1, phase-2",
        "$.first_year: not a whole number from 1900 to 9999",
        "$.baseline_tonnes: missing",
        "$.withheld_bps: not a whole number from 0 to 10000",
    ]
