"""`cfi key`: encrypted key files."""

import json
from pathlib import Path
from typing import Final

import click

from cfi.client.wallet.keystore import KeystoreError, new_key, public_key_in, write_key

_FAILED: Final = 1


@click.group()
def key() -> None:
    """Make and list key files; a key never leaves its file in the clear."""


@key.command("new")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Instead of being asked.",
)
def new(file: Path, passphrase_file: Path | None) -> None:
    """Make a key in FILE and print its public key.

    Example: cfi key new officer.json
    """
    passphrase = passphrase_of(passphrase_file, confirm=True)
    made = new_key()
    try:
        write_key(file, made, passphrase)
    except (KeystoreError, OSError) as error:
        click.echo(f"cfi: {error}", err=True)
        raise SystemExit(_FAILED) from error
    click.echo(made.public_key.hex())


@key.command("list")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def list_keys(folder: Path, as_json: bool) -> None:
    """List the key files of FOLDER with their public keys; asks for no passphrase."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        try:
            found[path.name] = public_key_in(path).hex()
        except KeystoreError as error:
            click.echo(f"cfi: {error}", err=True)
    if as_json:
        click.echo(json.dumps(found))
        return
    for name, public_key in found.items():
        click.echo(f"{public_key}  {name}")


def passphrase_of(file: Path | None, *, confirm: bool = False) -> bytes:
    """The passphrase, from a file or asked for."""
    if file is not None:
        return file.read_bytes().strip()
    text: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm, err=True)
    return text.encode()
