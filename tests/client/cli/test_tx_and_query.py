"""`cfi tx` and `cfi query` against a ledger and its gateway that really run."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from cfi.client.cli.light import light
from cfi.client.cli.query import query
from cfi.client.cli.tx import tx
from cfi.client.light.admissions import kept_admissions
from cfi.client.wallet.keystore import LEAST, SigningKey, write_key
from cfi.contracts.transition.block import Execution
from cfi.contracts.wire.admission import (
    Batch,
    admission_receipts,
    is_genuine,
    read_admission,
)
from cfi.contracts.wire.messages.baseline.establish_baseline import EstablishBaseline
from cfi.contracts.wire.quantities import Tonnes
from cfi.contracts.wire.schema import Hash, schema_of
from cfi.contracts.wire.text import HolderId
from cfi.node.admission import AdmissionBook
from tests.client.light.lying import Liar, other_receipt
from tests.genesis.founders import OFFICER_SEEDS
from tests.node.chain import CHAIN_ID, COMPANY, USER_SEED
from tests.node.gateway.running import NODE, Running, run, running
from tests.spoilt import spoilt

SEED = "cd" * 32
OPENED = {"seed": SEED, "retirement": False}


def receipt(chain_id: str, act_id: bytes) -> bytes:
    """Somebody's admission receipt for an act."""
    batch = Batch(chain_id=chain_id, run=bytes(16), height=1, at_ms=1, first_sequence=1)
    return admission_receipts(bytes(32), batch, [(act_id, 9)])[0]


NO_EVIDENCE: list[tuple[Callable[[bytes], bytes], str]] = [
    (lambda _: b"", "malformed"),
    (lambda _: receipt(CHAIN_ID, bytes(32)), "it is for another act"),
    (lambda told: receipt("sim-other", read_admission(told).act_id), "it is for chain sim-other"),
    (spoilt, "its signature does not verify"),
]


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the client keeps things unless it is told."""
    monkeypatch.setenv("CFI_LIGHT", str(tmp_path / "kept"))
    return tmp_path / "kept" / "admissions"


@pytest.fixture
def secrets(tmp_path: Path) -> list[str]:
    """The options that open the company's key file."""
    write_key(tmp_path / "key.json", SigningKey(USER_SEED), b"secret", LEAST)
    (tmp_path / "p").write_text("secret")
    return ["--key", str(tmp_path / "key.json"), "--passphrase-file", str(tmp_path / "p")]


async def asked(command: click.Command, arguments: list[str], text: str = "") -> Result:
    """A command run beside the gateway, in a thread of its own."""
    return await asyncio.to_thread(CliRunner().invoke, command, arguments, input=text)


def with_gateway(folder: Path, work: Any, **options: Any) -> Any:
    async def bounded() -> Any:
        async with running(folder, **options) as gateway:
            return await work(gateway)

    return run(bounded())


class TestActing:
    def test_an_act_is_signed_sent_and_answered_by_its_receipt(self, tmp_path: Path, secrets: list[str]) -> None:
        async def work(gateway: Running) -> tuple[Result, Result]:
            sent = await asked(tx, ["OpenAccount", "-", "--gateway", gateway.base, *secrets, "--yes", "--json"], json.dumps(OPENED))
            act_id = json.loads(sent.stdout)["act_id"]
            await asyncio.sleep(1.1)  # a request as old as the gateway itself is refused
            return sent, await asked(query, ["receipt", act_id, "--gateway", gateway.base, *secrets])

        sent, receipt = with_gateway(tmp_path / "node", work)
        assert sent.exit_code == 0, sent.output
        told = json.loads(sent.stdout)
        assert told["done"]
        assert told["facts"]["account_id"].startswith(f"{COMPANY}/")
        assert receipt.exit_code == 0, receipt.output

    def test_the_nodes_word_that_it_took_the_act_is_kept(self, tmp_path: Path, secrets: list[str], kept: Path) -> None:
        async def work(gateway: Running) -> Result:
            return await asked(tx, ["OpenAccount", "-", "--gateway", gateway.base, *secrets, "--yes", "--json"], json.dumps(OPENED))

        sent = with_gateway(tmp_path / "node", work)
        assert sent.exit_code == 0, sent.output
        (file,) = kept.iterdir()
        assert f"admission {file}" in sent.stderr
        admission = read_admission(file.read_bytes())
        assert admission.act_id.hex() == json.loads(sent.stdout)["act_id"] == file.name[:64]
        assert (is_genuine(admission), admission.node_key.hex()) == (True, NODE)
        assert kept_admissions(file) == kept_admissions(kept) == kept_admissions(kept.parent)

    def test_it_is_kept_of_an_act_that_no_block_has_yet(self, tmp_path: Path, secrets: list[str], kept: Path) -> None:
        async def work(gateway: Running) -> Result:
            return await asked(tx, ["OpenAccount", "-", "--gateway", gateway.base, *secrets, "--yes"], json.dumps(OPENED))

        sent = with_gateway(tmp_path / "node", work, wait_seconds=0.0)
        assert (sent.exit_code, "admitted, but in no block yet" in sent.stderr) == (4, True)
        assert len(list(kept.iterdir())) == 1

    def test_it_is_kept_of_an_act_that_is_given_up_too(self, tmp_path: Path, secrets: list[str], kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise ZeroDivisionError("a mistake of ours")

        monkeypatch.setattr(Execution, "execute", fail)

        async def work(gateway: Running) -> Result:
            return await asked(tx, ["OpenAccount", "-", "--gateway", gateway.base, *secrets, "--yes"], json.dumps(OPENED))

        sent = with_gateway(tmp_path / "node", work)
        assert (sent.exit_code, "quarantined" in sent.stderr) == (1, True)
        (file,) = kept.iterdir()
        assert f"act {file.name[:64]}" in sent.stderr

    @pytest.mark.parametrize(("change", "said"), NO_EVIDENCE)
    def test_what_is_no_evidence_is_said_and_not_kept(self, tmp_path: Path, secrets: list[str], kept: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[bytes], bytes], said: str) -> None:
        honest = AdmissionBook.admit
        monkeypatch.setattr(AdmissionBook, "admit", lambda *told: [change(each) for each in honest(*told)])

        async def work(gateway: Running) -> Result:
            return await asked(tx, ["OpenAccount", "-", "--gateway", gateway.base, *secrets, "--yes"], json.dumps(OPENED))

        sent = with_gateway(tmp_path / "node", work)
        assert (sent.exit_code, kept.exists()) == (0, False)
        assert f"the gateway's admission receipt is no evidence: {said}" in sent.stderr

    def test_it_is_said_where_it_cannot_be_kept(self, tmp_path: Path, secrets: list[str], kept: Path) -> None:
        kept.parent.mkdir()
        kept.write_text("no folder")

        async def work(gateway: Running) -> Result:
            return await asked(tx, ["OpenAccount", "-", "--gateway", gateway.base, *secrets, "--yes"], json.dumps(OPENED))

        sent = with_gateway(tmp_path / "node", work)
        assert (sent.exit_code, "the admission receipt is not kept: " in sent.stderr) == (0, True)

    def test_a_receipt_is_verified_where_something_is_trusted(self, tmp_path: Path, secrets: list[str]) -> None:
        genesis, trusted = tmp_path / "genesis.cbor", ["--folder", str(tmp_path / "light")]

        async def work(gateway: Running) -> list[Result]:
            genesis.write_bytes(gateway.chain.genesis)
            await asyncio.sleep(1.1)
            here = ["--gateway", gateway.base]
            begun = await asked(light, ["sync", *here, *trusted, "--genesis", str(genesis)])
            sent = await asked(tx, ["OpenAccount", "-", *here, *secrets, *trusted, "--yes", "--json"], json.dumps(OPENED))
            act_id = json.loads(sent.stdout)["act_id"]
            kept = await asked(query, ["receipt", act_id, *here, *secrets, *trusted])
            claimed = await asked(query, ["receipt", act_id, *here, *secrets, "--folder", str(tmp_path / "none")])
            async with Liar(gateway, other_receipt) as liar:
                lied = await asked(query, ["receipt", act_id, "--gateway", liar.base, *secrets, *trusted])
            nobody = await asked(query, ["receipt", act_id, "--gateway", "http://127.0.0.1:9", *secrets, *trusted])
            return [begun, sent, kept, claimed, lied, nobody]

        begun, sent, kept, claimed, lied, nobody = with_gateway(tmp_path / "node", work)
        assert begun.exit_code == 0, begun.output
        assert json.loads(sent.stdout)["standing"].startswith("verified here at height")
        assert json.loads(kept.stdout) == json.loads(sent.stdout)
        assert (claimed.exit_code, json.loads(claimed.stdout)["verified"]) == (0, False)
        assert "begin with: cfi light sync" in claimed.stdout
        assert (lied.exit_code, "of another receipt" in lied.stderr) == (3, True)
        assert nobody.exit_code == 4

    def test_a_refusal_says_what_why_and_which_section(self, tmp_path: Path, secrets: list[str]) -> None:
        body = {"source": f"{COMPANY}/1", "lot_id": "XA-2003-0009999999", "tonnes": 100, "target": f"{COMPANY}/3"}

        async def work(gateway: Running) -> Result:
            return await asked(tx, ["TransferLot", "-", "--gateway", gateway.base, *secrets, "--yes"], json.dumps(body))

        ended = with_gateway(tmp_path / "node", work)
        assert ended.exit_code == 1
        assert "UNKNOWN_LOT" in ended.output
        assert "RB 5.3.1" in ended.output

    def test_a_dry_run_tells_the_receipt_and_changes_nothing(self, tmp_path: Path, secrets: list[str]) -> None:
        async def work(gateway: Running) -> tuple[list[Result], bytes, bytes]:
            await asyncio.sleep(1.1)
            before = gateway.chain.application.app_hash
            options = ["-", "--gateway", gateway.base, *secrets, "--dry-run", "--json"]
            lawful = await asked(tx, ["OpenAccount", *options], json.dumps(OPENED))
            again = await asked(tx, ["OpenAccount", *options], json.dumps(OPENED))
            unlawful = await asked(tx, ["TransferLot", *options], json.dumps({"source": f"{COMPANY}/1", "lot_id": "XA-2003-0009999999", "tonnes": 100, "target": f"{COMPANY}/3"}))
            return [lawful, again, unlawful], before, gateway.chain.application.app_hash

        (lawful, again, unlawful), before, after = with_gateway(tmp_path / "node", work)
        assert lawful.exit_code == 0, lawful.output
        assert json.loads(lawful.stdout)["facts"] == json.loads(again.stdout)["facts"]
        assert unlawful.exit_code == 1
        assert json.loads(unlawful.stdout)["refusal"] == "UNKNOWN_LOT"
        assert before == after

    def test_nothing_is_sent_without_a_yes(self, tmp_path: Path, secrets: list[str]) -> None:
        file = tmp_path / "m.json"
        file.write_text(json.dumps(OPENED))
        ended = CliRunner().invoke(tx, ["OpenAccount", str(file), "--gateway", "http://127.0.0.1:1", *secrets], input="n\n")
        assert ended.exit_code == 1
        assert "Aborted" in ended.output

    def test_where_nobody_can_agree_it_says_so(self, secrets: list[str]) -> None:
        """Standard input has the message, so that no answer can come from there."""
        words = ["OpenAccount", "--gateway", "http://127.0.0.1:1", *secrets]
        ended = CliRunner().invoke(tx, words, input=json.dumps(OPENED))
        assert ended.exit_code == 2
        assert ended.stderr.endswith("\ncfi: nobody is here to agree: give --yes\n")


def officer(folder: Path, number: int) -> list[str]:
    """The options that open a founding officer's key file."""
    file, phrase = folder / f"officer-{number}.json", folder / "p"
    write_key(file, SigningKey(OFFICER_SEEDS[number - 1]), b"secret", LEAST)
    phrase.write_text("secret")
    return ["--key", str(file), "--passphrase-file", str(phrase)]


def signed_by_officers(folder: Path, work: Any) -> Any:
    async def bounded() -> Any:
        async with running(folder, as_signed=True) as gateway:
            await asyncio.sleep(1.1)
            return await work(gateway)

    return run(bounded())


class TestWhatTwoApprove:
    def test_what_two_have_to_name_is_asked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        message = EstablishBaseline(member=HolderId(COMPANY), inputs_hash=Hash(bytes(32)), baseline_tonnes=Tonnes(94_900))
        told = {
            "establish": {"body": schema_of(EstablishBaseline).encode(message), "refusal": None, "section": None},
            "adjust": {"body": None, "refusal": "NO_BASELINE", "section": "RB 6.5.1"},
            "filings": {"plant-1": bytes(32)},
        }
        monkeypatch.setattr("cfi.node.queries.baseline_figures", lambda *_: told)

        async def work(gateway: Running) -> list[Result]:
            at = ["baseline", COMPANY, "--gateway", gateway.base, *officer(tmp_path, 1)]
            return [await asked(query, [*at, *more]) for more in ([], ["--for", "EstablishBaseline"], ["--for", "AdjustBaseline"])]

        everything, establish, adjust = signed_by_officers(tmp_path / "node", work)
        fields = {"member": COMPANY, "inputs_hash": "00" * 32, "baseline_tonnes": 94_900}
        assert json.loads(everything.stdout) == {
            "EstablishBaseline": fields,
            "AdjustBaseline": {"refusal": "NO_BASELINE", "section": "RB 6.5.1"},
            "filing_hashes": {"plant-1": "00" * 32},
        }
        assert json.loads(establish.stdout) == fields
        assert (adjust.exit_code, adjust.stderr) == (1, "cfi: NO_BASELINE (RB 6.5.1)\n")

    def test_an_answer_that_is_no_message(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        told = {"establish": {"body": b"x", "refusal": None, "section": None}, "adjust": {"body": None, "refusal": "", "section": ""}, "filings": {}}
        monkeypatch.setattr("cfi.node.queries.baseline_figures", lambda *_: told)

        async def work(gateway: Running) -> Result:
            return await asked(query, ["baseline", COMPANY, "--gateway", gateway.base, *officer(tmp_path, 1)])

        assert signed_by_officers(tmp_path / "node", work).exit_code == 4


class TestWrongInput:
    def test_the_fields_of_a_message_are_told(self) -> None:
        ended = CliRunner().invoke(tx, ["OpenAccount", "--fields"])
        assert json.loads(ended.stdout)["seed"] == "hex"

    @pytest.mark.parametrize(("name", "text", "said"), [("OpenAcount", "{}", "did you mean"), ("OpenAccount", "{", "Expecting"), ("OpenAccount", "{}", "$.seed: missing")])
    def test_bad_input_leaves_with_2(self, name: str, text: str, said: str) -> None:
        ended = CliRunner().invoke(tx, [name, "-"], input=text)
        assert ended.exit_code == 2
        assert said in ended.output

    def test_without_a_gateway_it_is_usage(self) -> None:
        assert CliRunner().invoke(tx, ["OpenAccount", "-"], input=json.dumps(OPENED)).exit_code == 2

    def test_nobody_there_leaves_with_4(self, secrets: list[str]) -> None:
        options = ["--gateway", "http://127.0.0.1:1", *secrets]
        sent = CliRunner().invoke(tx, ["OpenAccount", "-", *options, "--yes"], input=json.dumps(OPENED))
        assert sent.exit_code == 4
        assert CliRunner().invoke(query, ["status", *options[:2]]).exit_code == 4

    @pytest.mark.parametrize(("content", "code"), [("wrong", 5), (None, 2)])
    def test_a_key_file_that_does_not_open(self, tmp_path: Path, secrets: list[str], content: str | None, code: int) -> None:
        if content is None:
            (tmp_path / "key.json").write_text("{}")
        else:
            (tmp_path / "p").write_text(content)
        options = ["--gateway", "http://127.0.0.1:1", *secrets]
        sent = CliRunner().invoke(tx, ["OpenAccount", "-", *options], input=json.dumps(OPENED))
        asked_for = CliRunner().invoke(query, ["receipt", "00" * 32, *options])
        assert (sent.exit_code, asked_for.exit_code) == (code, code)


def test_a_gateway_says_its_status_and_headers(tmp_path: Path) -> None:
    async def work(gateway: Running) -> list[Result]:
        at = ["--gateway", gateway.base]
        return [
            await asked(query, ["status", *at]),
            await asked(query, ["header", *at]),
            await asked(query, ["header", "1", *at]),
            await asked(query, ["header", "999", *at]),
        ]

    status, latest, first, unknown = with_gateway(tmp_path / "node", work)
    assert json.loads(status.stdout)["height"] >= 1
    assert json.loads(latest.stdout)["signed_header"]
    assert json.loads(first.stdout)["signed_header"]["header"]["height"] == "1"
    assert unknown.exit_code == 1


def test_for_programs_an_answer_is_one_line(tmp_path: Path, secrets: list[str]) -> None:
    async def work(gateway: Running) -> list[Result]:
        at = ["--gateway", gateway.base, "--json"]
        return [await asked(query, ["status", *at]), await asked(query, ["header", "1", *at])]

    for told in with_gateway(tmp_path / "node", work):
        assert (told.exit_code, told.stdout.count("\n")) == (0, 1)
        assert json.loads(told.stdout)
