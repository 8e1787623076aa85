"""Findings on a page: what was counted, or the first disagreement."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from cfi.client.audit.findings import Disagreement, Findings
from cfi.client.audit.report import findings_json, findings_page

COUNTED = {
    "vintage": 2003,
    "issued": 10_000,
    "held": 9_400,
    "retired": 600,
    "cancelled": 0,
    "sold_outside": 0,
}
FINDINGS = Findings(
    chain_id="sim-test",
    genesis_hash="11" * 32,
    first_app_hash="22" * 32,
    height=8,
    header_hash="33" * 32,
    app_hash="44" * 32,
    transactions=30,
    done=18,
    refused=12,
    totals=[{"type": 1} | COUNTED],
)
DIFFERS = Disagreement(height=5, what="time", expected="now", found="then")


def page(findings: Findings) -> str:
    out = StringIO()
    Console(file=out, width=100).print(findings_page(findings))
    return " ".join(out.getvalue().split())


def test_totals_are_shown_by_type_and_vintage() -> None:
    shown = page(FINDINGS)
    assert "XA-2003 │ 10,000 │ 9,400 │ 600 │ 0 │ 0" in shown
    assert "44" * 32 in shown
    assert shown.endswith("Everything agrees.")


END = [
    ((False, False), "votes for the last block stand in the block after it"),
    ((True, False), "root and results stand in the next header"),
    ((True, True), "confirmed by the header that was given"),
]


@pytest.mark.parametrize(("confirmed", "sentence"), END)
def test_what_is_known_of_the_end_is_said(confirmed: tuple[bool, bool], sentence: str) -> None:
    block, root = confirmed
    assert sentence in page(replace(FINDINGS, block_confirmed=block, root_confirmed=root))


def test_a_disagreement_is_shown_instead() -> None:
    shown = page(replace(FINDINGS, disagreement=DIFFERS))
    assert "First disagreement" in shown and "then" in shown
    assert "Everything agrees" not in shown


def test_json_has_names_instead_of_numbers() -> None:
    told = findings_json(replace(FINDINGS, disagreement=DIFFERS))
    assert told["totals"] == [{"type": "XA"} | COUNTED]
    assert told["agrees"] is False
    assert told["disagreement"] == {"height": 5, "what": "time", "expected": "now", "found": "then"}
