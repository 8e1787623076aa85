"""A node killed at any moment goes on where it was, and its history still agrees.  (RB 2.7.4)"""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from cfi.client.audit.auditor import audit
from cfi.client.audit.sources import read_records
from tests.client.audit.histories import begin
from tests.effort import effort
from tests.node.chain import open_chain

ROUNDS: Final = effort(sample=4, soak=60)
DECIDE_FOR_EVER: Final = """
import sys
from pathlib import Path
from tests.node.chain import Ticking, open_chain, retire, transfer
chain = open_chain(Path(sys.argv[1]), Ticking(int(sys.argv[2])))
number = int(sys.argv[2]) % 1_000_003 * 1_000_000
print(chain.engine.height, flush=True)
while True:
    number += 2
    chain.make(transfer(number), retire(number + 1))
    print(chain.engine.height, flush=True)
"""


def decide_until_killed(folder: Path, start: int, blocks: int) -> tuple[int, int]:
    """Decide blocks in a process, and kill it while it decides more; returns the first height and
    the last one that it told of.
    """
    command = [sys.executable, "-c", DECIDE_FOR_EVER, str(folder), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(blocks)]
        process.kill()
        rest = [int(line) for line in process.stdout.read().split()]
    return told[0], [*told, *rest][-1]


def test_nothing_that_was_told_is_lost(tmp_path: Path) -> None:
    last = 0
    for turn in range(1, ROUNDS + 1):
        first, told = decide_until_killed(tmp_path, turn * 10**18, 5 + 7 * turn)
        assert first >= last
        assert told > first
        last = told
    chain = open_chain(tmp_path)
    assert chain.engine.height >= last
    chain.make()
    height, root = chain.engine.height, chain.application.app_hash
    chain.close()
    findings = audit(begin(), read_records(tmp_path / "blocks"), 0, lambda *_: None)
    assert findings.disagreement is None
    assert (findings.height, findings.app_hash) == (height, root.hex())


def test_two_processes_cannot_decide_in_one_folder(tmp_path: Path) -> None:
    chain = open_chain(tmp_path)
    with pytest.raises(OSError, match="can't be opened"):
        open_chain(tmp_path)
    chain.close()
