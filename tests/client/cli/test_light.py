"""`cfi light` from the outside: what it prints, and its exit status."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cfi.client.cli.light import light
from cfi.client.wallet.keystore import LEAST, SigningKey, write_key
from cfi.contracts.wire.text import AccountId
from tests.client.light.lying import Liar, no_movement
from tests.node.chain import COMPANY, USER_SEED
from tests.node.gateway.running import run, running

ACCOUNT = AccountId(f"{COMPANY}/1")
KEY = SigningKey(USER_SEED)


async def cfi(*words: str) -> Result:
    """A command of `cfi light`, on a thread of its own."""
    return await asyncio.to_thread(CliRunner().invoke, light, list(words))


class TestTheCommands:
    def test_sync_statement_and_watch(self, tmp_path: Path) -> None:
        key, phrase, genesis = tmp_path / "key", tmp_path / "phrase", tmp_path / "genesis.cbor"
        write_key(key, KEY, b"open", LEAST)
        phrase.write_text("open\n")

        async def work() -> None:
            async with running(tmp_path / "node") as gateway:
                genesis.write_bytes(gateway.chain.genesis)
                base = ("--gateway", gateway.base, "--folder", str(tmp_path / "light"))
                mine = (
                    *base,
                    "--account",
                    ACCOUNT,
                    "--key",
                    str(key),
                    "--passphrase-file",
                    str(phrase),
                )
                told = await cfi("sync", *base)
                assert told.exit_code == 2
                assert "--genesis FILE" in told.stderr
                told = await cfi("sync", *base, "--genesis", str(genesis))
                assert (told.exit_code, told.stderr) == (0, "")
                assert "verified here, unwitnessed" in told.stdout
                told = await cfi("sync", *base, "--json", "--witness", gateway.base)
                assert json.loads(told.stdout)["witnessed"]
                told = await cfi("watch", *base, "--count", "2", "--interval", "0.05", "--json")
                heights = [json.loads(line)["height"] for line in told.stdout.splitlines()]
                assert len(heights) == 2
                assert heights[0] < heights[1]
                told = await cfi("statement", *mine, "--json")
                assert told.exit_code == 0, told.stderr
                assert json.loads(told.stdout)["verified"]
                assert (await cfi("statement", *mine)).exit_code == 0
                told = await cfi("statement", *mine, "--csv", "--from-start")
                assert told.stdout.startswith("line,height,kind,")
                async with Liar(gateway, no_movement) as liar:
                    told = await cfi(
                        "statement", *mine, "--csv", "--from-start", "--gateway", liar.base
                    )
                assert told.exit_code == 3
                assert "mismatch: " in told.stderr
                phrase.write_text("wrong")
                assert (await cfi("statement", *mine)).exit_code == 5
                assert (await cfi("statement", *mine, "--csv", "--json")).exit_code == 2
                assert (await cfi("sync", *base, "--trusting-period", "1ns")).exit_code == 3

        run(work())

    @pytest.mark.parametrize(
        ("sentence", "words", "status"),
        [
            ("nobody answers", ["sync", "--genesis", "FILE"], 4),
            ("an anchor without officers", ["sync", "--anchor", "FILE"], 2),
            ("an officer's key that is none", ["sync", "--anchor", "FILE", "--officer", "zz"], 2),
            (
                "no anchor",
                ["sync", "--anchor", "FILE", "--threshold", "1", "--officer", "00" * 32],
                3,
            ),
            ("a period that is none", ["watch", "--trusting-period", "x"], 2),
            (
                "no key file",
                ["statement", "--account", "a/1", "--key", "FILE", "--passphrase-file", "FILE"],
                2,
            ),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_exit_status(
        self, tmp_path: Path, sentence: str, words: list[str], status: int
    ) -> None:
        file = tmp_path / "file"
        file.write_bytes(b"nothing")
        told = [str(file) if word == "FILE" else word for word in words]
        base = ["--gateway", "http://127.0.0.1:9", "--folder", str(tmp_path)]
        assert CliRunner().invoke(light, [*told, *base]).exit_code == status
