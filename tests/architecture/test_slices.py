"""One message, one rule, one test, of one name."""

from pathlib import PurePath

import pytest

from tests.architecture.slices import MESSAGES, RULES, slice_faults, slices
from tests.architecture.tree import files

MESSAGE = "contracts/wire/messages/custody/retire.py"
RULE = "contracts/rules/custody/retire.py"
TEST = "tests/contracts/rules/custody/test_retire.py"


@pytest.mark.parametrize(
    ("sentence", "paths", "faults"),
    [
        ("all three", [MESSAGE, RULE, TEST], []),
        ("no message", [RULE, TEST], ["custody/retire has no message"]),
        ("no rule", [MESSAGE, TEST], ["custody/retire has no rule"]),
        ("no test", [MESSAGE, RULE], ["custody/retire has no test"]),
        ("what all share", ["contracts/wire/messages/catalogue.py"], []),
        ("a package's opening", ["contracts/rules/custody/__init__.py"], []),
    ],
)
def test_what_is_missing_is_found(sentence: str, paths: list[str], faults: list[str]) -> None:
    assert slice_faults(map(PurePath, paths)) == faults, sentence


def test_each_message_has_its_rule_and_its_test() -> None:
    paths = files(".py", under="contracts") + files(".py", under="tests/contracts")
    assert slices(paths, MESSAGES)
    assert slices(paths, RULES)
    assert slice_faults(paths) == []
