"""`cfi anchor`: a header that officers sign, from which light clients start."""

from pathlib import Path
from typing import Final

import click

from cfi.client.cli.passphrase import passphrase_of
from cfi.client.wallet.keystore import read_key
from cfi.node.anchoring import make_anchor
from cfi.node.command_line import home_option, told
from cfi.node.home import Home
from cfi.node.storage.atomic import write_atomically

_MOST_DAYS: Final = 366
"""Whoever has signed no block for longer could sign another history for who starts there."""


@click.command()
@home_option
@click.option(
    "--officer-key",
    "files",
    multiple=True,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An officer's keystore file; as many as must sign.",
)
@click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Of these files; asked for each by default.",
)
@click.option(
    "--days", type=click.IntRange(1, _MOST_DAYS), default=14, show_default=True,
    help="For how long it may be started from.",
)  # fmt: skip
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@told
def anchor(
    root: Path, files: tuple[Path, ...], passphrase_file: Path | None, days: int, out: Path
) -> None:
    """Write an anchor of the newest header to OUT, for members' light clients. Renew it weekly.

    Example: cfi anchor --home ./node --officer-key a.json --officer-key b.json anchor.cbor
    """
    seeds = [read_key(file, passphrase_of(passphrase_file)).seed for file in files]
    made, data = make_anchor(Home(root), seeds, days)
    write_atomically(out, data)
    click.echo(f"height {made.height}, header {made.header_hash.hex()}, {days} days")
