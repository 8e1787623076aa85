"""`cfi light check-proof`: an ICS23 proof against a root, without a node."""

import json
import sys
from pathlib import Path
from typing import Final

import click

from cfi.client.cli.ending import BAD_INPUT, NOT_VERIFIED
from cfi.client.cli.options import json_option
from cfi.client.light.proofs import verify_membership, verify_non_membership
from cfi.contracts.wire.limits import MAX_PROOF_BYTES
from cfi.contracts.wire.merkle import HASH_BYTES

STANDARD_INPUT: Final = "-"


@click.command("check-proof")
@click.option("--root", required=True, help="The app hash: 32 bytes in hex.")
@click.option("--key", required=True, help="The key in hex.")
@click.option("--value", help="The value in hex; without it the proof must show absence.")
@json_option
@click.argument("proof", metavar="PROOF")
def check_proof(root: str, key: str, value: str | None, proof: str, as_json: bool) -> None:
    """Check an ICS23 CommitmentProof in a file, or '-' for standard input.

    The file is binary or hex text, plain or compressed; the empty tree's proof is empty. Exit
    status: 0 if the proof holds, 3 if it doesn't, 2 for bad input.

    Example: cfi light check-proof --root HEX --key HEX --value HEX proof.bin
    """
    faults: list[str] = []
    root_bytes = _unhex("--root", root, faults)
    key_bytes = _unhex("--key", key, faults)
    value_bytes = None if value is None else _unhex("--value", value, faults)
    proof_bytes = _read(proof, faults)
    if root_bytes is not None and len(root_bytes) != HASH_BYTES:
        faults.append(f"--root: {HASH_BYTES} bytes are wanted, {len(root_bytes)} are given")
    if key_bytes == b"":
        faults.append("--key: a key is never empty")
    if faults or root_bytes is None or key_bytes is None or proof_bytes is None:
        for fault in faults:
            click.echo(fault, err=True)
        raise click.exceptions.Exit(BAD_INPUT)
    if value_bytes is None:
        claim, holds = "absent", verify_non_membership(root_bytes, proof_bytes, key_bytes)
    else:
        claim, holds = "present", verify_membership(root_bytes, proof_bytes, key_bytes, value_bytes)
    if as_json:
        click.echo(json.dumps({"claim": claim, "shown": holds}))
    else:
        click.echo(f"{'shown' if holds else 'not shown'}: {claim}")
    if not holds:
        raise click.exceptions.Exit(NOT_VERIFIED)


def _unhex(name: str, text: str, faults: list[str]) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except ValueError:
        faults.append(f"{name}: not hexadecimal")
        return None


def _read(name: str, faults: list[str]) -> bytes | None:
    """A proof from a file, no more of it than the longest may have."""
    most = 3 * MAX_PROOF_BYTES
    try:
        if name == STANDARD_INPUT:
            data = sys.stdin.buffer.read(most)
        else:
            with Path(name).open("rb") as file:
                data = file.read(most)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a file name"
        faults.append(f"PROOF: {name!r}: {reason}")
        return None
    try:
        return bytes.fromhex(data.decode("ascii"))
    except ValueError:
        return data
