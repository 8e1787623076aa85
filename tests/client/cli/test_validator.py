"""`cfi validator`: plans for changes, proofs of keys."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from cfi.client.cli.validator import validator
from cfi.client.wallet.messages import message_from_json
from cfi.contracts.wire.possession import proves_consensus_key
from cfi.node.consensus.private_validator import write_key
from tests.contracts.ledger import seed_of
from tests.contracts.people import key_named


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(validator, list(arguments), input=given)


class TestPlan:
    def test_its_example_is_a_valid_input(self) -> None:
        answer = run("plan", "--json", "-", given=run("plan", "--example").stdout)
        assert answer.exit_code == 0
        assert len(json.loads(answer.stdout)["steps"]) == 5

    def test_a_table_is_printed_for_people(self) -> None:
        answer = run("plan", "-", given=run("plan", "--example").stdout)
        assert answer.exit_code == 0
        assert "AddValidator" in answer.stdout

    def test_bad_input_is_a_line_a_fault(self) -> None:
        answer = run("plan", "-", given="{}")
        assert (answer.exit_code, answer.stdout) == (2, "")
        assert answer.stderr.splitlines() == ["$.current: missing", "$.wanted: missing"]


class TestProve:
    def test_the_proof_is_what_the_act_takes(self, tmp_path: Path) -> None:
        write_key(tmp_path / "key.json", seed_of("five"))
        answer = run(
            "prove", str(tmp_path / "key.json"), "--chain-id", "sim-test", "--operator", "exchange"
        )
        assert answer.exit_code == 0
        message = message_from_json("AddValidator", json.loads(answer.stdout) | {"power": 5})
        assert message.key == key_named("five")
        assert proves_consensus_key("sim-test", "exchange", message.key, message.possession)
        assert not proves_consensus_key("other", "exchange", message.key, message.possession)

    def test_a_file_that_is_no_key_says_so(self, tmp_path: Path) -> None:
        (tmp_path / "key.json").write_text("{}")
        answer = run("prove", str(tmp_path / "key.json"), "--chain-id", "c", "--operator", "o")
        assert answer.exit_code == 2
        assert "can't be read" in answer.stderr
