"""`cfi light verify`: may this header be believed?"""

import json
import sys
from pathlib import Path
from typing import Final

import click

from cfi.client.cli.ending import BAD_INPUT, NOT_VERIFIED
from cfi.client.light.verifier import VerdictKind
from cfi.client.light.verify_command import (
    DEFAULT_CLOCK_DRIFT,
    DEFAULT_TRUST_LEVEL,
    DEFAULT_TRUSTING_PERIOD,
    InputError,
    verify_files,
)

STANDARD_INPUT: Final = "-"


@click.command("verify")
@click.option("--trusted", required=True, metavar="FILE", help="The light block that is trusted.")
@click.option("--untrusted", required=True, metavar="FILE", help="The light block to judge.")
@click.option("--json", is_flag=True, expose_value=False, help="The verdict is JSON anyway.")
@click.option("--now", required=True, metavar="RFC3339", help="The time at which to judge.")
@click.option(
    "--trusting-period",
    default=DEFAULT_TRUSTING_PERIOD,
    show_default=True,
    metavar="DURATION",
    help="How long a header is trusted.",
)
@click.option(
    "--trust-level",
    default=DEFAULT_TRUST_LEVEL,
    show_default=True,
    metavar="FRACTION",
    help="The share of the trusted power that must have signed, over a gap.",
)
@click.option(
    "--clock-drift",
    default=DEFAULT_CLOCK_DRIFT,
    show_default=True,
    metavar="DURATION",
    help="How far a header's time may be ahead.",
)
def verify(
    trusted: str,
    untrusted: str,
    now: str,
    trusting_period: str,
    trust_level: str,
    clock_drift: str,
) -> None:
    """Judge a light block by a trusted one. FILE may be - for standard input.

    Prints a verdict (ok, not-enough-trust or invalid) and its reason as JSON; exits with 0 for ok,
    with 3 for the others, with 2 where a file can't be read.

    Example: cfi light verify --trusted A.json --untrusted B.json --now 2026-01-01T00:00:00Z
    """
    try:
        verdict, reason = verify_files(
            _contents(trusted),
            _contents(untrusted),
            now=now,
            trusting_period=trusting_period,
            trust_level=trust_level,
            clock_drift=clock_drift,
        )
    except InputError as error:
        click.echo(str(error), err=True)
        sys.exit(BAD_INPUT)
    click.echo(json.dumps({"verdict": verdict, "reason": reason}))
    sys.exit(0 if verdict == VerdictKind.OK else NOT_VERIFIED)


def _contents(file: str) -> bytes:
    try:
        if file == STANDARD_INPUT:
            return sys.stdin.buffer.read()
        return Path(file).read_bytes()
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}") from error
