"""CometBFT with a clock that is off by CFI_TEST_CLOCK_SECONDS, for faults of clocks.

The two places that read the time are edited in a copy of its source. (Go refuses to build with an
overlay of files in its module cache.)
"""

import atexit
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

from cfi.node.consensus.cometbft.building import MODULE, PROGRAMS
from cfi.node.consensus.cometbft.gotool import find_go, go_build, go_environment

VARIABLE: Final = "CFI_TEST_CLOCK_SECONDS"
"""Seconds, as Go reads a decimal integer: negative for a clock that is slow."""

COMETBFT: Final = "github.com/cometbft/cometbft"
EDITS: Final = {
    "types/time/time.go": ('import (\n\t"sort"\n', "time.Now()", 1),
    "state/validation.go": ('import (\n\t"bytes"\n', "time.Now()", 2),
}
"""Each file that reads the time: where its imports begin, what reads it, how often."""

_CLOCK: Final = """
// shiftedNow is the machine's time and what a test adds to it.
func shiftedNow() time.Time {
\tseconds, err := strconv.Atoi(os.Getenv("%s"))
\tif err != nil {
\t\tpanic(err)
\t}
\treturn time.Now().Add(time.Duration(seconds) * time.Second)
}
"""


def shifted(source: str, imports: str, reading: str, times: int) -> str:
    """A file's source with another clock."""
    assert source.count(imports) == 1
    assert source.count(reading) == times
    added = [name for name in ("os", "strconv") if f'"{name}"' not in source]
    more = imports + "".join(f'\t"{name}"\n' for name in added)
    return source.replace(reading, "shiftedNow()").replace(imports, more) + _CLOCK % VARIABLE


@cache
def build_with_clock() -> Path:
    """CometBFT's program with that clock; kept until this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="cfi-clock-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    copy = folder / "source"
    shutil.copytree(cometbft_sources(), copy, copy_function=shutil.copyfile)
    for name, edit in EDITS.items():
        (copy / name).write_text(shifted((copy / name).read_text(), *edit))
    locked = folder / "go.mod"
    locked.write_text(f"{(MODULE / 'go.mod').read_text()}\nreplace {COMETBFT} => {copy}\n")
    shutil.copyfile(MODULE / "go.sum", folder / "go.sum")
    go_build(MODULE, PROGRAMS["cometbft"], folder / "cometbft", f"-modfile={locked}")
    return folder / "cometbft"


def cometbft_sources() -> Path:
    """The folder of the module cache with the pinned CometBFT."""
    command: list[str | Path] = [find_go(), "list", "-m", "-f", "{{.Dir}}", COMETBFT]
    listed = subprocess.run(
        command, cwd=MODULE, env=go_environment(), check=True, capture_output=True, text=True
    )
    return Path(listed.stdout.strip())
