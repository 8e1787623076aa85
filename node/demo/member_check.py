"""A member's light client, in processes of its own, against a node that runs again: it trusts the
signed genesis and nothing else.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import urlopen

from cfi.client.wallet.keystore import LEAST, write_key
from cfi.node.assembly import read_home_genesis
from cfi.node.demo.cast import Cast
from cfi.node.demo.checks import Check
from cfi.node.demo.ports import free_port
from cfi.node.home import Home
from cfi.node.parts import node_parts

_PATIENCE_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.2
_NOT_VERIFIED: Final = 3
_SIMULATED: Final = "of a simulation, known to everybody"


def member_checked(
    home: Home,
    cast: Cast,
    holder_id: str,
    running: AbstractContextManager[Sequence[str]],
) -> list[Check]:
    """A member verifies the chain and its statement at the first of the gateways that run, with the
    next one, if there is one, as a witness; a changed header is refused.
    """
    folder = home.root / "member"
    folder.mkdir(exist_ok=True)
    _write_secrets(folder, cast, holder_id)
    with running as gateways:
        asked = ["--gateway", gateways[0], "--folder", str(folder / "trusted"), "--json"]
        asked += [word for witness in gateways[1:2] for word in ("--witness", witness)]
        synced = _client(["light", "sync", *asked, "--genesis", str(home.genesis_file)])
        stated = _client(["light", "statement", *asked, *_statement(folder, holder_id)])
        first, last = (_header(gateways[0], which) for which in ("1", "latest"))
    headers = Check("member: headers", synced.returncode == 0, _told(synced, "height"))
    return [headers, _statement_check(stated, holder_id), _changed_header(folder, first, last)]


def _statement(folder: Path, holder_id: str) -> list[str]:
    return [
        *("--account", f"{holder_id}/1", "--key", str(folder / "key.json")),
        *("--passphrase-file", str(folder / "passphrase")),
        *("--seed-file", str(folder / "seed"), "--from-start"),
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
def node_running(home: Home) -> Iterator[Sequence[str]]:
    """The processes of a node that decides alone, for a while; gives its gateway's address."""
    listen = f"127.0.0.1:{free_port('127.0.0.1')}"
    settings = replace(home.settings(), listen=listen)
    parts = node_parts(home, settings, read_home_genesis(home)[0])
    processes = [subprocess.Popen(part.command) for part in parts]
    try:
        await_ready(f"http://{listen}", processes[0])
        yield (f"http://{listen}",)
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(_PATIENCE_SECONDS)


def await_ready(gateway: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until a gateway's node may be asked; raises OSError where it doesn't come to that, or
    the process ends.
    """
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            with urlopen(f"{gateway}/readyz", timeout=_PATIENCE_SECONDS):  # noqa: S310 - loopback
                return
        except (URLError, OSError):
            if process.poll() is not None or time.monotonic() > until:
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
    found = json.loads(ended.stdout)
    witnessed = "witnessed" if found["witnessed"] else "unwitnessed"
    return f"{name} {found[name]}, from the signed genesis, {witnessed}"
