"""One message, one rule, one test, of one name.  (style rule 21)"""

from collections.abc import Iterable
from pathlib import PurePath
from typing import Final

MESSAGES: Final = PurePath("contracts/wire/messages")
RULES: Final = PurePath("contracts/rules")
TESTS: Final = PurePath("tests/contracts/rules")


def slices(paths: Iterable[PurePath], base: PurePath, prefix: str = "") -> set[str]:
    """The 'family/name' of each module two levels under a folder."""
    return {
        f"{path.parent.name}/{path.stem.removeprefix(prefix)}"
        for path in paths
        if path.parent.parent == base
        and path.suffix == ".py"
        and path.stem.startswith(prefix)
        and path.stem != "__init__"
    }


def slice_faults(paths: Iterable[PurePath]) -> list[str]:
    """Each message, rule or test whose counterparts are missing."""
    listed = list(paths)
    kinds = {
        "message": slices(listed, MESSAGES),
        "rule": slices(listed, RULES),
        "test": slices(listed, TESTS, "test_"),
    }
    everything = set().union(*kinds.values())
    return [
        f"{name} has no {kind}"
        for name in sorted(everything)
        for kind, present in kinds.items()
        if name not in present
    ]
