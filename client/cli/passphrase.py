"""The passphrase of a key file: from a file, or asked for; and the key that it opens or closes."""

from pathlib import Path

import click

from cfi.client.cli.ending import (
    BAD_INPUT,
    FAILED,
    LOCKED,
    leave,
    system_sentence,
)
from cfi.client.cli.prompts import asked_passphrase
from cfi.client.wallet.keystore import (
    KeystoreError,
    SigningKey,
    WrongPassphraseError,
    new_key,
    read_key,
    write_key,
)

_HINT = "--passphrase-file"


def passphrase_of(file: Path | None, *, confirm: bool = False, hint: str = _HINT) -> bytes:
    """The passphrase, of which a file has one line, or asked for; raises BadParameter where the
    file holds none.
    """
    if file is None:
        return asked_passphrase(confirm, hint).encode()
    try:
        passphrase = file.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise click.BadParameter(f"{file}: {error.strerror}", param_hint=hint) from error
    if not passphrase.strip():
        raise click.BadParameter(f"{file} is empty: it holds no passphrase", param_hint=hint)
    return passphrase


def opened_key(file: Path, passphrase_file: Path | None) -> SigningKey:
    """The key in a key file; ends the command with a line where it can't be opened."""
    try:
        return read_key(file, passphrase_of(passphrase_file))
    except WrongPassphraseError as error:
        leave(str(error), LOCKED)
    except KeystoreError as error:
        leave(str(error), BAD_INPUT)


def made_key(file: Path, passphrase_file: Path | None, hint: str = _HINT) -> SigningKey:
    """A new key in a new file; ends the command with a line where it can't be written."""
    passphrase = passphrase_of(passphrase_file, confirm=True, hint=hint)
    made = new_key()
    try:
        write_key(file, made, passphrase)
    except KeystoreError as error:
        leave(str(error), FAILED)
    except OSError as error:
        leave(system_sentence(error), FAILED)
    return made
