"""From `cfi start` and `cfi tx` to `cfi audit admissions`, each in processes of its own."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cfi.client.wallet.keystore import LEAST
from cfi.node.demo.member_check import await_ready
from cfi.node.demo.ports import free_port
from cfi.node.founding import Founding, found
from cfi.node.home import Home
from cfi.node.settings import Settings

MOST_SECONDS: Final = 90.0
FOUNDING: Final = Founding(
    chain_id="sim-admissions",
    programme="phase-1",
    clock_start=1_041_379_200,
    passphrase=b"correct horse",
    hardness=LEAST,
)
CFI: Final = (sys.executable, "-c", "from cfi.node.main import main; main()")


def cfi(*arguments: object, told: str = "") -> "subprocess.CompletedProcess[str]":
    """A command that ends by itself."""
    return subprocess.run(
        [*CFI, *map(str, arguments)],
        input=told,
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
    )


@contextmanager
def started(home: Home) -> Iterator[str]:
    """A node by `cfi start`, for a while; gives its gateway's address."""
    listen = f"127.0.0.1:{free_port('127.0.0.1')}"
    command = [*CFI, "start", "--home", str(home.root), "--listen", listen]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            await_ready(f"http://{listen}", process)
            yield f"http://{listen}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(MOST_SECONDS)


def joining(folder: Path, home: Home, name: str) -> dict[str, str]:
    """What `cfi join` says of a new node, as RegisterNode takes it."""
    told = cfi("join", "--home", folder / name, "--genesis", home.genesis_file, "--name", name)
    assert told.returncode == 0, told.stderr
    words = dict(line.split(maxsplit=1) for line in told.stdout.splitlines())
    return {
        "node_id": words["node"].partition(":")[0],
        "kind": "GATEWAY",
        "holder_id": "exchange",
        "admission_key": words["admission"],
        "possession": words["possessed"],
    }


def test_the_receipts_of_two_runs_of_a_node_are_kept_and_are_clean(tmp_path: Path) -> None:
    home, light, phrase = Home(tmp_path / "node"), tmp_path / "light", tmp_path / "phrase"
    found(home, Settings(), FOUNDING)
    phrase.write_bytes(FOUNDING.passphrase)
    key = ("--key", home.keys / "officer-1.json", "--passphrase-file", phrase)
    options = (*key, "--folder", light, "--yes", "--json")
    messages = [joining(tmp_path, home, name) for name in ("second", "third", "fourth")]
    for sent in (messages[:2], messages[2:]):
        with started(home) as gateway:
            for message in sent:
                words = ("tx", "RegisterNode", "-", "--gateway", gateway, *options)
                told = cfi(*words, told=json.dumps(message))
                assert told.returncode == 0, told.stderr
                assert "admission " in told.stderr
            time.sleep(0.5)
    audit = ("audit", "admissions", home.root, light, "--json", "--workers", "0")
    told = cfi(*audit)
    assert told.returncode == 0, told.stderr
    admissions = json.loads(told.stdout)["admissions"]
    assert (admissions["clean"], admissions["receipts_that_count"]) == (True, 3)
    assert (admissions["decided"], admissions["waiting"]) == (3, 0)

    file = next((light / "admissions").iterdir())
    forged = bytearray(file.read_bytes())
    forged[-1] ^= 1
    file.write_bytes(forged)
    told = cfi(*audit)
    (listed,) = json.loads(told.stdout)["admissions"]["no_evidence"]
    assert (told.returncode, listed["receipt"]) == (3, str(file))
