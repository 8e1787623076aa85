"""What a measured process and its children use, by what Linux tells of them."""

import os
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")


def children_of(parent: int) -> list[int]:
    """The processes that a process started and that are still there."""
    return [
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/stat")
        if _fields(path)[1:2] == [str(parent)]
    ]


def cpu_seconds(pid: int) -> float:
    """The processor's time that it took."""
    fields = _fields(Path(f"/proc/{pid}/stat"))
    return sum(int(each) for each in fields[11:13]) / _TICKS


def memory_mib(pid: int) -> int:
    """The most memory that it ever had."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return 0


def _fields(path: Path) -> list[str]:
    """What stands after the program's name, from the state on; nothing of a process that ended."""
    try:
        return path.read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
