"""`cfi validator plan`: the acts from one set of validators to another.  (ours 0025)"""

from typing import Any, Final

from cfi.client.calc.reading import Fields, InputFaults
from cfi.client.calc.showing import print_table
from cfi.contracts.state.validator_power import NoStepError, PowerStep, plan_steps
from cfi.contracts.state.validator_sets import HEIGHTS_UNTIL_IN_FORCE
from cfi.contracts.wire.quantities import RANGES, Count

DEFAULT_DIVISOR: Final = 3
MOST_POWER: Final = RANGES[Count][1]
EXAMPLE: Final = {
    "current": [{"validator": "founder", "power": 1_000}],
    "wanted": [
        {"validator": "founder", "power": 1_000},
        {"validator": "second", "power": 1_000},
        {"validator": "third", "power": 1_000},
        {"validator": "fourth", "power": 1_000},
    ],
    "divisor": 3,
}
COLUMNS: Final = ("step", "heights later", "act", "validator", "power before", "power after")


def plan_report(raw: object) -> dict[str, object]:
    """The answer to an input; InputFaults with everything that is wrong with it."""
    faults: list[str] = []
    fields = Fields(raw, "$", faults)
    current, wanted = _powers(fields, "current"), _powers(fields, "wanted")
    divisor = fields.whole("divisor", 0, MOST_POWER, DEFAULT_DIVISOR)
    fields.done()
    if faults:
        raise InputFaults(faults)
    try:
        steps = plan_steps(current, wanted, divisor)
    except NoStepError as error:
        raise InputFaults([f"$: {error}"]) from error
    return {
        "steps": [
            {"heights_later": HEIGHTS_UNTIL_IN_FORCE * at, "acts": [_act(each) for each in step]}
            for at, step in enumerate(steps)
        ]
    }


def print_plan(report: dict[str, Any]) -> None:
    """The answer as a table for people."""
    rows = [
        [
            number,
            step["heights_later"],
            act["message"],
            act["validator"],
            act["power_before"],
            act["power"],
        ]
        for number, step in enumerate(report["steps"], start=1)
        for act in step["acts"]
    ]
    print_table("Steps to the wanted validators (ours)", COLUMNS, rows)


def _act(step: PowerStep) -> dict[str, object]:
    message = "ChangeValidatorPower"
    if not step.before:
        message = "AddValidator"
    elif not step.after:
        message = "RemoveValidator"
    return {
        "message": message,
        "validator": step.key.decode(),
        "power_before": step.before,
        "power": step.after,
    }


def _powers(fields: Fields, name: str) -> dict[bytes, int]:
    powers: dict[bytes, int] = {}
    for each in fields.objects(name):
        validator = each.text("validator")
        power = each.whole("power", 1, MOST_POWER)
        each.done()
        if validator.encode() in powers:
            each.fault("validator", "listed before")
        powers[validator.encode()] = power
    return powers
