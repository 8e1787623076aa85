"""`cfi demo`: the whole main job on real input, checked by others, with a summary worth reading."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from cfi.genesis.scenarios.loader import SCENARIOS, Scenario, scenario
from cfi.node.assembly import read_home_genesis
from cfi.node.command_line import EXIT_FAILED, EXIT_NOT_VERIFIED, say
from cfi.node.demo.cast import Cast
from cfi.node.demo.checks import Check, audited, audited_with_a_changed_byte, guarded
from cfi.node.demo.member_check import member_checked, node_running
from cfi.node.demo.network_stage import network_running, perform_together
from cfi.node.demo.player import RefusedActError
from cfi.node.demo.stage import Performance, StageError, perform
from cfi.node.demo.summary import load_state, show
from cfi.node.home import Home, HomeError
from cfi.node.network.places import network_homes
from cfi.node.parts import node_parts
from cfi.node.settings import COMETBFT, EMBEDDED, ENGINES
from cfi.node.supervisor import Part, supervise

_WIDTH: Final = 170


@click.command()
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the chains' homes are made; a new temporary folder by default.",
)
@click.option("--only", type=click.Choice(SCENARIOS), help="Play one phase instead of both.")
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default=EMBEDDED,
    show_default=True,
    help="Play each on one process, or on four validators under CometBFT.",
)
def demo(folder: Path | None, only: str | None, engine: str) -> None:
    """Play two simulated programmes, 2003-2006 and 2007-2010, and have them checked.

    Members enrol, get baselines and allowances, report, trade and true up every year; then an
    auditor's process replays the history, and a copy with one byte changed is caught.

    Example: cfi demo --only phase-2 --engine cometbft
    """
    root = folder or Path(tempfile.mkdtemp(prefix="cfi-demo-"))
    chosen = [scenario(name) for name in SCENARIOS if only in (None, name)]
    begun = time.monotonic()
    try:
        performances = _perform_all(root, chosen, engine)
    except (StageError, RefusedActError, HomeError, OSError, subprocess.TimeoutExpired) as error:
        click.echo(f"cfi: {error}", err=True)
        sys.exit(EXIT_FAILED)
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    checks = []
    for told, performance in zip(chosen, performances, strict=True):
        state = load_state(performance.home)
        show(console, state, told)
        checks += _checks(told, performance)
        console.print(f"{told.chain_id}: height {state.height}, root {state.app_hash.hex()}")
        console.print(f"{performance.acts} acts in {performance.seconds:.0f} s\n")
    console.print(_check_table(checks))
    _further(console, performances)
    console.print(f"{time.monotonic() - begun:.0f} s in all")
    if sys.stdout.isatty():
        _stay_up(console, performances[-1])
    sys.exit(0 if all(check.passed for check in checks) else EXIT_NOT_VERIFIED)


def _stay_up(console: Console, performance: Performance) -> None:
    """At a terminal the last chain's nodes go on until Ctrl-C."""
    homes = [performance.home] if performance.folder is None else network_homes(performance.folder)
    for home in homes:
        console.print(
            f"A gateway is up: http://{home.settings().listen}/v1/status (Ctrl-C ends it)"
        )
    supervise([part for home in homes for part in _parts(home)], say)


def _parts(home: Home) -> list[Part]:
    return node_parts(home, home.settings(), read_home_genesis(home)[0])


def _perform_all(root: Path, chosen: list[Scenario], engine: str) -> list[Performance]:
    with ThreadPoolExecutor(len(chosen)) as stages:
        running = [
            stages.submit(perform_together, root / told.chain_id, told, _teller(told))
            if engine == COMETBFT
            else stages.submit(perform, Home(root / told.chain_id), told, _teller(told))
            for told in chosen
        ]
        return [each.result() for each in running]


def _teller(told: Scenario) -> Callable[[str], None]:
    """Tells on standard error how far a chain's story is."""
    return lambda sentence: click.echo(f"{told.chain_id}: {sentence}", err=True)


def _checks(told: Scenario, performance: Performance) -> list[Check]:
    home, folder = performance.home, performance.folder
    member = told.members[0].holder_id
    running = node_running(home) if folder is None else network_running(folder)
    found = [
        *performance.checks,
        *guarded("auditor's replay", lambda: audited(home)),
        *guarded("one byte changed", lambda: [audited_with_a_changed_byte(home, home.root)]),
        *guarded("member", lambda: member_checked(home, Cast(told.chain_id), member, running)),
    ]
    return [Check(f"{told.chain_id}: {each.what}", each.passed, each.told) for each in found]


def _check_table(checks: list[Check]) -> Table:
    table = Table("check", "", "said", title="Checked by others", title_justify="left")
    for check in checks:
        table.add_row(check.what, "ok" if check.passed else "FAILED", check.told)
    return table


def _further(console: Console, performances: list[Performance]) -> None:
    console.print("Look further:")
    cfi = sys.argv[0]
    for performance in performances:
        root, folder = performance.home.root, performance.folder
        start = f"start --home {root}" if folder is None else f"testnet start {folder}"
        console.print(f"  {cfi} audit replay {root}", soft_wrap=True)
        console.print(f"  {cfi} audit admissions {root} {root}", soft_wrap=True)
        console.print(f"  {cfi} doctor --home {root}", soft_wrap=True)
        console.print(f"  {cfi} {start}", soft_wrap=True)
