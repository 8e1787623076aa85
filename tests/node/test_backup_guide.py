"""The backup guide's commands, run as they stand there."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cfi.contracts.wire.blocks import decode_block
from cfi.node.ask import UnreachableError, ask
from cfi.node.demo.ports import free_port
from cfi.node.home import Home
from cfi.node.settings import Settings, settings_text
from cfi.node.storage.block_files import BlockFiles
from tests.faults.running import Client, Node, application, new_home

GUIDE: Final = Path(__file__).parents[2] / "docs" / "guides" / "backup.md"
COMMANDS: Final = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```$", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]
SECONDS: Final = 60.0
ENVIRONMENT: Final = {
    **os.environ,
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
}


def section(first: str, last: str) -> list[str]:
    """The guide's commands from one that begins so to one that begins so."""
    begin = next(at for at, line in enumerate(COMMANDS) if line.startswith(first))
    end = next(at for at, line in enumerate(COMMANDS) if at >= begin and line.startswith(last))
    return COMMANDS[begin : end + 1]


def run(command: str, folder: Path) -> str:
    """What a command says that ends well."""
    ended = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ended.returncode == 0, f"{command}: {ended.stderr}"
    return ended.stdout


@contextmanager
def started(command: str, folder: Path, home: Home) -> Iterator[Node]:
    """A node that a command starts, as soon as it answers; then it is stopped."""
    with subprocess.Popen(
        command.split(), cwd=folder, env=ENVIRONMENT, stderr=subprocess.PIPE
    ) as process:
        try:
            until = time.monotonic() + SECONDS
            while not answers(home):
                assert process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.1)
            yield Node(home, process)
            process.send_signal(signal.SIGTERM)
            assert process.wait(SECONDS) == 0
        finally:
            process.kill()


def answers(home: Home) -> bool:
    """True if a ledger serves in a home."""
    try:
        ask(home.socket, "status")
    except UnreachableError:
        return False
    return True


def founded(folder: Path) -> Home:
    """A home in `./node` that listens where nobody else does."""
    home = new_home(folder / "node")
    home.settings_file.write_text(settings_text(Settings(listen=f"127.0.0.1:{free_port('127.0.0.1')}")))
    return home


def given_acts(node: Node, numbers: range) -> None:
    """Have some acts decided."""
    with Client.of(node) as client:
        for number in numbers:
            client.committed(client.submit(application(number)))


def end_of(home: Home) -> int:
    """The last height in a home's block files."""
    files = BlockFiles(home.blocks)
    try:
        return files.height
    finally:
        files.close()


def root_after(home: Home, height: int) -> bytes:
    """The root of a height, as the next header in a stopped home says."""
    files = BlockFiles(home.blocks)
    try:
        record = files.read(height + 1)
        assert record is not None
        return decode_block(record.block).header.app_hash
    finally:
        files.close()


def test_stop_copy_restore(tmp_path: Path) -> None:
    home = founded(tmp_path)
    with started("cfi start --home ./node", tmp_path, home) as node:
        given_acts(node, range(3))
    *copy, start = section("cp -a ./node ./copy", "cfi start --home ./restored")
    for command in copy:
        run(command, tmp_path)
    restored, end = Home(tmp_path / "restored"), end_of(home)
    with started(start, tmp_path, restored) as node:
        given_acts(node, range(20, 21))
    run(f"cfi audit replay {restored.root}", tmp_path)
    # What can be left out of the copy is rebuilt.
    run(f"rm -r {home.ledger}", tmp_path)
    with started("cfi start --home ./node", tmp_path, home) as node:
        given_acts(node, range(20, 21))
    assert root_after(home, end) == root_after(restored, end)


def test_copy_while_it_runs_restore_from_the_snapshot(tmp_path: Path) -> None:
    home, online = founded(tmp_path), Home(tmp_path / "online")
    *copy, restore, start = section("cfi snapshot make", "cfi start --home ./online")
    with started("cfi start --home ./node", tmp_path, home) as node:
        given_acts(node, range(3))
        run(copy[0], tmp_path)
        given_acts(node, range(20, 23))
        for command in copy[1:]:
            run(command, tmp_path)
    (made,) = json.loads(run("cfi snapshot list --home ./online --json", tmp_path))
    place = Path(made["folder"]).name
    run(restore.replace("HEIGHT", place).replace("ROOT", made["app_hash"]), tmp_path)
    end = end_of(online)
    assert end > made["height"]
    with started(start, tmp_path, online) as node:
        given_acts(node, range(30, 31))
    with started("cfi start --home ./node", tmp_path, home) as node:
        given_acts(node, range(30, 31))
    assert root_after(home, end) == root_after(online, end)


def test_every_command_of_the_guide_is_run() -> None:
    run_here = section("cp -a ./node ./copy", "cfi start --home ./online")
    elsewhere = [line for line in COMMANDS if line not in run_here]
    # The last two are followed in tests/network/test_state_sync.py.
    words = [" ".join(line.split()[:3]) for line in elsewhere]
    assert words == ["cfi snapshot verify", "cfi join --home", "cfi start --home"]
