"""`cfi key`: encrypted key files."""

import json
from pathlib import Path

import click

from cfi.client.cli.lazy import LazyGroup
from cfi.client.cli.options import A_FILE, json_option, passphrase_option
from cfi.client.cli.passphrase import made_key, opened_key
from cfi.client.wallet.keystore import KeystoreError, public_key_in, require_sound
from cfi.contracts.wire.possession import possession_statement
from cfi.contracts.wire.schema import PublicKey


@click.group(cls=LazyGroup, places={"rotate": "cfi.client.cli.key_rotate"})
def key() -> None:
    """Make, list, prove and rotate key files; a key never leaves its file in the clear."""


@key.command("new")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@passphrase_option
def new(file: Path, passphrase_file: Path | None) -> None:
    """Make a key in FILE and print its public key.

    Example: cfi key new officer.json
    """
    click.echo(made_key(file, passphrase_file).public_key.hex())


@key.command("list")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
def list_keys(folder: Path, as_json: bool) -> None:
    """List the key files of FOLDER with their public keys; asks for no passphrase.

    Example: cfi key list .
    """
    found = {}
    for path in sorted(folder.glob("*.json")):
        try:
            found[path.name] = public_key_in(path).hex()
            require_sound(path)
        except KeystoreError as error:
            click.echo(f"cfi: {error}", err=True)
    if as_json:
        click.echo(json.dumps(found))
        return
    for name, public_key in found.items():
        click.echo(f"{public_key}  {name}")


@key.command("prove")
@click.argument("file", type=A_FILE)
@click.option("--chain-id", required=True, help="The chain on which the key is to sign.")
@click.option("--holder", required=True, help="The holder that the user belongs to.")
@click.option("--user", required=True, help="The user whose key it is to be.")
@passphrase_option
def prove(file: Path, chain_id: str, holder: str, user: str, passphrase_file: Path | None) -> None:
    """Prove that a user has the key in FILE.

    Prints the fields `key` and `possession`, as AddUser and AddKey take them; RotateKey and
    ReplaceKey take the key as `new_key`.

    Example: cfi key prove new.json --chain-id cfi-1 --holder company-a --user user-2
    """
    signing = opened_key(file, passphrase_file)
    statement = possession_statement(chain_id, holder, user, PublicKey(signing.public_key))
    told = {"key": signing.public_key.hex(), "possession": signing.sign(statement).hex()}
    click.echo(json.dumps(told))
