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
from urllib.error import HTTPError
from urllib.request import urlopen

from cfi.client.wallet.keystore import LEAST, write_key
from cfi.node.assembly import read_home_genesis
from cfi.node.demo.cast import Cast
from cfi.node.demo.checks import PATIENCE_SECONDS, Check, guarded
from cfi.node.demo.ports import free_port
from cfi.node.home import Home
from cfi.node.parts import node_parts
from cfi.node.tether import end

_ANSWER_SECONDS: Final = 60.0
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
        begun = [*asked, "--genesis", str(home.genesis_file)]
        wanted = [*asked, *_statement(folder, holder_id)]
        return [
            *guarded("member: headers", lambda: [_headers(begun)]),
            *guarded("member: statement", lambda: [_stated(wanted, holder_id)]),
            *guarded("member: one digit changed", lambda: [_changed_header(folder, gateways[0])]),
        ]


def _headers(asked: list[str]) -> Check:
    synced = _client(["light", "sync", *asked])
    return Check("member: headers", synced.returncode == 0, _told(synced, "height"))


def _statement(folder: Path, holder_id: str) -> list[str]:
    return [
        *("--account", f"{holder_id}/1", "--key", str(folder / "key.json")),
        *("--passphrase-file", str(folder / "passphrase")),
        *("--seed-file", str(folder / "seed"), "--from-start"),
    ]


def _stated(asked: list[str], holder_id: str) -> Check:
    stated = _client(["light", "statement", *asked])
    good = stated.returncode == 0
    told = stated.stderr.strip()
    if good:
        found = json.loads(stated.stdout)
        told = f"{holder_id}/1: opening + {len(found['movements'])} movements = closing"
    return Check("member: statement", good, told)


def _changed_header(folder: Path, gateway: str) -> Check:
    """One digit of the newest header's app hash differs: its hash is not what was signed."""
    first, last = _header(gateway, "1"), _header(gateway, "latest")
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
            end(process, _ANSWER_SECONDS)


def await_ready(gateway: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until a gateway's node may be asked; raises OSError where it doesn't come to that, or
    the process ends.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urlopen(f"{gateway}/readyz", timeout=_ANSWER_SECONDS):  # noqa: S310 - loopback
                return
        except OSError as error:
            if process.poll() is not None or time.monotonic() > until:
                raise OSError(f"{gateway} isn't ready: {_reason(error)}") from error
        time.sleep(_LOOK_SECONDS)


def _reason(error: OSError) -> str:
    """What an answer says itself, as `/readyz` does, or what came instead of one."""
    said = error.read().decode(errors="replace") if isinstance(error, HTTPError) else ""
    return said or str(error)


def _header(gateway: str, which: str) -> Any:
    url = f"{gateway}/v1/headers/{which}"
    with urlopen(url, timeout=_ANSWER_SECONDS) as answer:  # noqa: S310 - loopback
        return json.load(answer)


def _client(arguments: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "cfi.client", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def _told(ended: "subprocess.CompletedProcess[str]", name: str) -> str:
    if ended.returncode:
        return ended.stderr.strip()
    found = json.loads(ended.stdout)
    witnessed = "witnessed" if found["witnessed"] else "unwitnessed"
    return f"{name} {found[name]}, from the signed genesis, {witnessed}"
