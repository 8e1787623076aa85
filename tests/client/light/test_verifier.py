"""Which headers a light client may believe."""

from fractions import Fraction
from operator import attrgetter
from typing import Any

import pytest

from cfi.client.light.verifier import TrustOptions, verify, verify_backwards
from tests.chains import chain, resigned, seconds
from tests.client.light.table import CASES, FOUR, OURS, Case

THREE_BLOCKS = chain([FOUR, FOUR, FOUR])


@pytest.mark.parametrize("case", [*CASES, *OURS], ids=attrgetter("sentence"))
def test_verdict(case: Case) -> None:
    verdict = verify(case.trusted, case.untrusted, case.now, case.options)
    assert (verdict.kind.value, verdict.ok) == (case.verdict, case.verdict == "ok"), verdict.reason
    assert case.reason in verdict.reason


class TestBackwards:
    def test_the_header_whose_hash_a_trusted_one_carries_is_believed(self) -> None:
        earlier, later = THREE_BLOCKS[0].header, THREE_BLOCKS[1].header
        assert verify_backwards(earlier, later).ok

    @pytest.mark.parametrize(
        ("sentence", "change", "reason"),
        [
            ("another header is refused",        {"app_hash": bytes(32)},        "not the one that the later header carries"),
            ("another chain's is refused",       {"chain_id": "other"},          "another chain"),
            ("a later time is refused",          {"time": seconds(20)},          "not before the later one's"),
            ("an ill-formed header is refused",  {"proposer_address": b""},      "proposer"),
        ],
    )  # fmt: skip
    def test_refused(self, sentence: str, change: dict[str, object], reason: str) -> None:
        forged = resigned(THREE_BLOCKS[0], FOUR, **change).header
        verdict = verify_backwards(forged, THREE_BLOCKS[1].header)
        assert not verdict.ok
        assert reason in verdict.reason


@pytest.mark.parametrize(
    ("sentence", "options"),
    [
        ("less than a third of the power is no trust",  {"trust_level": Fraction(33, 100)}),
        ("nor is more than all of it",                  {"trust_level": Fraction(4, 3)}),
        ("a period is above zero",                      {"trusting_period_nanos": 0}),
        ("a drift is not below zero",                   {"clock_drift_nanos": -1}),
    ],
)  # fmt: skip
def test_options_out_of_bounds_are_refused(sentence: str, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        TrustOptions(**options)
