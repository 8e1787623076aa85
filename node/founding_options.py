"""What `cfi init` and `cfi testnet` are told alike."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from cfi.client.cli.options import A_FILE
from cfi.client.cli.passphrase import passphrase_of
from cfi.contracts.state.genesis import SIMULATION_PREFIX
from cfi.contracts.wire.limits import MAX_CHAIN_ID_CHARACTERS
from cfi.contracts.wire.quantities import RANGES, Instant
from cfi.contracts.wire.text import is_identifier
from cfi.genesis.programmes.loader import PROGRAMMES
from cfi.node.founding import Founding

Command = Callable[..., Any]

_OPTIONS: Final = (
    click.option(
        "--chain-id", required=True, help="The chain's name; sim-... for a stepped clock."
    ),
    click.option("--programme", type=click.Choice(PROGRAMMES), required=True, help="Its terms."),
    click.option("--clock-start", metavar="DATE", help="A stepped clock that begins at this date."),
    click.option(
        "--passphrase-file",
        type=A_FILE,
        help="Holds the passphrase of the officers' key files, for unattended use.",
    ),
)


def founding_options(command: Command) -> Command:
    """Let a command take what a chain's founding is told."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def founding_of(
    chain_id: str, programme: str, clock_start: str | None, passphrase_file: Path | None
) -> Founding:
    """The founding; asks for a passphrase unless a file has it. Raises click.BadParameter."""
    start = None if clock_start is None else _seconds(clock_start)
    _require_chain_id(chain_id, stepped=start is not None)
    return Founding(
        chain_id=chain_id,
        programme=programme,
        clock_start=start,
        passphrase=passphrase_of(passphrase_file, confirm=True),
    )


def _require_chain_id(chain_id: str, *, stepped: bool) -> None:
    """Raise BadParameter for what no chain may be called."""
    fault = None
    if not is_identifier(chain_id) or len(chain_id) > MAX_CHAIN_ID_CHARACTERS:
        fault = f"at most {MAX_CHAIN_ID_CHARACTERS} printable ASCII characters without space"
    elif chain_id.startswith(SIMULATION_PREFIX) and not stepped:
        fault = f"{SIMULATION_PREFIX}... is for a stepped clock: give --clock-start"
    elif stepped and not chain_id.startswith(SIMULATION_PREFIX):
        fault = f"a stepped clock is for a chain called {SIMULATION_PREFIX}...: see --clock-start"
    if fault is not None:
        raise click.BadParameter(fault, param_hint="--chain-id")


def _seconds(date: str) -> int:
    """The start of a day, in seconds since 1970; raises BadParameter."""
    try:
        seconds = int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp())
    except ValueError:
        seconds = -1
    least, greatest = RANGES[Instant]
    if not least <= seconds <= greatest:
        raise click.BadParameter(f"{date} is no date like 2003-01-01", param_hint="--clock-start")
    return seconds
