"""`python -m cfi.node.tether PARENT PROGRAM ARGUMENT...`: a program that ends when its parent does.

Linux is asked for the signal here, in a process that has done nothing else, and the request
outlives the exec; a function run between fork and exec isn't safe beside threads.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def tethered(command: Sequence[str]) -> list[str]:
    """The command of a program that this process will start and that ends with it."""
    return [sys.executable, "-m", "cfi.node.tether", str(os.getpid()), *command]


def end(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    """Ask a program to end, and end it if it is still there after so many seconds."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def become(parent: int, command: Sequence[str]) -> None:
    """Turn into the program; returns only if the parent has ended already. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() == parent:
        os.execv(command[0], list(command))  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    become(int(sys.argv[1]), sys.argv[2:])
