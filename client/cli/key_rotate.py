"""`cfi key rotate`: a user's new key in place of an old one.  (RB 5.3.3)"""

import asyncio
import sys
from pathlib import Path

import click

from cfi.client.cli.asking import or_leave, own_rows
from cfi.client.cli.ending import FAILED
from cfi.client.cli.options import A_FILE, gateway_option, json_option, passphrase_option
from cfi.client.cli.passphrase import made_key, opened_key
from cfi.client.cli.prompts import require_agreed
from cfi.client.cli.receipts import light_folder
from cfi.client.cli.tx import send_rotation
from cfi.client.light.http import GatewayClient
from cfi.client.light.own_rows import Wanted
from cfi.client.wallet.keystore import SigningKey
from cfi.contracts.state.rows.access import KEYS, UserKey
from cfi.contracts.wire.messages.access.rotate_key import RotateKey
from cfi.contracts.wire.possession import possession_statement
from cfi.contracts.wire.schema import PublicKey, Signature


@click.command()
@click.argument("file", type=A_FILE)
@click.argument("new_file", type=click.Path(dir_okay=False, path_type=Path))
@gateway_option
@passphrase_option
@click.option("--new-passphrase-file", type=A_FILE, help="NEW_FILE's, instead of being asked.")
@light_folder
@click.option("--yes", is_flag=True, help="Send without asking.")
@json_option
def rotate(
    file: Path,
    new_file: Path,
    gateway: str,
    passphrase_file: Path | None,
    new_passphrase_file: Path | None,
    folder: Path,
    yes: bool,
    as_json: bool,
) -> None:
    """Put the key in NEW_FILE in place of yours in FILE, which is revoked at once.

    NEW_FILE is made unless it is there. Exit status: as `cfi tx`; until it is done, FILE's key
    stays yours, and the same command may be given again.

    Example: cfi key rotate me.json new.json --gateway http://127.0.0.1:8470
    """
    old = opened_key(file, passphrase_file)
    new = _new(new_file, new_passphrase_file)
    built = _rotation(gateway, old, new, folder)
    if not yes:
        require_agreed(f"Revoke {built.old_key.hex()} for {built.new_key.hex()}?")
    if not send_rotation(gateway, old, new, folder, built, as_json=as_json):
        sys.exit(FAILED)
    click.echo(f"{new_file} has your key; {file} is of no more use", err=True)


def _new(file: Path, passphrase_file: Path | None) -> SigningKey:
    if file.exists():
        return opened_key(file, passphrase_file)
    return made_key(file, passphrase_file, "--new-passphrase-file")


def _rotation(gateway: str, old: SigningKey, new: SigningKey, folder: Path) -> RotateKey:
    """The act for the old key's user, of whom the ledger knows the holder and the name."""
    found = own_rows(gateway, old, folder, Wanted(account=None, tables=(KEYS.name,)))
    users = {row.key: row.user_id for row in found.rows if isinstance(row, UserKey)}
    key = PublicKey(new.public_key)
    statement = possession_statement(
        _chain_id(gateway), found.owner, users[PublicKey(old.public_key)], key
    )
    return RotateKey(
        old_key=PublicKey(old.public_key),
        new_key=key,
        possession=Signature(new.sign(statement)),
    )


def _chain_id(gateway: str) -> str:
    async def work() -> str:
        async with GatewayClient(gateway) as client:
            return (await client.get("/v1/status")).field("chain_id").text()

    return or_leave("the answer is", lambda: asyncio.run(work()))
