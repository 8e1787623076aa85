"""`audit replay`: what it prints, and with which status it ends."""

import asyncio
import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from typing_extensions import override

from cfi.client.audit import auditor
from cfi.client.audit.sources import read_records
from cfi.client.cli.audit import audit
from cfi.client.light.json_node import JsonNode
from cfi.client.light.lightblock import format_light_block, parse_light_block
from cfi.client.light.proofs import verify_membership, verify_non_membership
from cfi.client.light.statement import read_shown
from cfi.client.tree_process import TreeProcess
from cfi.client.wallet.keystore import LEAST, SigningKey, write_key
from cfi.contracts.state.genesis import genesis_hash
from cfi.contracts.state.row_tree import verify_row
from cfi.contracts.state.rows.governance import CHAIN
from cfi.contracts.transition import dispatch
from cfi.contracts.transition.genesis import state_at_genesis
from cfi.contracts.wire.parties import HolderClass, Level, Role
from cfi.contracts.wire.signatures import public_key_of
from cfi.contracts.wire.votes import verify_commit
from cfi.genesis.builder import GenesisPlan, NewHolder, NewUser, build_genesis
from cfi.genesis.officers import sign_genesis
from cfi.genesis.programmes.loader import programme
from tests.client.audit.histories import forged, light, with_transactions, write_file
from tests.contracts.ledger import NOW
from tests.genesis.founders import OFFICER_SEEDS
from tests.node.chain import CHAIN_ID, TERMS, USER_SEED, VALIDATOR_SEED, open_chain
from tests.node.gateway.running import run as bounded
from tests.node.gateway.running import running

OFFICERS = [bytes([number]) * 32 for number in range(3)]
EXCHANGE = NewHolder(
    holder_id="exchange",
    holder_class=HolderClass.EXCHANGE,
    blinding=sha256(b"exchange").digest(),
    users=(
        NewUser(user_id="u1", seeds=(bytes([9]) * 32,), levels=tuple(Level), roles=tuple(Role)),
    ),
    first_year=2003,
)
PLAN = GenesisPlan(
    chain_id=CHAIN_ID,
    time=NOW,
    clock_start=NOW,
    terms=programme("phase-1"),
    exchange=EXCHANGE,
    validators=((public_key_of(VALIDATOR_SEED), 10, public_key_of(bytes(32))),),
    officers=tuple(map(public_key_of, OFFICERS)),
)
DOCUMENT = build_genesis(PLAN)
HASH = genesis_hash(DOCUMENT).hex()
SIGNED = sign_genesis(DOCUMENT, OFFICERS[:2])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A node's folder: a signed genesis and three blocks."""
    chain = open_chain(
        tmp_path / "chain",
        found=lambda: state_at_genesis(DOCUMENT),
        terms=TERMS,
        genesis_hash=genesis_hash(DOCUMENT),
    )
    for _ in range(3):
        chain.make()
    chain.close()
    (tmp_path / "data").mkdir()
    (tmp_path / "chain" / "blocks").rename(tmp_path / "data" / "blocks")
    (tmp_path / "genesis.cbor").write_bytes(SIGNED)
    return tmp_path


async def over_the_network(base: str, folder: Path, command: str, *words: str) -> Result:
    """A command of `cfi audit` for an officer's key, on a thread of its own."""
    key = [*("--key", str(folder / "key")), *("--passphrase-file", str(folder / "phrase"))]
    arguments = [command, base, *words, *key]
    return await asyncio.to_thread(CliRunner().invoke, audit, arguments)


def cfi_audit(command: str, *arguments: object) -> Result:
    return CliRunner().invoke(audit, [command, *map(str, arguments), "--workers", "0"])


def test_rules_that_this_program_lacks_are_no_disagreement(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "RULE_BOOKS", {2: dispatch.RULE_BOOKS[1]})
    result = cfi_audit("replay", home)
    assert result.exit_code == 1
    assert "from height 1 on the rules have version 1, this program knows up to" in result.stderr


def test_a_process_that_is_killed_meanwhile_ends_it_with_a_sentence(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledSoon(TreeProcess):
        @override
        def forget(self) -> None:
            super().forget()
            self._process.kill()
            self._process.wait()

    monkeypatch.setattr(auditor, "TreeProcess", KilledSoon)
    result = CliRunner().invoke(audit, ["replay", str(home), "--workers", "1"])
    assert result.exit_code == 1
    assert result.stderr.endswith("nothing that was acknowledged is lost\n")
    assert len(result.stderr.splitlines()) == 1


class TestReport:
    """What is kept of an audit."""

    def test_says_who_what_when_with_what_and_every_check(self, home: Path) -> None:
        result = cfi_audit("report", home, "--to", home / "r", "--auditor", "A. Auditor")
        assert (result.exit_code, "everything agrees" in result.stdout) == (0, True), result.stderr
        told = json.loads((home / "r" / "report.json").read_text())
        assert (told["report"], told["findings"]["height"]) == ("cfi-audit/v1", 3)
        made = told["provenance"]
        assert (made["auditor"], made["source_blocks"]) == ("A. Auditor", 3)
        assert made["genesis_file_sha256"] == sha256(SIGNED).hexdigest()
        assert set(made["software"]) == {"python", "cfi-ledger", "cbor2", "PyNaCl"}
        assert made["began"] < made["ended"]
        target = home / "blocks.export"
        CliRunner().invoke(audit, ["export", str(home), str(target)])
        assert made["source_sha256"] == sha256(target.read_bytes()).hexdigest()
        text = (home / "r" / "report.txt").read_text()
        named = ("A. Auditor", made["source_sha256"], made["code_sha256"], HASH)
        assert [part for part in (*named, *told["checks"]) if part not in text] == []
        again = cfi_audit("report", home, "--to", home / "r")
        assert (again.exit_code, "is there already" in again.stderr) == (2, True)

    def test_what_has_no_verdict_leaves_nothing(self, home: Path) -> None:
        blocks = home / "data" / "blocks" / "00000001.blocks"
        whole = blocks.read_bytes()
        blocks.write_bytes(whole[:-1])
        result = cfi_audit("report", home, "--to", home / "r")
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
        assert not (home / "r").exists()
        blocks.write_bytes(whole)
        assert cfi_audit("report", home, "--to", home / "r").exit_code == 0

    def test_is_kept_of_a_disagreement_too(self, home: Path) -> None:
        history = forged(list(read_records(home)), 2, with_transactions(lambda _: [b"anything"]))
        path = write_file(home / "export", history)
        result = cfi_audit("report", path, "--to", home / "r")
        assert (result.exit_code, "a disagreement" in result.stdout) == (3, True)
        text = (home / "r" / "report.txt").read_text()
        assert "not named" in text
        assert "transaction 0" in text


class TestProve:
    """Proofs of an old height by replaying to it."""

    def test_a_public_row_and_an_absent_one(self, home: Path) -> None:
        for key, present in ((b"chain", True), (b"other", False)):
            result = cfi_audit("prove", home, "--height", 1, "--table", "chain", "--row", key.hex())
            assert result.exit_code == 0, result.stderr
            told = json.loads(result.stdout)
            block = parse_light_block(json.dumps(told["light_block"]).encode())
            assert (told["height"], block.height, block.header.app_hash.hex()) == (1, 2, told["app_hash"])
            root, full = block.header.app_hash, CHAIN.row_key(key)
            proof = bytes.fromhex(told["proof"])
            if present:
                assert verify_membership(root, proof, full, bytes.fromhex(told["value"]))
            else:
                assert told["value"] is None
                assert verify_non_membership(root, proof, full)
            assert block.commit is not None
            assert block.validator_set is not None
            verify_commit(CHAIN_ID, block.validator_set, block.commit.block_id, block.height, block.commit)

    @pytest.mark.parametrize("table", ["all", "users"])
    def test_an_owners_rows(self, home: Path, table: str) -> None:
        result = cfi_audit("prove", home, "--height", 1, "--table", table, "--holder", "exchange")
        assert result.exit_code == 0, result.stderr
        told = json.loads(result.stdout)
        root = bytes.fromhex(told["app_hash"])
        shown = read_shown(JsonNode(told))
        assert verify_membership(root, shown.proof, shown.key, shown.value)
        assert len(shown.rows) > (1 if table == "all" else 0)
        assert all(verify_row(shown.value, blinding, proof) for proof, blinding in shown.rows)

    def test_what_cannot_be_proved(self, home: Path) -> None:
        public = ("--table", "chain", "--row", b"chain".hex())
        third = light(list(read_records(home)), 3)
        (home / "header.json").write_bytes(format_light_block(third))
        for arguments, status, reason in (
            (("--height", 2, *public), 2, "give --header"),
            (("--height", 2, *public, "--header", home / "header.json"), 0, ""),
            (("--height", 3, *public, "--header", home / "header.json"), 2, "give --header"),
            (("--height", 1, "--table", "lots", "--account", "nobody/1"), 1, "there is no nobody/1"),
            (("--height", 1, "--table", "lots", "--holder", "exchange"), 2, "one of"),
            (("--height", 1, "--table", "chain"), 2, "give one of"),
            (("--height", 1, "--table", "chain", "--row", "x"), 2, "not in hex"),
            (("--height", 0, *public), 2, "0 is not in the range"),
        ):
            result = cfi_audit("prove", home, *arguments)
            assert (result.exit_code, reason in result.stderr) == (status, True), result.stderr

    def test_nothing_is_proved_of_a_history_that_disagrees(self, home: Path) -> None:
        history = forged(list(read_records(home)), 2, with_transactions(lambda _: [b"anything"]))
        path = write_file(home / "export", history)
        result = cfi_audit("prove", path, "--height", 1, "--table", "chain", "--row", "00")
        assert (result.exit_code, result.stdout) == (3, "")
        assert "the history disagrees: height 2" in result.stderr


class TestOverTheNetwork:
    """A gateway in place of files: SOURCE is its address."""

    def test_a_replay_agrees_with_the_newest_header_and_an_export_replays(
        self, tmp_path: Path
    ) -> None:
        async def work() -> None:
            async with running(tmp_path / "node", as_signed=True) as gateway:
                await gateway.height_of(4)
                genesis = tmp_path / "genesis.cbor"
                genesis.write_bytes(gateway.chain.genesis)
                write_key(tmp_path / "key", SigningKey(OFFICER_SEEDS[0]), b"open", LEAST)
                (tmp_path / "phrase").write_text("open\n")
                here = (gateway.base, tmp_path)
                words = ("--genesis", str(genesis), "--workers", "0", "--json")
                told = await over_the_network(*here, "replay", *words)
                assert told.exit_code == 0, told.stderr
                findings = json.loads(told.stdout)
                assert (findings["agrees"], findings["root_confirmed"]) == (True, True)
                target = tmp_path / "export"
                told = await over_the_network(*here, "export", str(target))
                assert told.exit_code == 0, told.stderr
                told = await asyncio.to_thread(run, target, "--genesis", genesis)
                assert told.exit_code == 0, told.stderr

        bounded(work())

    def test_what_is_no_source(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path / "node") as gateway:
                genesis = tmp_path / "genesis.cbor"
                genesis.write_bytes(gateway.chain.genesis)
                write_key(tmp_path / "key", SigningKey(USER_SEED), b"open", LEAST)
                (tmp_path / "phrase").write_text("other\n")
                words = ("--genesis", str(genesis), "--workers", "0")
                told = await asyncio.to_thread(run, gateway.base)
                assert (told.exit_code, "give --genesis" in told.stderr) == (2, True)
                told = await asyncio.to_thread(run, gateway.base, *words)
                assert (told.exit_code, "give --key" in told.stderr) == (2, True)
                told = await over_the_network(gateway.base, tmp_path, "replay", *words)
                assert told.exit_code == 5
                (tmp_path / "phrase").write_text("open\n")
                told = await over_the_network(gateway.base, tmp_path, "replay", *words)
                assert (told.exit_code, told.stdout) == (1, "")
                assert "shows no blocks: unknown-height" in told.stderr
                told = await over_the_network("http://127.0.0.1:9", tmp_path, "replay", *words)
                assert told.exit_code == 4

        bounded(work())


def run(*arguments: object) -> Result:
    return CliRunner().invoke(audit, ["replay", "--workers", "0", *map(str, arguments)])


def test_an_honest_node_agrees(home: Path) -> None:
    result = run(home, "--genesis-hash", HASH.upper())
    assert result.exit_code == 0, result.stderr
    assert "Everything agrees." in result.stdout
    assert HASH[:40] in result.stdout


def test_the_findings_as_json(home: Path) -> None:
    result = run(home / "data" / "blocks", "--json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert (told["agrees"], told["height"], told["block_confirmed"]) == (True, 3, False)
    assert (told["chain_id"], told["genesis_hash"]) == (CHAIN_ID, HASH)
    assert told["disagreement"] is None


def test_the_first_disagreement_is_shown(home: Path) -> None:
    history = list(read_records(home))
    path = write_file(
        home / "export", forged(history, 2, with_transactions(lambda each: [*each, b"anything"]))
    )
    result = run(path)
    assert result.exit_code == 3
    assert "transaction 0" in result.stdout
    told = json.loads(run(path, "--json").stdout)
    assert told["disagreement"] == {
        "height": 2,
        "what": "transaction 0",
        "expected": "admissible",
        "found": "MALFORMED: not a COSE_Sign1 of our template",
    }
    assert (told["agrees"], told["height"]) == (False, 1)


def test_another_genesis_is_noticed(home: Path) -> None:
    other = build_genesis(replace(PLAN, time=NOW + 60))
    (home / "other.cbor").write_bytes(sign_genesis(other, OFFICERS))
    result = run(home, "--genesis", home / "other.cbor", "--json")
    assert result.exit_code == 3
    told = json.loads(result.stdout)["disagreement"]
    assert (told["height"], told["what"]) == (1, "time")


def test_where_there_is_no_verdict_the_json_says_so(home: Path) -> None:
    (file,) = (home / "data" / "blocks").iterdir()
    damaged = bytearray(file.read_bytes())
    damaged[100] ^= 1
    file.write_bytes(damaged)
    result = run(home, "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["agrees"], told["status"]) == (2, None, 2)
    assert told["reason"] in result.stderr


def test_what_cannot_be_read_is_no_verdict(home: Path) -> None:
    elsewhere = home / "a" / "b" / "c"
    elsewhere.mkdir(parents=True)
    (home / "unsigned.cbor").write_bytes(sign_genesis(DOCUMENT, OFFICERS[:1]))
    (home / "none").write_bytes(b"none")
    for arguments, reason in (
        ((home, "--genesis-hash", "00" * 32), "not the given one"),
        ((home, "--genesis", home / "unsigned.cbor"), "1 of the officers signed, 2 have to"),
        ((home, "--genesis", home / "none"), "malformed"),
        ((elsewhere,), "no genesis.cbor in"),
        ((elsewhere, "--genesis", home / "genesis.cbor"), "no block files"),
        ((home / "none", "--genesis", home / "genesis.cbor"), "none: at byte 0"),
    ):
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert reason in result.stderr


def test_an_export_replays(home: Path) -> None:
    target = home / "blocks.export"
    exported = CliRunner().invoke(audit, ["export", str(home), str(target)])
    assert (exported.exit_code, exported.stdout) == (0, "3 blocks\n")
    assert run(target).exit_code == 0
    again = CliRunner().invoke(audit, ["export", str(home), str(target)])
    assert again.exit_code == 2
    assert "is there already" in again.stderr


def test_a_header_from_elsewhere_confirms_the_end(home: Path) -> None:
    third = light(list(read_records(home)), 3)
    (home / "header.json").write_bytes(format_light_block(third))
    told = json.loads(run(home, "--header", home / "header.json", "--json").stdout)
    assert (told["block_confirmed"], told["root_confirmed"]) == (True, False)
    (home / "header.json").write_bytes(b"{}")
    result = run(home, "--header", home / "header.json")
    assert result.exit_code == 2
    assert "the header can't be believed" in result.stderr


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--genesis", "FILE"], "cfi: the genesis is refused: malformed\n"),
        ([], "cfi: NONE isn't there: look at its path\n"),
    ],
)
def test_what_cannot_be_read_is_named(home: Path, options: list[str], says: str) -> None:
    (home / "file").write_bytes(b"x")
    none = home / "none"
    words = [each.replace("FILE", str(home / "file")) for each in options]
    result = cfi_audit("replay", home if options else none, *words)
    assert (result.exit_code, result.stderr) == (2, says.replace("NONE", str(none)))
