"""Rows in pages, and the budget of work that they are paid from."""

from pathlib import Path
from typing import Any

import pytest

from cfi.contracts.wire.envelope import open_frame
from cfi.node.gateway.desk import Rates
from cfi.node.gateway.quota import Quota, Rate
from cfi.node.gateway.work import DRY_RUN, MOVEMENTS, price_of_own_rows, price_of_public_rows
from tests.node.chain import COMPANY, retire
from tests.node.gateway.running import OTHER_SEED, Running, quoted, run, running

OWN = f"/v1/accounts/{quoted(COMPANY + '/1')}"


async def every_page(gateway: Running, target: str, limit: int) -> list[Any]:
    """All pages of one's own rows."""
    _, first = await gateway.get_signed(f"{target}?limit={limit}")
    pages = [first]
    while pages[-1]["more"]:
        place = f"&after={pages[-1]['rows'][-1]['key']}&height={first['height']}"
        _, page = await gateway.get_signed(f"{target}?limit={limit}{place}")
        pages.append(page)
    return pages


class TestOwnRows:
    @pytest.mark.parametrize("target", [OWN, "/v1/holder"])
    def test_pages_have_what_one_answer_has(self, tmp_path: Path, target: str) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                pages = await every_page(gateway, target, 2)
                _, whole = await gateway.get_signed(f"{target}?height={pages[0]['height']}")
                assert not whole["more"]
                assert [row for page in pages for row in page["rows"]] == whole["rows"]
                assert all(page["value"] == whole["value"] for page in pages)
                assert len(pages) > 1

        run(work())

    @pytest.mark.parametrize("query", ["?limit=x", "?after=zz", "?after="])
    def test_what_is_no_page_has_a_code(self, tmp_path: Path, query: str) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                status, told = await gateway.get_signed(OWN + query)
                assert (status, told["code"]) == (400, "bad-request")

        run(work())


class TestQuota:
    def test_much_work_takes_many_tokens(self) -> None:
        quota = Quota(Rate(per_second=2, burst=10))
        assert [quota.wait_for("a", 0.0, 4) for _ in range(3)] == [0, 0, 1]
        assert quota.wait_for("a", 0.0, 2) == 0

    def test_what_was_not_needed_is_given_back_and_never_more_than_is_saved(self) -> None:
        quota = Quota(Rate(per_second=2, burst=10))
        assert quota.wait_for("a", 0.0, 10) == 0
        quota.give_back("a", 6)
        assert quota.wait_for("a", 0.0, 7) == 0.5
        quota.give_back("a", 60)
        assert [quota.wait_for("a", 0.0, 10), quota.wait_for("a", 0.0)] == [0, 0.5]

    def test_what_was_needed_beyond_is_owed(self) -> None:
        quota = Quota(Rate(per_second=2, burst=10))
        assert quota.wait_for("a", 0.0, 5) == 0
        quota.give_back("a", -9)
        assert quota.wait_for("a", 0.0) == 2.5

    def test_more_than_a_full_bucket_has_is_owed_too(self) -> None:
        quota = Quota(Rate(per_second=2, burst=10))
        assert quota.wait_for("a", 0.0, 12) == 0
        assert quota.wait_for("a", 0.0) == 1.5

    def test_nothing_is_given_back_to_who_was_forgotten(self) -> None:
        quota = Quota(Rate(per_second=1, burst=3), most_remembered=1)
        assert [quota.wait_for(name, 0.0, 3) for name in "ab"] == [0, 0]
        quota.give_back("a", 3)
        assert quota.wait_for("b", 0.0) == 1


class TestPrices:
    def test_a_page_costs_by_its_rows(self) -> None:
        for price, rows in ((price_of_own_rows(256), 3), (price_of_public_rows(1_000), 64)):
            assert price.work_of({"rows": []}) == 1
            assert price.work_of({"rows": [None] * rows}) == 2
        assert MOVEMENTS.work_of([None] * 64) == 2
        assert DRY_RUN.work_of({"gas": 9}) == 10

    def test_none_is_dearer_than_the_largest_page(self) -> None:
        assert price_of_own_rows(10**9).most == price_of_own_rows(256).most == 86
        assert price_of_public_rows(10**9).most == price_of_public_rows(1_000).most == 16
        assert price_of_own_rows(3).most == 2


class TestBudgets:
    def test_a_holder_pays_for_all_its_users_by_the_rows_it_is_shown(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path, rates=Rates(holder=Rate(0.001, 90))) as gateway:
                statuses = [(await gateway.get_signed(OWN))[0] for _ in range(4)]
                assert statuses == [200, 200, 200, 429], "each is reserved a page, and pays its rows"
                assert (await gateway.get_signed(OWN + "?limit=3"))[0] == 200
                status, told = await gateway.get_signed(OWN)
                assert (status, told["code"]) == (429, "too-many-requests")
                assert (await gateway.get_signed("/v1/accounts", seed=OTHER_SEED))[0] == 200

        run(work())

    def test_a_stranger_pays_by_the_rows_it_is_shown(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path, rates=Rates(address=Rate(0.001, 18))) as gateway:
                targets = ["/v1/public/a0", "/v1/public/a0", "/v1/public/a0?limit=5", "/v1/status"]
                answers = [await gateway.get(each) for each in targets]
                assert [status for status, _ in answers] == [200, 429, 200, 200]

        run(work())

    def test_a_question_without_an_answer_costs_one(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path, rates=Rates(holder=Rate(0.001, 88))) as gateway:
                old = OWN + "?height=999999"
                assert [(await gateway.get_signed(old))[0] for _ in range(4)] == [410] * 3 + [429]

        run(work())

    def test_a_dry_run_is_paid_by_its_act(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path, rates=Rates(holder=Rate(0.001, 510))) as gateway:
                target, payload = "/v1/transactions/dry-run", open_frame(retire(1)).payload
                statuses = []
                for _ in range(9):
                    headers = gateway.headers(target, method="POST", body=payload)
                    url = gateway.base + target
                    async with gateway.session.post(url, data=payload, headers=headers) as answer:
                        statuses.append(answer.status)
                assert (statuses[0], statuses[-1]) == (200, 429)

        run(work())
