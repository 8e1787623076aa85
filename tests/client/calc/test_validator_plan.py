"""`cfi validator plan`: the founding validator is diluted in steps."""

from typing import Any

import pytest

from cfi.client.calc.reading import InputFaults
from cfi.client.calc.validator_plan import EXAMPLE, plan_report
from tests.client.calc.inputs import as_input


def acts(given: dict[str, Any]) -> list[tuple[int, str, str, int]]:
    steps = plan_report(as_input(given))["steps"]
    assert isinstance(steps, list)
    return [
        (step["heights_later"], act["message"], act["validator"], act["power"])
        for step in steps
        for act in step["acts"]
    ]


def test_a_founder_is_joined_by_three_equals() -> None:
    assert acts(EXAMPLE) == [
        (0, "AddValidator", "fourth", 333),
        (2, "ChangeValidatorPower", "fourth", 777),
        (4, "ChangeValidatorPower", "fourth", 1_000),
        (4, "AddValidator", "second", 369),
        (6, "ChangeValidatorPower", "second", 1_000),
        (6, "AddValidator", "third", 158),
        (8, "ChangeValidatorPower", "third", 1_000),
    ]


def test_one_leaves_with_its_last_step() -> None:
    given = {
        "current": [{"validator": "old", "power": 30}, {"validator": "new", "power": 90}],
        "wanted": [{"validator": "new", "power": 90}],
    }
    assert acts(given) == [(0, "RemoveValidator", "old", 0)]


def test_faults_are_collected() -> None:
    twice = [{"validator": "a", "power": 0}, {"validator": "a", "power": 5}]
    with pytest.raises(InputFaults) as found:
        plan_report(as_input({"current": twice, "divisor": -1}))
    assert list(found.value.faults) == [
        "$.current[0].power: not a whole number from 1 to 9007199254740992",
        "$.current[1].validator: listed before",
        "$.wanted: missing",
        "$.divisor: not a whole number from 0 to 9007199254740992",
    ]


def test_where_no_step_leads_there_it_says_so() -> None:
    given = {
        "current": [{"validator": "a", "power": 2}],
        "wanted": [{"validator": "b", "power": 2}],
    }
    with pytest.raises(InputFaults, match="a total power of 2 is too small for any step"):
        plan_report(as_input(given))
