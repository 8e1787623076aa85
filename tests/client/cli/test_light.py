"""`cfi light` from the outside: what it prints, and its exit status."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cfi.client.cli.light import light
from cfi.client.wallet.keystore import LEAST, SigningKey, write_key
from cfi.contracts.state.genesis import genesis_hash
from cfi.contracts.wire.headers import header_hash
from cfi.contracts.wire.officers import AnchorFile
from cfi.contracts.wire.quantities import Height, Instant, Seconds
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import AccountId, Identifier
from cfi.genesis.builder import build_genesis
from cfi.genesis.officers import sign_anchor, sign_genesis, verify_genesis
from tests.client.light.lying import Liar, no_movement
from tests.contracts.ledger import seed_of
from tests.genesis.founders import OFFICER_SEEDS, PLAN
from tests.node.chain import CHAIN_ID, COMPANY, USER_SEED
from tests.node.gateway.running import Running, run, running

ACCOUNT = AccountId(f"{COMPANY}/1")
KEY = SigningKey(USER_SEED)


async def cfi(*words: str) -> Result:
    """A command of `cfi light`, on a thread of its own."""
    return await asyncio.to_thread(CliRunner().invoke, light, list(words))


@dataclass(frozen=True)
class Member:
    """A member's files, and the options of each command."""

    folder: Path
    gateway: Running

    def __post_init__(self) -> None:
        write_key(self.folder / "key", KEY, b"open", LEAST)
        (self.folder / "phrase").write_text("open\n")
        (self.folder / "seed").write_text(seed_of(ACCOUNT).hex())
        (self.folder / "genesis.cbor").write_bytes(self.gateway.chain.genesis)

    @property
    def base(self) -> list[str]:
        return ["--gateway", self.gateway.base, "--folder", str(self.folder / "light")]

    @property
    def mine(self) -> list[str]:
        key, phrase = str(self.folder / "key"), str(self.folder / "phrase")
        return [*self.base, "--account", ACCOUNT, "--key", key, "--passphrase-file", phrase]

    async def begin(self) -> Result:
        return await cfi("sync", *self.base, "--genesis", str(self.folder / "genesis.cbor"))


class TestTheCommands:
    def test_sync_and_watch(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path / "node") as gateway:
                member = Member(tmp_path, gateway)
                told = await cfi("sync", *member.base)
                assert told.exit_code == 2
                assert "--genesis FILE" in told.stderr
                told = await member.begin()
                assert (told.exit_code, told.stderr) == (0, "")
                assert "verified here, unwitnessed" in told.stdout
                told = await cfi("sync", *member.base, "--json", "--witness", gateway.base)
                assert json.loads(told.stdout)["witnessed"]
                told = await cfi("sync", *member.base, "--witness", "http://127.0.0.1:9")
                assert "gave no block" in told.stderr
                nobody = ["--gateway", "http://127.0.0.1:9", *member.base[2:]]
                told = await cfi("sync", *nobody, "--witness", gateway.base)
                assert (told.exit_code, "given up for a witness" in told.stderr) == (0, True)
                told = await cfi(
                    "watch", *member.base, "--count", "2", "--interval", "0.05", "--json"
                )
                heights = [json.loads(line)["height"] for line in told.stdout.splitlines()]
                assert len(heights) == 2
                assert heights[0] < heights[1]
                assert (await cfi("sync", *member.base, "--trusting-period", "1ns")).exit_code == 3

        run(work())

    def test_an_anchor(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path / "node") as gateway:
                member = Member(tmp_path, gateway)
                block = gateway.chain.engine.block(2)
                assert block is not None
                anchor = AnchorFile(
                    chain_id=Identifier(CHAIN_ID),
                    genesis_hash=genesis_hash(verify_genesis(gateway.chain.genesis)[0]),
                    height=Height(2),
                    header_hash=Hash(header_hash(block.header)),
                    time=Instant(block.header.time.seconds),
                    period=Seconds(3_600),
                )
                file = tmp_path / "anchor"
                file.write_bytes(sign_anchor(anchor, OFFICER_SEEDS[:2]))
                officers = [word for key in PLAN.officers for word in ("--officer", key.hex())]
                told = await cfi("sync", *member.base, "--anchor", str(file), *officers)
                assert told.exit_code == 0, told.stderr

        run(work())

    def test_anothers_account_answers_like_none(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path / "node") as gateway:
                member = Member(tmp_path, gateway)
                await member.begin()
                told = [
                    await cfi("statement", *member.mine, "--account", account)
                    for account in ("company-b/1", "company-a/99", "nobody/1")
                ]
                assert [each.exit_code for each in told] == [1, 1, 1]
                assert len({each.stderr for each in told}) == 1

        run(work())

    def test_statement(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path / "node") as gateway:
                member = Member(tmp_path, gateway)
                await member.begin()
                seed = ("--seed-file", str(tmp_path / "seed"))
                told = await cfi("statement", *member.mine, *seed, "--json")
                assert told.exit_code == 0, told.stderr
                assert json.loads(told.stdout)["seed_checked"]
                told = await cfi("statement", *member.mine)
                assert told.exit_code == 0
                assert "verified here" in told.stdout
                whole = [*member.mine, "--csv", "--from-start"]
                told = await cfi("statement", *whole)
                assert told.stdout.startswith("line,height,kind,")
                async with Liar(gateway, no_movement) as liar:
                    told = await cfi("statement", *whole, "--gateway", liar.base)
                assert told.exit_code == 3
                assert "mismatch: " in told.stderr
                (tmp_path / "phrase").write_text("wrong")
                assert (await cfi("statement", *member.mine)).exit_code == 5
                assert (await cfi("statement", *whole, "--json")).exit_code == 2

        run(work())

    @pytest.mark.parametrize("seconds", ["0", "-1"])
    def test_questions_have_time_between_them(self, seconds: str) -> None:
        words = ["watch", "--gateway", "http://127.0.0.1:9", "--interval", seconds]
        assert "'--interval'" in CliRunner().invoke(light, words).stderr

    @pytest.mark.parametrize(
        ("sentence", "words", "status"),
        [
            ("nobody answers", ["sync", "--genesis", "GENESIS"], 4),
            ("no genesis", ["sync", "--genesis", "FILE"], 2),
            ("an anchor without officers", ["sync", "--anchor", "FILE"], 2),
            ("an officer's key that is none", ["sync", "--anchor", "FILE", "--officer", "zz"], 2),
            (
                "no anchor",
                ["sync", "--anchor", "FILE", "--threshold", "1", "--officer", "00" * 32],
                2,
            ),
            ("two beginnings", ["sync", "--genesis", "GENESIS", "--anchor", "FILE"], 2),
            ("officers of no anchor", ["sync", "--genesis", "GENESIS", "--officer", "00" * 32], 2),
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
        genesis = tmp_path / "genesis"
        genesis.write_bytes(sign_genesis(build_genesis(PLAN), OFFICER_SEEDS[:2]))
        files = {"FILE": str(file), "GENESIS": str(genesis)}
        told = [files.get(word, word) for word in words]
        base = ["--gateway", "http://127.0.0.1:9", "--folder", str(tmp_path)]
        assert CliRunner().invoke(light, [*told, *base]).exit_code == status
