"""RB 3.6: what two people of the Exchange have to see of a Member; others see none."""

from pathlib import Path
from typing import Any, Final

import pytest

from tests.genesis.founders import OFFICER_SEEDS
from tests.node.chain import COMPANY, USER_SEED
from tests.node.gateway.running import AUDITOR_SEED, OTHER, run, running

NOBODY: Final = {"code": "unknown-member", "detail": "no such member"}


def asked(
    folder: Path, member: str, seed: bytes, *, as_signed: bool = False
) -> tuple[int, Any]:
    async def work() -> tuple[int, Any]:
        async with running(folder, as_signed=as_signed) as gateway:
            return await gateway.get_signed(f"/v1/members/{member}/baseline", seed=seed)

    return run(work())


@pytest.mark.parametrize(
    ("seed", "as_signed"), [(AUDITOR_SEED, False), (OFFICER_SEEDS[0], True)], ids=["auditor", "officer"]
)
def test_who_may_see_it(tmp_path: Path, seed: bytes, as_signed: bool) -> None:
    status, told = asked(tmp_path, COMPANY, seed, as_signed=as_signed)
    assert status == 200
    assert told == {
        "member": COMPANY,
        "establish": {"body": None, "refusal": "NOTHING_FILED", "section": "RB 6.4"},
        "adjust": {"body": None, "refusal": "NO_BASELINE", "section": "RB 6.5.1"},
        "filings": {},
    }


@pytest.mark.parametrize("member", [COMPANY, OTHER, "nobody"])
def test_to_anybody_else_there_is_no_member(tmp_path: Path, member: str) -> None:
    assert asked(tmp_path, member, USER_SEED) == (404, NOBODY)


def test_a_name_that_nobody_can_have(tmp_path: Path) -> None:
    assert asked(tmp_path, "%C3%A4", AUDITOR_SEED) == (404, NOBODY)
