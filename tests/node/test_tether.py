"""Programs that this process has started: how they end."""

import signal
import subprocess

import pytest

from cfi.node.tether import end


@pytest.mark.parametrize(
    ("ignores", "code"), [("", -signal.SIGTERM), ("trap '' TERM; ", -signal.SIGKILL)]
)
def test_a_program_is_asked_to_end_and_then_made_to(ignores: str, code: int) -> None:
    script = f"{ignores}echo ready; while :; do sleep 0.05; done"
    with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        end(process, 1.0)
        assert process.returncode == code
