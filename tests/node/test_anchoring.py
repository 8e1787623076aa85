"""`cfi anchor`: officers sign the newest header, and a light client may start from it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cfi.client.wallet.keystore import LEAST, SigningKey, write_key
from cfi.contracts.wire.officers import (
    ANCHOR_DOMAIN,
    read_anchor,
    read_signed_bytes,
    require_officers,
)
from cfi.contracts.wire.schema import PublicKey
from cfi.node.home import Home
from cfi.node.main import main
from tests.genesis.founders import OFFICER_SEEDS
from tests.node.gateway.running import Running, run, running

SEEDS = tuple(OFFICER_SEEDS[:2])
WEEK = ("--days", "7")


def anchored(
    tmp_path: Path,
    home: Path | None = None,
    seeds: Sequence[bytes] = SEEDS,
    options: Sequence[str] = WEEK,
) -> tuple[Result, int]:
    """The command's result against a running ledger, and the height when it was asked."""
    keys: list[str] = []
    for number, seed in enumerate(seeds):
        write_key(tmp_path / f"{number}.json", SigningKey(seed), b"secret", LEAST)
        keys += ["--officer-key", str(tmp_path / f"{number}.json")]
    (tmp_path / "p").write_text("secret")

    async def bounded() -> Any:
        async with running(tmp_path / "node") as gateway:
            return await asked(gateway)

    async def asked(gateway: Running) -> tuple[Result, int]:
        root = home or gateway.chain.socket.parent.parent
        Home(gateway.chain.socket.parent.parent).genesis_file.write_bytes(gateway.chain.genesis)
        arguments = ["anchor", "--home", str(root), *keys, "--passphrase-file", str(tmp_path / "p")]
        out = str(tmp_path / "anchor.cbor")
        ended = await asyncio.to_thread(CliRunner().invoke, main, [*arguments, *options, out])
        return ended, gateway.chain.engine.height

    found: tuple[Result, int] = run(bounded())
    return found


def test_the_officers_sign_the_newest_header(tmp_path: Path) -> None:
    ended, height = anchored(tmp_path)
    assert ended.exit_code == 0, ended.output
    signed = read_signed_bytes(ANCHOR_DOMAIN, (tmp_path / "anchor.cbor").read_bytes())
    officers = [PublicKey(SigningKey(seed).public_key) for seed in SEEDS]
    require_officers(ANCHOR_DOMAIN, signed, officers, 2)
    anchor = read_anchor(signed.content)
    assert 1 <= anchor.height <= height
    assert anchor.period == 7 * 86_400


def test_a_ledger_that_does_not_run_is_unreachable(tmp_path: Path) -> None:
    ended, _ = anchored(tmp_path, tmp_path / "nowhere")
    assert ended.exit_code == 4
    assert not (tmp_path / "anchor.cbor").exists()


@pytest.mark.parametrize("seeds", [SEEDS[:1], (SEEDS[0], bytes(32))])
def test_what_too_few_officers_sign_is_not_written(
    tmp_path: Path, seeds: tuple[bytes, ...]
) -> None:
    ended, _ = anchored(tmp_path, seeds=seeds)
    assert ended.exit_code == 1
    assert ended.stderr.startswith("cfi: no client would take this anchor: ")
    assert not (tmp_path / "anchor.cbor").exists()


@pytest.mark.parametrize("days", ["-3", "0", "367", "9" * 30])
def test_an_anchor_holds_for_some_days(tmp_path: Path, days: str) -> None:
    ended, _ = anchored(tmp_path, options=("--days", days))
    assert (ended.exit_code, "'--days'" in ended.stderr) == (2, True)
