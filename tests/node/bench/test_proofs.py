"""The benchmark of proofs: what it measures at a small size."""

import pytest

from cfi.node.bench.measurement import Measurement, compared
from cfi.node.bench.proofs import measure

NAMES = ["presence_size", "presence_check", "absence_size", "absence_check", "update"]


@pytest.fixture(scope="module")
def measured() -> dict[str, Measurement]:
    return {one.name: one for one in measure(accounts=900, lots=30_000)}


def test_sizes_times_and_updates_are_measured(measured: dict[str, Measurement]) -> None:
    assert list(measured) == NAMES
    for one in measured.values():
        assert one.value > 0
        assert one.baseline_value > 0
        assert one.ratio == one.value / one.baseline_value
        assert (one.conditions["accounts"], one.conditions["lots"]) == (900, 30_000)


def test_a_lot_is_shown_in_at_most_1200_bytes(measured: dict[str, Measurement]) -> None:
    assert measured["presence_size"].value <= 1_200


def test_an_absence_is_shown_in_at_most_1600_bytes(measured: dict[str, Measurement]) -> None:
    assert measured["absence_size"].value <= 1_600


def test_without_a_baseline_there_is_no_ratio() -> None:
    assert compared("a", 2.0, "us", ("nothing", 0.0), {}).ratio == 0.0
