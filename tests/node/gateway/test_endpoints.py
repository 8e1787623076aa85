"""What the gateway answers: headers, public rows, own accounts, transactions."""

from pathlib import Path

import pytest

from cfi.client.light.lightblock import parse_light_block
from cfi.client.light.proofs import verify_membership, verify_non_membership
from cfi.client.wallet.transactions import act_id_of
from cfi.contracts.state.rows.governance import CHAIN
from cfi.contracts.state.store import State
from cfi.contracts.wire.admission import is_genuine, read_admission
from cfi.contracts.wire.receipts import decode_receipt
from cfi.node.counters import Counters
from cfi.node.gateway.answers import not_taken_answer
from cfi.node.gateway.link_client import NotTakenError
from tests.node.chain import CHAIN_ID, COMPANY, USER_SEED, retire, transfer
from tests.node.gateway.running import NODE, OTHER, OTHER_SEED, Running, quoted, run, running
from tests.spoilt import spoilt

OWN = f"/v1/accounts/{quoted(COMPANY + '/1')}"


def far(transaction_number: int) -> bytes:
    """A transfer that stays valid."""
    return transfer(transaction_number)


class TestWhatAnybodyReads:
    def test_status_headers_and_public_rows_with_proofs(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                status, told = await gateway.get("/v1/status")
                assert status == 200
                assert (told["chain_id"], told["node"]) == (CHAIN_ID, NODE)
                assert told["programme_time"] == f"{told['time'][:19]}Z", "no stepped clock: the header's"
                height = await gateway.height_of(3)
                url = f"{gateway.base}/v1/headers/{height}"
                async with gateway.session.get(url) as answer:
                    assert answer.headers["Cache-Control"].startswith("public")
                    block = parse_light_block(await answer.read())
                assert block.height == height
                await self.chain_row(gateway, height, block.header.app_hash)

        run(work())

    async def chain_row(self, gateway: Running, height: int, root: bytes) -> None:
        """The chain's row is proved by the next header, the absence of another too."""
        key = b"chain".hex()
        target = f"/v1/public/{CHAIN.tag:02x}/{key}?height={height - 1}"
        status, told = await gateway.get(target)
        assert status == 200
        proof, value = bytes.fromhex(told["proof"]), bytes.fromhex(told["value"])
        full_key = bytes((CHAIN.tag,)) + b"chain"
        assert verify_membership(root, proof, full_key, value)
        status, told = await gateway.get(target.replace(key, "aa"))
        assert told["value"] is None
        assert verify_non_membership(root, bytes.fromhex(told["proof"]), bytes((CHAIN.tag, 0xAA)))

    def test_a_table_is_listed_some_rows_at_a_time(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                _, first = await gateway.get("/v1/public/a0?limit=3")
                assert len(first["rows"]) == 3
                assert first["more"]
                after = first["rows"][-1]["key"]
                _, second = await gateway.get(f"/v1/public/a0?limit=3&after={after}")
                assert second["rows"][0]["key"] > after
                _, whole = await gateway.get("/v1/public/a0")
                assert not whole["more"]
                assert whole["rows"][:6] == first["rows"] + second["rows"]

        run(work())

    def test_the_process_says_how_it_is(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        honest, rejected = Counters.told, {"rejected_proposals": {'a "root"': 2}}
        monkeypatch.setattr(Counters, "told", lambda each: honest(each) | rejected)

        async def work() -> None:
            async with running(tmp_path) as gateway:
                assert (await gateway.get("/livez"))[0] == 200
                assert (await gateway.get("/readyz"))[0] == 200
                await gateway.get("/v1/nowhere")
                async with gateway.session.get(f"{gateway.base}/metrics") as answer:
                    page = await answer.text()
                assert "cfi_ledger_up 1" in page
                assert "# TYPE cfi_ledger_taken_total counter\ncfi_ledger_taken_total 0\n" in page
                assert 'cfi_ledger_rejected_proposals_total{reason="a \\"root\\""} 2\n' in page
                assert 'cfi_gateway_refusals_total{code="not-found"} 1' in page
                assert COMPANY not in page

        run(work())

    @pytest.mark.parametrize(
        ("counted", "code"),
        [
            ({"catching_up": True}, "catching-up"),
            ({"clock_off_nanos": 10_000_000_001}, "catching-up"),
            ({"clock_off_nanos": 10_000_000_001, "clock_steady": True}, "clock-off"),
            ({"last_commit_nanos": 1, "longest_quiet_nanos": 9_000_000_000}, "no-new-blocks"),
            ({"clock_off_nanos": -10_000_000_001}, "clock-off"),
            ({"clock_off_nanos": 10_000_000_001, "catching_up": True}, "catching-up"),
            ({"clock_off_nanos": -10_000_000_001, "catching_up": True}, "clock-off"),
        ],
    )
    def test_a_node_that_is_not_where_the_others_are_is_not_ready_and_says_why(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        counted: dict[str, object],
        code: str,
    ) -> None:
        honest = Counters.told
        monkeypatch.setattr(Counters, "told", lambda each: honest(each) | counted)

        async def work() -> None:
            async with running(tmp_path) as gateway:
                status, told = await gateway.get("/readyz")
                assert (status, told["code"]) == (503, code)
                assert (await gateway.get("/livez"))[0] == 200

        run(work())

    def test_a_node_that_can_prove_nothing_yet_is_not_ready(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(State, "proofs_from", property(lambda state: state.height))

        async def work() -> None:
            async with running(tmp_path) as gateway:
                status, told = await gateway.get("/readyz")
                assert (status, told["code"]) == (503, "no-proofs-yet")

        run(work())

    def test_a_gateway_without_its_ledger_says_so(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                gateway.stop.set()
                await gateway.service
                gateway.server.desk.link.close()
                for target in ("/v1/status", "/readyz", "/v1/headers/latest"):
                    status, told = await gateway.get(target)
                    assert (status, told["code"]) == (503, "ledger-unreachable")
                async with gateway.session.get(f"{gateway.base}/metrics") as answer:
                    assert "cfi_ledger_up 0" in await answer.text()
                assert (await gateway.get("/livez"))[0] == 200

        run(work())


class TestTransactions:
    def test_an_act_is_admitted_committed_and_shown_to_its_holder_alone(
        self, tmp_path: Path
    ) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                sent = far(1)
                status, told = await gateway.post("/v1/transactions?wait=1", sent)
                assert status == 200
                admission = read_admission(bytes.fromhex(told["admission"]))
                assert is_genuine(admission)
                assert (admission.chain_id, admission.node_key.hex()) == (CHAIN_ID, NODE)
                receipt = decode_receipt(bytes.fromhex(told["committed"]["receipt"]))
                assert receipt.done
                assert receipt.act_id == admission.act_id == act_id_of(sent)
                target = f"/v1/transactions/{act_id_of(sent).hex()}"
                status, mine = await gateway.get_signed(target)
                assert (status, bytes.fromhex(mine["transaction"])) == (200, sent)
                absent = f"/v1/transactions/{'00' * 32}"
                another = await gateway.get_signed(target, seed=OTHER_SEED)
                assert another == await gateway.get_signed(absent, seed=OTHER_SEED)
                assert another[0] == 404

        run(work())

    def test_without_waiting_only_admission_is_told(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                status, told = await gateway.post("/v1/transactions", retire(1))
                assert (status, told["committed"]) == (202, None)

        run(work())

    def test_a_wait_that_is_too_long_ends_with_the_admission(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path, wait_seconds=0.0) as gateway:
                status, told = await gateway.post("/v1/transactions?wait=1", retire(1))
                assert (status, told["committed"]) == (202, None)

        run(work())

    def test_a_dry_run_says_what_is_wrong_with_a_payload(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                target, payload = "/v1/transactions/dry-run", b"nothing"
                headers = gateway.headers(target, method="POST", body=payload)
                url = gateway.base + target
                async with gateway.session.post(url, data=payload, headers=headers) as answer:
                    assert (answer.status, (await answer.json())["code"]) == (400, "MALFORMED")

        run(work())

    @pytest.mark.parametrize(
        ("fault", "status", "code", "again"),
        [
            (NotTakenError("MEMPOOL_FULL", "many wait"), 503, "MEMPOOL_FULL", "1"),
            (NotTakenError("HOLDER_OVER_QUOTA", "many wait"), 429, "HOLDER_OVER_QUOTA", "1"),
            (NotTakenError("DUPLICATE", "known"), 400, "DUPLICATE", None),
        ],
        ids=str,
    )
    def test_what_the_ledger_does_not_take(
        self, fault: NotTakenError, status: int, code: str, again: str | None
    ) -> None:
        answer = not_taken_answer(fault).response()
        assert (answer.status, answer.headers.get("Retry-After")) == (status, again)
        assert f'"code":"{code}"' in str(answer.text)

    @pytest.mark.parametrize(
        ("sentence", "data", "status", "code"),
        [
            ("bytes that are no transaction", b"nonsense", 400, "MALFORMED"),
            ("nothing", b"", 400, "MALFORMED"),
            ("a spoilt signature", spoilt(far(2)), 400, "BAD_SIGNATURE"),
            ("more than a transaction may have", bytes(70_000), 400, "MALFORMED"),
            ("more than a body may have", bytes(140_000), 413, "too-large"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_refusal(
        self, tmp_path: Path, sentence: str, data: bytes, status: int, code: str
    ) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                answered = await gateway.post("/v1/transactions", data)
                assert (answered[0], answered[1]["code"]) == (status, code)

        run(work())


class TestWhenSomethingBreaks:
    def test_a_bug_is_logged_and_answered_with_a_code(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:

                async def broken(*_: object) -> object:
                    return {"height": 1}

                gateway.server.desk.link.ask = broken  # type: ignore[method-assign, assignment]
                status, told = await gateway.get("/v1/status")
                assert (status, told["code"]) == (500, "failed")

        run(work())
        assert "a request failed" in caplog.text

    def test_another_method_is_told_so(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                status, told = await gateway.post("/v1/status", b"")
                assert (status, told["code"]) == (405, "method-not-allowed")

        run(work())


class TestOwnAccounts:
    def test_the_holder_lists_its_accounts_and_reads_their_rows(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                status, told = await gateway.get_signed("/v1/accounts")
                assert status == 200
                assert told["accounts"] == [f"{COMPANY}/{each}" for each in (1, 2, 3)]
                status, rows = await gateway.get_signed(OWN + "?tables=lots")
                assert (status, len(rows["rows"])) == (200, 2)
                status, rows = await gateway.get_signed("/v1/holder")
                assert status == 200
                status, told = await gateway.get_signed(OWN + "/movements?first=1&last=5")
                assert (status, len(told["movements"])) == (200, 1)

        run(work())

    @pytest.mark.parametrize("end", ["", "/movements", "?tables=lots", "?height=1"])
    def test_anothers_account_answers_as_one_that_is_not_there(
        self, tmp_path: Path, end: str
    ) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                answers = [
                    await gateway.get_signed(f"/v1/accounts/{quoted(account)}{end}", seed=USER_SEED)
                    for account in (f"{OTHER}/1", "nobody/1", f"{COMPANY}/99", OTHER, "x")
                ]
                assert [status for status, _ in answers] == [404] * 5
                assert all(body == answers[0][1] for _, body in answers)

        run(work())

    @pytest.mark.parametrize(
        ("target", "status", "code"),
        [
            (OWN + "?tables=secrets", 400, "bad-request"),
            (OWN + "?height=x", 400, "bad-request"),
            (OWN + "?height=999999", 410, "height-not-kept"),
            ("/v1/transactions/zz", 400, "bad-request"),
            ("/v1/headers/0", 404, "unknown-height"),
            ("/v1/headers/999999", 404, "unknown-height"),
            ("/v1/headers/-1", 400, "bad-request"),
            ("/v1/public/01/00", 404, "unknown-table"),
            ("/v1/public/30", 404, "unknown-table"),
            ("/v1/public/b0/", 404, "not-found"),
            ("/v1/public/zz/00", 400, "bad-request"),
            ("/v1/public/b000/00", 400, "bad-request"),
        ],
    )
    def test_what_cannot_be_answered_has_a_code(
        self, tmp_path: Path, target: str, status: int, code: str
    ) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                answered = await gateway.get_signed(target)
                assert (answered[0], answered[1]["code"]) == (status, code)

        run(work())
