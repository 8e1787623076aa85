"""`cfi calc`: one JSON object or a table on standard output; faults on standard error, exit 2."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cfi.client.cli.calc import calc

COMMANDS = ["baseline", "position", "allocation"]


def run(*arguments: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(calc, list(arguments), input=given)


@pytest.mark.parametrize("command", COMMANDS)
class TestEveryCommand:
    def test_its_example_is_a_valid_input(self, command: str) -> None:
        example = run(command, "--example")
        assert example.exit_code == 0
        answer = run(command, "--json", "-", given=example.stdout)
        assert answer.exit_code == 0
        assert isinstance(json.loads(answer.stdout), dict)
        assert answer.stderr == ""

    def test_a_table_is_printed_for_people(self, command: str) -> None:
        answer = run(command, "-", given=run(command, "--example").stdout)
        assert answer.exit_code == 0
        assert "(RB " in answer.stdout
        assert "2003" in answer.stdout

    def test_a_file_is_read(self, command: str, tmp_path: Path) -> None:
        file = tmp_path / "input.json"
        file.write_text(run(command, "--example").stdout, encoding="utf-8-sig")
        by_file = run(command, str(file), "--json")
        assert by_file.exit_code == 0
        assert by_file.stdout == run(command, "-", "--json", given=file.read_bytes()).stdout

    def test_bad_input_prints_nothing_on_standard_output(self, command: str) -> None:
        answer = run(command, "--json", "-", given='{"programme": "phase-9", "more": 1}')
        assert answer.exit_code == 2
        assert answer.stdout == ""
        lines = answer.stderr.splitlines()
        assert "$.programme: not one of phase-1, phase-2" in lines
        assert "$.more: unknown" in lines
        assert all(line.startswith("$") for line in lines)

    @pytest.mark.parametrize(
        ("given", "fault"), [(b"\xff", "$: not UTF-8 at byte 0\n"), (b"{", "$: not JSON: ")]
    )
    def test_what_is_no_json_is_one_fault(self, command: str, given: bytes, fault: str) -> None:
        answer = run(command, "-", given=given)
        assert (answer.exit_code, answer.stdout) == (2, "")
        assert answer.stderr.startswith(fault)

    def test_a_file_that_is_not_there_is_a_fault(self, command: str, tmp_path: Path) -> None:
        answer = run(command, str(tmp_path / "none.json"))
        assert (answer.exit_code, answer.stdout) == (2, "")
        assert "can't be read" in answer.stderr

    def test_a_file_is_wanted(self, command: str) -> None:
        answer = run(command)
        assert (answer.exit_code, answer.stdout) == (2, "")
        assert "FILE is missing" in answer.stderr
