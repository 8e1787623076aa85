"""An owner's rows in pages while blocks come, and servers that lie between two of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from typing_extensions import override

from cfi.client.light.http import GatewayClient, GatewayRefusedError
from cfi.client.light.json_node import JsonNode, MalformedError
from cfi.client.light.own_pages import all_pages
from cfi.client.light.own_rows import Wanted, verified_rows
from cfi.client.light.statement import Statement
from cfi.contracts.wire.text import AccountId
from cfi.node.gateway.desk import Rates
from cfi.node.gateway.quota import Rate
from tests.client.light.test_session import ACCOUNT, KEY, begun, session_of
from tests.node.chain import COMPANY, retire, transfer
from tests.node.gateway.running import Running, run, running

ROWS_A_PAGE = 2
Between = Callable[[Running, dict[str, list[str]]], Any]


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cfi.node.queries.MOST_OWN_ROWS", ROWS_A_PAGE)


def page(keys: list[str], *, more: bool, height: int = 7, value: str = "00") -> dict[str, Any]:
    """A page of rows that nobody verifies here."""
    rows = [{"key": key, "proof": "8400004040", "blinding": ""} for key in keys]
    leaf = {"height": height, "key": "02", "value": value, "proof": ""}
    return {**leaf, "rows": rows, "more": more}


class Scripted(GatewayClient):
    """A gateway that answers with the next of some pages."""

    def __init__(self, *pages: dict[str, Any]) -> None:
        super().__init__("http://nowhere")
        self._left = list(pages)
        self.asked: list[str] = []

    @override
    async def get_signed(self, target: str) -> JsonNode:
        self.asked.append(target)
        return JsonNode(self._left.pop(0))


class TestAskingForPages:
    def test_a_later_page_names_the_height_of_the_first_and_the_last_key(self) -> None:
        gateway = Scripted(page(["a0", "a1"], more=True), page(["a2"], more=False))
        shown = run(all_pages(gateway, "/v1/holder", ("users", "keys")))
        assert gateway.asked == [
            "/v1/holder?tables=users,keys",
            "/v1/holder?tables=users,keys&height=7&after=a1",
        ]
        assert (shown.height, len(shown.rows)) == (7, 3)

    @pytest.mark.parametrize(
        ("sentence", "second", "says"),
        [
            ("another height", page(["a2"], more=False, height=8), "another height or leaf"),
            ("another leaf", page(["a2"], more=False, value="01"), "another height or leaf"),
            ("the same page again", page(["a0", "a1"], more=True), "doesn't follow"),
            ("rows out of order", page(["a3", "a2"], more=False), "not in the order"),
            ("a row twice", page(["a2", "a2"], more=False), "not in the order"),
        ],
    )
    def test_what_no_gateway_answers_is_not_believed(
        self, sentence: str, second: dict[str, Any], says: str
    ) -> None:
        gateway = Scripted(page(["a0", "a1"], more=True), second)
        with pytest.raises(MalformedError, match=says):
            run(all_pages(gateway, "/v1/holder", ()))

    def test_pages_come_to_an_end(self) -> None:
        endless = [page([f"{number:04x}"], more=True) for number in range(9_000)]
        with pytest.raises(MalformedError, match="more rows than"):
            run(all_pages(Scripted(*endless), "/v1/holder", ()))


def stated(
    tmp_path: Path, between: Between, change: Callable[[str, Any], Any] = lambda _, told: told
) -> Statement:
    """A statement of an account with several lots; something happens before each later page."""

    async def work() -> Statement:
        async with running(tmp_path) as gateway, session_of(gateway, tmp_path) as session:
            for number in range(1, 6):
                await gateway.post("/v1/transactions?wait=1", transfer(number, 100 * number))
            await gateway.height_of(gateway.chain.engine.height + 2)
            await session.sync(await begun(session, gateway))
            ask = session.gateway.get_signed

            async def watched(target: str) -> JsonNode:
                query = parse_qs(urlsplit(target).query)
                if "after" in query:
                    await between(gateway, query)
                told = await ask(target)
                return JsonNode(change(target, told.value))

            session.gateway.get_signed = watched  # type: ignore[method-assign]
            statement, _ = await session.statement(AccountId(f"{COMPANY}/3"))
            return statement

    return run(work())


async def nothing(_: Running, __: dict[str, list[str]]) -> None:
    """Nothing happens."""


class TestStatements:
    def test_blocks_that_come_between_two_pages_change_nothing(self, tmp_path: Path) -> None:
        heights = list[tuple[int, int]]()

        async def another_block(gateway: Running, query: dict[str, list[str]]) -> None:
            number = 100 + len(heights)
            heights.append((int(query["height"][0]), gateway.chain.engine.height))
            await gateway.post("/v1/transactions?wait=1", transfer(number))

        told = stated(tmp_path, another_block)
        assert told.verified, told.mismatches
        assert sum(lot.tonnes for lot in told.lots) == 1_500
        assert len({asked for asked, _ in heights}) == 1
        assert heights[-1][1] > heights[0][1], "the chain went on"
        assert len(heights) >= 2

    def test_a_page_that_is_kept_back_is_noticed(self, tmp_path: Path) -> None:
        def no_more(target: str, told: Any) -> Any:
            return {**told, "more": False} if "after=" in target else told

        told = stated(tmp_path, nothing, no_more)
        assert any("the lots shown have" in each for each in told.mismatches)

    def test_a_row_that_is_left_out_between_pages_is_noticed(self, tmp_path: Path) -> None:
        def less(target: str, told: Any) -> Any:
            return {**told, "rows": told["rows"][1:]} if "after=" in target else told

        assert not stated(tmp_path, nothing, less).verified


def test_a_height_that_is_gone_before_the_last_page_is_begun_anew(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(tmp_path) as gateway, session_of(gateway, tmp_path) as session:
            await gateway.post("/v1/transactions?wait=1", retire(1))
            await session.sync(await begun(session, gateway))
            ask, gone, asked = session.gateway.get_signed, [True], list[str]()

            async def late(target: str) -> JsonNode:
                asked.append(target)
                if "after=" in target and gone and gone.pop():
                    raise GatewayRefusedError(410, "height-not-kept", "too late")
                return await ask(target)

            session.gateway.get_signed = late  # type: ignore[method-assign]
            wanted = Wanted(account=ACCOUNT)
            told = await verified_rows(session, wanted, KEY.public_key)
            assert told.claimed_because is None
            assert sum("after=" not in each for each in asked) == 2

    run(work())


class TestPatience:
    def client(self, *answers: Exception | bytes) -> GatewayClient:
        left = list(answers)

        class Busy(GatewayClient):
            @override
            async def _ask(self, *_: object) -> bytes:
                answer = left.pop(0)
                if isinstance(answer, Exception):
                    raise answer
                return answer

        return Busy("http://nowhere")

    def busy(self, seconds: int | None, status: int = 429) -> GatewayRefusedError:
        return GatewayRefusedError(status, "too-many-requests", "ask less often", None, seconds)

    def test_a_gateway_that_wants_to_be_asked_later_is(self) -> None:
        client = self.client(self.busy(0), self.busy(0), b'{"height": "7"}')
        assert run(client.get("/v1/status")).field("height").text() == "7"

    @pytest.mark.parametrize(
        ("sentence", "seconds", "status"),
        [("too long", 11, 429), ("it doesn't say when", None, 429), ("it is full", 1, 503)],
    )
    def test_not_for_ever(self, sentence: str, seconds: int | None, status: int) -> None:
        client = self.client(self.busy(seconds, status), b"{}")
        with pytest.raises(GatewayRefusedError):
            run(client.get("/v1/status"))

    def test_the_header_says_when(self, tmp_path: Path) -> None:
        async def work() -> None:
            rates = Rates(address=Rate(1, 2))
            async with running(tmp_path, rates=rates) as gateway, GatewayClient(gateway.base) as client:
                for _ in range(3):
                    await client.get("/v1/status")

        run(work())
