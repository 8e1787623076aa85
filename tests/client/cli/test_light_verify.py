"""`cfi light verify`: verdict, reason, exit status."""

import json
from operator import attrgetter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cfi.client.cli.light_verify import verify
from cfi.client.light.lightblock import LightBlock, format_light_block
from cfi.client.light.moments import format_moment
from tests.chains import light_block
from tests.client.light.table import ADJACENT, FORGED, FOUR, GAPS, Case

TRUSTED, NEXT = light_block(1, FOUR), light_block(2, FOUR)
NOW = "2003-11-28T06:30:00Z"


def run(
    folder: Path, trusted: bytes | None, untrusted: bytes | None, *options: str, given: bytes = b""
) -> Result:
    """Run the command on two files; None is standard input."""
    arguments = []
    for name, contents in (("trusted", trusted), ("untrusted", untrusted)):
        file = folder / name
        if contents is not None:
            file.write_bytes(contents)
        arguments += [f"--{name}", "-" if contents is None else str(file)]
    return CliRunner().invoke(verify, [*arguments, "--now", NOW, *options], input=given)


def written(block: LightBlock) -> bytes:
    return format_light_block(block)


@pytest.mark.parametrize("case", [*ADJACENT, *GAPS, *FORGED], ids=attrgetter("sentence"))
def test_the_command_says_what_the_verifier_says(tmp_path: Path, case: Case) -> None:
    level = f"{case.options.trust_level.numerator}/{case.options.trust_level.denominator}"
    options = ("--trust-level", level, "--now", format_moment(case.now))
    result = run(tmp_path, written(case.trusted), written(case.untrusted), *options)
    output = json.loads(result.stdout)
    assert (output["verdict"], result.exit_code) == (case.verdict, 0 if case.verdict == "ok" else 3)
    assert case.reason in output["reason"]
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("sentence", "options", "verdict"),
    [
        ("a period that is over",          ["--trusting-period", "1ms"],                        "invalid"),
        ("a long period",                  ["--trusting-period", "1000h"],                      "ok"),
        ("no drift, and the same moment",  ["--now", "2003-11-28T06:13:40Z", "--clock-drift", "0s"], "invalid"),
        ("a drift of a moment",            ["--now", "2003-11-28T06:13:40Z", "--clock-drift", "1ns"], "ok"),
    ],
)  # fmt: skip
def test_options(tmp_path: Path, sentence: str, options: list[str], verdict: str) -> None:
    result = run(tmp_path, written(TRUSTED), written(NEXT), *options)
    assert json.loads(result.stdout)["verdict"] == verdict


def test_a_file_may_be_standard_input(tmp_path: Path) -> None:
    result = run(tmp_path, written(TRUSTED), None, given=written(NEXT))
    assert json.loads(result.stdout)["verdict"] == "ok"


@pytest.mark.parametrize("name", ["trusted", "untrusted"])
def test_a_false_address_makes_a_block_invalid(tmp_path: Path, name: str) -> None:
    address = NEXT.header.proposer_address.hex().upper()
    blocks = {"trusted": written(TRUSTED), "untrusted": written(NEXT)}
    spoilt = json.loads(blocks[name])
    for each in spoilt["validator_set"]["validators"]:
        if each["address"] == address:
            each["address"] = "00" * 20
    blocks[name] = json.dumps(spoilt).encode()
    result = run(tmp_path, blocks["trusted"], blocks["untrusted"])
    assert result.exit_code == 3
    assert f"{name} block: $.validator_set" in json.loads(result.stdout)["reason"]


BAD_INPUT = [
    #  sentence                          trusted               options                              line
    ("no JSON",                          b"{",                 [],                                  "--trusted: not JSON"),
    ("no light block",                   b"{}",                [],                                  "--trusted: $.signed_header.header: missing"),
    ("no such file",                     written(TRUSTED),     ["--untrusted", "/nonexistent"],     "/nonexistent: No such file"),
    ("no time",                          written(TRUSTED),     ["--now", "noon"],                   "--now: not an RFC 3339 time"),
    ("no duration",                      written(TRUSTED),     ["--clock-drift", "10"],             "not a duration"),
    ("no fraction",                      written(TRUSTED),     ["--trust-level", "0.5"],            "--trust-level: not a fraction"),
    ("nothing below the line",           written(TRUSTED),     ["--trust-level", "1/0"],            "--trust-level: not a fraction"),
    ("too little trust",                 written(TRUSTED),     ["--trust-level", "1/4"],            "from 1/3 to 1"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "trusted", "options", "line"), BAD_INPUT)
def test_bad_input_takes_one_line(
    tmp_path: Path, sentence: str, trusted: bytes, options: list[str], line: str
) -> None:
    result = run(tmp_path, trusted, written(NEXT), *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert line in result.stderr
    assert result.stderr.count("\n") == 1
