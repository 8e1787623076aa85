"""RB 4.7 to 4.10, 7.2.1: what a Member has to surrender."""

from fractions import Fraction
from operator import itemgetter
from typing import Final

import pytest

from cfi.contracts.figures.obligation import (
    electricity_balance,
    included_from_new_units,
    obligation,
)
from cfi.contracts.wire.programme import ElectricityRate
from cfi.contracts.wire.quantities import BasisPoints, Count, MegawattHours, Tonnes
from cfi.contracts.wire.text import Identifier, Text

OBLIGATIONS: Final = [
    # sentence                                       included  baseline   growth  tonnes
    ("file 14: 259,900 t and 3% are 267,700 t",      279_753,  259_900,   300,    267_700),
    ("what is included is owed in full",             256_000,  259_900,   300,    256_000),
    ("emissions are rounded to the nearest 100 t",   99_950,   1_000_000, 200,    100_000),
    ("and so is what is recognised, before",         103_060,  100_000,   300,    103_000),
    ("nothing is owed for nothing",                  0,        1_000_000, 200,    0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "included", "baseline", "growth", "tonnes"),
    OBLIGATIONS,
    ids=[row[0] for row in OBLIGATIONS],
)
def test_obligation(sentence: str, included: int, baseline: int, growth: int, tonnes: int) -> None:
    assert obligation(included, baseline, BasisPoints(growth)) == tonnes


NEW_UNITS: Final = [
    # sentence                                           emissions  best in class  included
    ("all is exempt up to the flat exemption",           895_425,   0,             0),
    ("what is beyond it is included",                    895_426,   0,             1),
    ("only what is beyond the best in class too",        1_000_000, 950_000,       50_000),
    ("a best in class below the exemption is no matter", 1_000_000, 800_000,       104_575),
    ("never less than nothing",                          10,        1_000_000,     0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "emissions", "best", "included"), NEW_UNITS, ids=[row[0] for row in NEW_UNITS]
)
def test_4_9_new_units(sentence: str, emissions: int, best: int, included: int) -> None:
    assert included_from_new_units(emissions, best, Tonnes(895_425)) == included


ELECTRICITY: Final = [
    # sentence                                    purchases  rate  tonnes
    ("on target nothing is issued or owed",       99_000,    61,   Fraction(0)),
    ("below, the rate is issued",                 98_000,    61,   Fraction(610)),
    ("in Canada 0.20",                            98_000,    20,   Fraction(200)),
    ("in Mexico 0.59",                            98_000,    59,   Fraction(590)),
    ("above, the same rate is owed",              100_000,   61,   Fraction(-610)),
    ("no more than 3% of baseline is issued",     0,         61,   Fraction(1_830)),
    ("no more than 3% of baseline is owed",       500_000,   61,   Fraction(-1_830)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "purchases", "rate", "tonnes"), ELECTRICITY, ids=list(map(itemgetter(0), ELECTRICITY))
)
def test_4_10_electricity(sentence: str, purchases: int, rate: int, tonnes: Fraction) -> None:
    by = ElectricityRate(
        country=Identifier("US"), tonnes_per_hundred_mwh=Count(rate), section=Text("RB Table 4.2")
    )
    made = electricity_balance(
        MegawattHours(100_000), MegawattHours(purchases), BasisPoints(100), BasisPoints(200), by
    )
    assert made == tonnes
