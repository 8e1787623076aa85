"""A member's light client, in processes of its own, against a node that runs again: it trusts the
signed genesis and nothing else.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import urlopen

from cfi.client.wallet.keystore import LEAST, write_key
from cfi.node.assembly import read_home_genesis
from cfi.node.demo.cast import Cast
from cfi.node.demo.checks import Check
from cfi.node.home import Home
from cfi.node.parts import node_parts

_PATIENCE_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.2
_NOT_VERIFIED: Final = 3
_SIMULATED: Final = "of a simulation, known to everybody"


def member_checked(home: Home, cast: Cast, holder_id: str) -> list[Check]:
    """A member verifies the chain and its statement; a changed header is refused."""
    folder = home.root / "member"
    folder.mkdir(exist_ok=True)
    _write_secrets(folder, cast, holder_id)
    with _running(home) as gateway:
        begun = ["light", "sync", "--gateway", gateway, "--folder", str(folder / "trusted")]
        synced = _client([*begun, "--genesis", str(home.genesis_file), "--json"])
        stated = _client(_statement(folder, gateway, holder_id))
        first, last = (_header(gateway, which) for which in ("1", "latest"))
    headers = Check("member: headers", synced.returncode == 0, _told(synced, "height"))
    return [headers, _statement_check(stated, holder_id), _changed_header(folder, first, last)]


def _statement(folder: Path, gateway: str, holder_id: str) -> list[str]:
    return [
        *("light", "statement", "--gateway", gateway, "--folder", str(folder / "trusted")),
        *("--account", f"{holder_id}/1", "--key", str(folder / "key.json")),
        *("--passphrase-file", str(folder / "passphrase")),
        *("--seed-file", str(folder / "seed"), "--from-start", "--json"),
    ]


def _statement_check(stated: "subprocess.CompletedProcess[str]", holder_id: str) -> Check:
    good = stated.returncode == 0
    told = stated.stderr.strip()
    if good:
        found = json.loads(stated.stdout)
        told = f"{holder_id}/1: opening + {len(found['movements'])} movements = closing"
    return Check("member: statement", good, told)


def _changed_header(folder: Path, first: Any, last: Any) -> Check:
    """One digit of the newest header's app hash differs: its hash is no longer what was signed."""
    header = last["signed_header"]["header"]
    digit = "1" if header["app_hash"][0] == "0" else "0"
    header["app_hash"] = digit + header["app_hash"][1:]
    for name, block in (("first.json", first), ("changed.json", last)):
        (folder / name).write_text(json.dumps(block))
    ended = _client(
        [
            *("light", "verify", "--trusted", str(folder / "first.json")),
            *("--untrusted", str(folder / "changed.json"), "--now", last_time(last)),
        ]
    )
    caught = ended.returncode == _NOT_VERIFIED
    told = json.loads(ended.stdout)["reason"] if caught else "missed"
    return Check("member: one digit changed", caught, f"caught: {told}")


def last_time(light_block: Any) -> str:
    """The time of a light block's header."""
    return str(light_block["signed_header"]["header"]["time"])


def _write_secrets(folder: Path, cast: Cast, holder_id: str) -> None:
    (folder / "passphrase").write_text(_SIMULATED)
    (folder / "seed").write_text(cast.seed("trading", holder_id).hex())
    if not (folder / "key.json").exists():
        key = cast.officer_of(holder_id)
        write_key(folder / "key.json", key, _SIMULATED.encode(), LEAST)


@contextmanager
def _running(home: Home) -> Iterator[str]:
    """The node's processes, until the checks are done; gives the gateway's address."""
    listen = f"127.0.0.1:{_free_port()}"
    settings = replace(home.settings(), listen=listen)
    parts = node_parts(home, settings, read_home_genesis(home)[0])
    processes = [subprocess.Popen(part.command) for part in parts]
    try:
        _await(f"http://{listen}/readyz")
        yield f"http://{listen}"
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(_PATIENCE_SECONDS)


def _await(url: str) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            with urlopen(url, timeout=_PATIENCE_SECONDS):  # noqa: S310 - loopback
                return
        except (URLError, OSError):
            if time.monotonic() > until:
                raise
            time.sleep(_LOOK_SECONDS)


def _header(gateway: str, which: str) -> Any:
    url = f"{gateway}/v1/headers/{which}"
    with urlopen(url, timeout=_PATIENCE_SECONDS) as answer:  # noqa: S310 - loopback
        return json.load(answer)


def _client(arguments: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "cfi.client", *arguments],
        capture_output=True,
        text=True,
        timeout=_PATIENCE_SECONDS,
        check=False,
    )


def _told(ended: "subprocess.CompletedProcess[str]", name: str) -> str:
    if ended.returncode:
        return ended.stderr.strip()
    return f"{name} {json.loads(ended.stdout)[name]}, from the signed genesis, unwitnessed"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
