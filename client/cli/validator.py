"""`cfi validator`: what an operator of validators prepares, without a node."""

import json
from pathlib import Path
from typing import Final

import click

from cfi.client.calc.validator_plan import EXAMPLE, plan_report, print_plan
from cfi.client.cli.calc import Calculator, options, run_calculator
from cfi.client.cli.ending import BAD_INPUT, leave
from cfi.client.cli.options import A_FILE
from cfi.client.wallet.consensus_key import ConsensusKeyError, read_consensus_key
from cfi.contracts.wire.possession import consensus_statement
from cfi.contracts.wire.schema import PublicKey
from cfi.contracts.wire.signatures import public_key_of, sign

PLAN: Final[Calculator] = (plan_report, print_plan)


@click.group()
def validator() -> None:
    """Plan a change of the validators, and prove a new one's key."""


@validator.command()
@options
def plan(file: str | None, as_json: bool, example: bool) -> None:
    """The acts that lead from the present validators to others, and the heights between them.

    FILE is JSON, or '-' for standard input; `divisor` is the chain's validator_change_divisor.
    Exit status: 0, or 2 for bad input.

    Example: cfi validator plan --example | cfi validator plan -
    """
    run_calculator(file, as_json, EXAMPLE if example else None, PLAN)


@validator.command()
@click.argument("key_file", type=A_FILE)
@click.option("--chain-id", required=True, help="The chain that the key is to sign.")
@click.option("--operator", required=True, help="The holder who runs the validator.")
def prove(key_file: Path, chain_id: str, operator: str) -> None:
    """Prove that its operator has the key of KEY_FILE, a validator's key in CometBFT's format.

    Prints the fields that AddValidator takes; RotateConsensusKey takes the key as `new_key`.

    Example: cfi validator prove validator_key.json --chain-id cfi-1 --operator exchange
    """
    try:
        seed = read_consensus_key(key_file)
    except ConsensusKeyError as error:
        leave(str(error), BAD_INPUT)
    key = PublicKey(public_key_of(seed))
    possession = sign(seed, consensus_statement(chain_id, operator, key))
    told = {"key": key.hex(), "operator": operator, "possession": possession.hex()}
    click.echo(json.dumps(told))
