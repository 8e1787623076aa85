"""`check-proof`: what it prints, and with which status it ends."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cfi.client.cli.check_proof import check_proof
from cfi.contracts.wire.proofs import encode_absence, encode_existence
from tests.reference.commitment_proof import batch, compressed, honest, plain
from tests.reference.forgeries import IN_ORDER, ITEMS, TREE, absent, present

ROOT = TREE.root_hash.hex()
KEY = IN_ORDER[7]
VALUE = ITEMS[KEY]
PRESENT = encode_existence(present(KEY))
NONE = b"\x10none"
ABSENT = encode_absence(absent(NONE))
NOWHERE = "no/such/file"

PRESENCE = ["--root", ROOT, "--key", KEY.hex(), "--value", VALUE.hex(), "-"]
ABSENCE = ["--root", ROOT, "--key", NONE.hex(), "-"]


def run(arguments: list[str], proof: bytes = b"") -> Result:
    return CliRunner().invoke(check_proof, arguments, input=proof)


ANSWERS = [
    #  sentence                             arguments                      proof                             status  answer
    ("a proof of presence",                 PRESENCE,                      PRESENT,                          0,      "shown: present"),
    ("a proof in hex",                      PRESENCE,                      PRESENT.hex().encode() + b"\n",   0,      "shown: present"),
    ("a proof in capital hex",              PRESENCE,                      PRESENT.hex().upper().encode(),   0,      "shown: present"),
    ("a batch",                             PRESENCE,                      batch(honest(present(KEY))),      0,      "shown: present"),
    ("a compressed batch",                  PRESENCE,                      compressed(honest(present(KEY))), 0,      "shown: present"),
    ("a proof of absence",                  ABSENCE,                       ABSENT,                           0,      "shown: absent"),
    ("a proof of absence in hex",           ABSENCE,                       ABSENT.hex().encode(),            0,      "shown: absent"),
    ("the empty tree",                      ["--root", "00" * 32, "--key", "10", "-"], b"",                  0,      "shown: absent"),
    ("presence taken for absence",          [*PRESENCE[:4], "-"],          PRESENT,                          3,      "not shown: absent"),
    ("absence taken for presence",          [*ABSENCE[:4], "--value", "", "-"], ABSENT,                      3,      "not shown: present"),
    ("another value",                       [*PRESENCE[:4], "--value", "00", "-"], PRESENT,                  3,      "not shown: present"),
    ("another root",                        ["--root", "11" * 32, *PRESENCE[2:]], PRESENT,                   3,      "not shown: present"),
    ("no proof",                            PRESENCE,                      b"",                              3,      "not shown: present"),
    ("anything",                            PRESENCE,                      b"anything",                      3,      "not shown: present"),
    ("hex with a digit missing",            PRESENCE,                      PRESENT.hex().encode()[:-1],      3,      "not shown: present"),
    ("longer than any proof",               PRESENCE,                      b"x" * 300_000,                   3,      "not shown: present"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "arguments", "proof", "status", "answer"), ANSWERS, ids=[row[0] for row in ANSWERS]
)
def test_answers(
    sentence: str, arguments: list[str], proof: bytes, status: int, answer: str
) -> None:
    result = run(arguments, proof)
    assert (result.exit_code, result.stdout, result.stderr) == (status, answer + "\n", "")


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "proof").write_bytes(plain(honest(present(KEY))))
    assert run([*PRESENCE[:-1], str(tmp_path / "proof")]).exit_code == 0


FAULTS = [
    ("a root that isn't hex", ["--root", "xy", *PRESENCE[2:]], ["--root: not hexadecimal"]),
    ("a short root", ["--root", "00", *PRESENCE[2:]], ["--root: 32 bytes are wanted, 1 are given"]),
    ("an empty key", ["--root", ROOT, "--key", "", "-"], ["--key: a key is never empty"]),
    ("a value that isn't hex", [*PRESENCE[:4], "--value", "0", "-"], ["--value: not hexadecimal"]),
    ("no such file", [*ABSENCE[:-1], NOWHERE], [f"PROOF: '{NOWHERE}': No such file or directory"]),
    ("no file name", [*ABSENCE[:-1], "\0"], ["PROOF: '\\x00': not a file name"]),
    (
        "all at once",
        ["--root", "x", "--key", "y", "--value", "z", NOWHERE],
        [
            "--root: not hexadecimal",
            "--key: not hexadecimal",
            "--value: not hexadecimal",
            f"PROOF: '{NOWHERE}': No such file or directory",
        ],
    ),
]


@pytest.mark.parametrize(("sentence", "arguments", "lines"), FAULTS, ids=[row[0] for row in FAULTS])
def test_each_fault_has_a_line(sentence: str, arguments: list[str], lines: list[str]) -> None:
    result = run(arguments, PRESENT)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == lines
