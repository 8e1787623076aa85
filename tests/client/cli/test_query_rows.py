"""`cfi query public`, `accounts`, `account`, `holder`: readable rows, verified or claimed."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cfi.client.cli.key import key
from cfi.client.cli.light import light
from cfi.client.cli.query import query
from cfi.client.wallet.keystore import LEAST, SigningKey, write_key
from tests.client.light.lying import Liar, no_genesis
from tests.node.chain import CHAIN_ID, COMPANY, USER_SEED
from tests.node.gateway.running import OTHER, OTHER_SEED, Running, run, running


class Reader:
    """A member, its gateway, and whether it trusts something."""

    def __init__(self, folder: Path, gateway: Running, *, trusting: bool) -> None:
        self.folder, self.gateway, self.trusting = folder, gateway, trusting
        write_key(folder / "key.json", SigningKey(USER_SEED), b"secret", LEAST)
        (folder / "p").write_text("secret")
        self.mine = ["--key", str(folder / "key.json"), "--passphrase-file", str(folder / "p")]
        self.trusted = ["--folder", str(folder / "light")]

    async def begin(self) -> None:
        """Trust the chain, from its genesis."""
        genesis = self.folder / "genesis.cbor"
        genesis.write_bytes(self.gateway.chain.genesis)
        at = ["--gateway", self.gateway.base, *self.trusted]
        told = await asyncio.to_thread(CliRunner().invoke, light, ["sync", *at, "--genesis", str(genesis)])
        assert told.exit_code == 0, told.output

    async def ask(self, *words: str, base: str = "") -> Result:
        """A command of `cfi query`."""
        at = ["--gateway", base or self.gateway.base, *self.trusted, "--json"]
        return await asyncio.to_thread(CliRunner().invoke, query, [*words, *at])

    async def told(self, *words: str, base: str = "") -> Any:
        """Its answer, which says how it stands."""
        ended = await self.ask(*words, base=base)
        assert ended.exit_code == 0, ended.output
        found = json.loads(ended.stdout)
        assert found["verified"] is self.trusting
        assert ("verified here at height" in found["standing"]) is self.trusting
        return found


def with_reader(folder: Path, work: Any, *, trusting: bool) -> None:
    async def bounded() -> None:
        async with running(folder / "node") as gateway:
            await asyncio.sleep(1.1)  # a request as old as the gateway itself is refused
            reader = Reader(folder, gateway, trusting=trusting)
            if trusting:
                await reader.begin()
            await work(reader)

    run(bounded())


@pytest.mark.parametrize("trusting", [True, False])
def test_public_rows_by_readable_names(tmp_path: Path, trusting: bool) -> None:
    async def work(reader: Reader) -> None:
        (chain,) = (await reader.told("public", "chain"))["rows"]
        assert chain["chain_id"] == CHAIN_ID
        rows = (await reader.told("public", "parameters"))["rows"]
        assert len({row["name"] for row in rows}) == len(rows) >= 3
        (one,) = (await reader.told("public", "parameters", f"name={rows[2]['name']}"))["rows"]
        assert one == rows[2]
        by_key = await reader.told("public", "parameters", "--row", one["row"])
        assert by_key["rows"] == [one]
        assert (await reader.told("public", "parameters", "--row", "00"))["rows"] == []
        few = await reader.told("public", "parameters", "--limit", "2")
        assert (few["rows"], few["more"]) == (rows[:2], True)
        assert (await reader.told("public", "parameters", "value=-1"))["rows"] == []

    with_reader(tmp_path, work, trusting=trusting)


@pytest.mark.parametrize("trusting", [True, False])
def test_ones_own_rows(tmp_path: Path, trusting: bool) -> None:
    async def work(reader: Reader) -> None:
        told = await reader.told("accounts", *reader.mine)
        assert told["holder"]["holder_id"] == COMPANY
        assert told["accounts"] == [f"{COMPANY}/{number}" for number in (1, 2, 3)]
        told = await reader.told("account", f"{COMPANY}/1", *reader.mine)
        assert (told["owner"], told["rows"]["accounts"][0]["kind"]) == (f"{COMPANY}/1", "TRADING")
        lots = await reader.told("account", f"{COMPANY}/1", "--table", "lots", *reader.mine)
        assert lots["rows"] == {"lots": told["rows"]["lots"]}
        told = await reader.told("holder", "--table", "users", *reader.mine)
        assert list(told["rows"]) == ["users"]
        assert "keys" in (await reader.told("holder", *reader.mine))["rows"]
        others = await reader.ask("account", f"{OTHER}/1", *reader.mine)
        assert (others.exit_code, others.stdout) == (1, "")
        assert "no such account of yours" in others.stderr

    with_reader(tmp_path, work, trusting=trusting)


def test_what_headers_contradict_ends_with_3(tmp_path: Path) -> None:
    def other_value(path: str, told: Any) -> Any:
        if path == "/v1/public/c2":
            told["rows"][0]["value"] = told["rows"][1]["value"]
        return told

    def no_proof(path: str, told: Any) -> Any:
        return {**told, "proof": ""} if path.startswith("/v1/public/c2/") else told

    def other_leaf(path: str, told: Any) -> Any:
        return {**told, "value": "00" * 32} if path.startswith(("/v1/accounts/", "/v1/holder")) else told

    def no_summary(path: str, told: Any) -> Any:
        return {**told, "rows": told["rows"][1:]} if path.startswith("/v1/holder") else told

    async def work(reader: Reader) -> None:
        for change, words, says in (
            (other_value, ["public", "parameters"], "not the one in the list"),
            (no_proof, ["public", "parameters"], "not under the header's root"),
            (no_proof, ["public", "parameters", "--row", "00"], "not under the header's root"),
            (other_leaf, ["accounts", *reader.mine], "not under the header's root"),
            (other_leaf, ["account", f"{COMPANY}/1", *reader.mine], "not under"),
            (no_summary, ["holder", *reader.mine], "first row is not shown"),
            (no_genesis, ["public", "parameters"], "not verified"),
        ):
            async with Liar(reader.gateway, change) as liar:
                told = await reader.ask(*words, base=liar.base)
            assert (told.exit_code, told.stdout) == (3, ""), (words, told.output)
            assert says in told.stderr

    with_reader(tmp_path, work, trusting=True)


def test_rows_of_another_owner_are_noticed_even_unverified(tmp_path: Path) -> None:
    async def work(reader: Reader) -> None:
        path = f"/v1/accounts/{COMPANY}%2F2"
        _, others = await reader.gateway.get_signed(path)
        _, holders = await reader.gateway.get_signed("/v1/holder", seed=OTHER_SEED)

        def swapped(asked: str, told: Any) -> Any:
            if asked.startswith("/v1/accounts/"):
                return others
            return holders if asked.startswith("/v1/holder") else told

        async with Liar(reader.gateway, swapped) as liar:
            for words, says in (
                (["account", f"{COMPANY}/1", *reader.mine], "another owner's"),
                (["holder", *reader.mine], "of a holder that this key belongs to no user of"),
            ):
                told = await reader.ask(*words, base=liar.base)
                assert (told.exit_code, says in told.stderr) == (3, True), told.output

    with_reader(tmp_path, work, trusting=False)


@pytest.mark.parametrize(("kept", "status", "says"), [(0, 0, ""), (2, 4, "not after the key before it")])
def test_a_list_that_never_ends_is_cut_short(tmp_path: Path, kept: int, status: int, says: str) -> None:
    def for_ever(path: str, told: Any) -> Any:
        return {**told, "more": True, "rows": told["rows"][:1] * kept} if "/public/" in path else told

    async def work(reader: Reader) -> None:
        async with Liar(reader.gateway, for_ever) as liar:
            told = await reader.ask("public", "parameters", "name=x", base=liar.base)
        assert (told.exit_code, says in told.stderr) == (status, True), told.output

    with_reader(tmp_path, work, trusting=False)


WRONG_USES = [
    ("a table that is none",       ["public", "lots"]),
    ("a field that is none",       ["public", "parameters", "nam=x"]),
    ("no value",                   ["public", "parameters", "name"]),
    ("a key that is none",         ["public", "parameters", "--row", "zz"]),
    ("a key and values",           ["public", "parameters", "--row", "00", "name=x"]),
    ("a public table of one's own", ["holder", "--table", "supply"]),
    ("an act id that is too short", ["receipt", "00"]),
    ("no height",                  ["header", "0"]),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "words"), WRONG_USES, ids=[row[0] for row in WRONG_USES])
def test_wrong_uses_end_with_2(sentence: str, words: list[str]) -> None:
    told = CliRunner().invoke(query, [*words, "--gateway", "http://127.0.0.1:1"])
    assert told.exit_code == 2


@pytest.mark.parametrize("address", ["foo", "ftp://x", "http://", "http://127.0.0.1:99999", "127.0.0.1:8470", "http://127.0.0.1:8470/v1", "http://127.0.0.1:8470?x"])
@pytest.mark.parametrize("option", ["flag", "variable"])
def test_an_address_that_is_none_is_a_wrong_use(address: str, option: str) -> None:
    words = ["--gateway", address] if option == "flag" else []
    told = CliRunner().invoke(query, ["status", *words], env={"CFI_GATEWAY": address})
    assert (told.exit_code, "is no address like http://127.0.0.1:8470" in told.stderr) == (2, True)


class TestRotate:
    def test_the_new_key_speaks_and_the_old_one_no_more(self, tmp_path: Path) -> None:
        async def work(reader: Reader) -> None:
            new = tmp_path / "new.json"
            words = ["rotate", str(tmp_path / "key.json"), str(new), "--gateway", reader.gateway.base]
            phrases = [*reader.mine[2:], "--new-passphrase-file", str(tmp_path / "p"), *reader.trusted]
            asked = await asyncio.to_thread(CliRunner().invoke, key, [*words, *phrases], input="n\n")
            assert (asked.exit_code, asked.stdout, new.exists()) == (1, "", True)
            made = new.read_bytes()
            done = await asyncio.to_thread(CliRunner().invoke, key, [*words, *phrases, "--yes", "--json"])
            assert done.exit_code == 0, done.output
            told = json.loads(done.stdout)
            assert (told["done"], told["verified"], new.read_bytes()) == (True, True, made)
            old = await reader.ask("accounts", *reader.mine)
            assert (old.exit_code, "no-live-key" in old.stderr) == (1, True)
            found = await reader.told("accounts", "--key", str(new), *reader.mine[2:])
            assert found["holder"]["holder_id"] == COMPANY
            again = await asyncio.to_thread(CliRunner().invoke, key, [*words, *phrases, "--yes"])
            assert (again.exit_code, again.stdout) == (1, "")

        with_reader(tmp_path, work, trusting=True)
