"""Every run: the settings of hypothesis; a whole run also proves that each suite ran."""

import os
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import Final, TypeVar

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, settings

from tests.effort import effort

HERE: Final = Path(__file__).parent
MIRRORS: Final = ("client", "contracts", "genesis", "node")
"""The suites that mirror the packages: they alone have to cover them."""
LONG: Final = ("faults", "network", "properties")
"""Those whose tests take long."""
T = TypeVar("T")

settings.register_profile(
    "house",
    max_examples=effort(sample=100, soak=5_000),
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --whole."""
    parser.addoption("--whole", action="store_true", help="fail unless every suite ran, unskipped")


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of a run see."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def suites(tests: Iterable[Path]) -> set[str]:
    """The suites that test files belong to: their folder just under tests/."""
    return {path.relative_to(HERE).parts[0] for path in tests}


def absent(
    passed: Counter[str], skipped: Iterable[str], left_out: Iterable[str] = ()
) -> list[str]:
    """What a whole run misses: suites with files of which nothing passed, but for the folders that it
    was told to leave out, and whatever was skipped.
    """
    wanted = suites(HERE.glob("*/**/test_*.py")) - {Path(each).name for each in left_out}
    nothing = [f"{suite}: no test ran" for suite in sorted(wanted) if not passed[suite]]
    return nothing + [f"{test}: skipped" for test in sorted(skipped)]


def dealt(long: Sequence[T], short: Sequence[T], processes: int) -> list[T]:
    """An order in which each process begins with its share of the long ones, so that none of them
    is begun when there is nothing else left to do; xdist gives each an equal part of the order.
    """

    def share(of: Sequence[T], number: int) -> Sequence[T]:
        return of[len(of) * number // processes : len(of) * (number + 1) // processes]

    return [
        each for number in range(processes) for of in (long, short) for each in share(of, number)
    ]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal the tests to the processes, after they were put into a random order."""
    long = [item for item in items if suites([item.path]) & set(LONG)]
    short = [item for item in items if not suites([item.path]) & set(LONG)]
    items[:] = dealt(long, short, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Don't trace the other suites: that would slow them for nothing. (pytest-cov's own mark has no
    effect where tests run in several processes: there, two measurements are going on.)
    """
    stopped: list[Coverage] = []
    if not suites([item.path]) & set(MIRRORS):
        while (measurement := Coverage.current()) is not None:
            measurement.stop()
            stopped.append(measurement)
    try:
        return (yield)
    finally:
        for measurement in reversed(stopped):
            measurement.start()


def findings(config: pytest.Config) -> tuple[Counter[str], list[str]]:
    """How many tests passed in each suite, and what a whole run misses."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    assert reporter is not None
    passed = Counter(report.nodeid.split("/")[1] for report in reporter.stats.get("passed", []))
    skipped = {report.nodeid for report in reporter.stats.get("skipped", [])}
    left_out = config.getoption("ignore") or ()
    return passed, absent(passed, skipped, left_out) if config.getoption("--whole") else []


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a whole run that misses something."""
    if not hasattr(session.config, "workerinput") and findings(session.config)[1]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say how many tests passed in each suite, and what a whole run misses."""
    if not config.getoption("--whole"):
        return
    passed, missing = findings(config)
    counts = ", ".join(f"{suite} {number}" for suite, number in sorted(passed.items()))
    terminalreporter.write_line(f"passed: {counts or 'nothing'}")
    for line in missing:
        terminalreporter.write_line(line, red=True)
