"""RB 1.3, 6.4, 6.7, Table 6.1: which facilities are in."""

from fractions import Fraction
from typing import Any

import pytest

from cfi.contracts.figures.errors import FigureCode, FigureError
from cfi.contracts.figures.inclusion import Sized, inclusion
from tests.contracts.figures.facilities import facility

Row = dict[str, Any]


def reasons(*rows: Row, home: str = "US", electricity: bool = False) -> list[str]:
    entity = [
        Sized(
            facility=facility(facility_id=f"F{n}", **row),
            owned=None if row["owned"] is None else Fraction(row["owned"]),
        )
        for n, row in enumerate(rows, start=1)
    ]
    return [reason.value for reason in inclusion(entity, home, electricity=electricity)]


def of(owned: int | None, **more: Any) -> Row:
    return {"owned": owned, **more}


def power(mw: str, share: int = 10_000, **more: Any) -> Row:
    return of(1, activity="power", mw=mw, share=share, **more)


IN_OR_OUT = [
    # sentence                                                 facilities                                            reasons
    ("6.1.1, 1: 60% of a plant is in",                         [of(48_000, share=6_000)],                            ["large-source"]),
    ("6.1.1, 2: 13% of a plant is out",                        [of(10_400, share=1_300)],                            ["minor-ownership"]),
    ("6.1.1, 2: 13% of a plant may be opted in",               [of(10_400, share=1_300, opted_in=True)],             ["opted-in"]),
    ("6.1.1, 3: 40% may be excluded by the committee",         [of(32_000, share=4_000, excluded=True)],             ["excluded-by-committee"]),
    ("a half may be excluded by the committee",                [of(32_000, share=5_000, excluded=True)],             ["excluded-by-committee"]),
    ("20% is enough",                                          [of(16_000, share=2_000)],                            ["large-source"]),
    ("19.99% isn't",                                           [of(16_000, share=1_999)],                            ["minor-ownership"]),
    ("10,000 t are large in a small entity",                   [of(10_000), of(9_999)],                              ["large-source", "small-source"]),
    ("below 200,000 t an entity is small",                     [of(10_000), of(189_999)],                            ["large-source", "large-source"]),
    ("from 200,000 t on 5% are large",                         [of(10_000), of(190_000)],                            ["large-source", "large-source"]),
    ("in a large entity less than 5% is small",                [of(10_000), of(190_001)],                            ["small-source", "large-source"]),
    ("small ones may be opted in",                             [of(9_999, opted_in=True)],                           ["opted-in"]),
    ("an activity is judged by its sum",                       [of(6_000, activity="fleet"), of(4_000, activity="fleet")], ["large-source", "large-source"]),
    ("facilities without an activity stand alone",             [of(6_000), of(4_000)],                               ["small-source", "small-source"]),
    ("a minor share counts in its activity's sum",             [of(6_000, activity="a"), of(4_000, activity="a", share=100)], ["large-source", "minor-ownership"]),
    ("what came later is out",                                 [of(None, opted_in=True)],                            ["in-service-after-the-period"]),
    ("25 MW are large power",                                  [power("25")],                                        ["large-power"]),
    ("less than 25 MW are small, however much they emit",      [power("24.9", share=10_000) | {"owned": 10**6}],     ["small-power"]),
    ("small power may be opted in",                            [power("24.9", opted_in=True)],                       ["opted-in"]),
    ("20% of 25 MW are in",                                    [power("25", 2_000)],                                 ["large-power"]),
    ("a tenth of 250 MW is 25 MW and in",                      [power("250", 1_000)],                                ["large-power"]),
    ("a tenth of 249 MW is out",                               [power("249", 1_000)],                                ["minor-ownership"]),
    ("power has no size in tonnes",                            [power("25") | {"owned": 0}],                         ["large-power"]),
    ("power may be excluded by the committee",                 [power("25", 5_000, excluded=True)],                  ["excluded-by-committee"]),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "rows", "expected"), IN_OR_OUT, ids=[row[0] for row in IN_OR_OUT])
def test_in_or_out(sentence: str, rows: list[Row], expected: list[str]) -> None:
    rows = [{**row, "mw": Fraction(row["mw"]) if "mw" in row else None} for row in rows]
    assert reasons(*rows) == expected


US, CA, MX = (of(50_000, country=country) for country in ("US", "CA", "MX"))
COUNTRIES = [
    # sentence                                                     home  facilities                               reasons
    ("a U.S. Member need not include Canada",                      "US", [US, CA],                                ["large-source", "other-country"]),
    ("it may include all of Canada",                               "US", [US, CA | {"opted_in": True}],           ["large-source", "opted-in"]),
    ("and not Mexico",                                             "US", [US, CA | {"opted_in": True}, MX],       ["large-source", "opted-in", "other-country"]),
    ("a Canadian Member with U.S. sources includes both",          "CA", [US, CA, MX],                            ["large-source", "large-source", "other-country"]),
    ("without large U.S. sources every country is in",             "CA", [CA, MX, of(1)],                         ["large-source", "large-source", "small-source"]),
    ("small ones abroad may follow the large ones",                "US", [US, CA | {"opted_in": True}, of(1, country="CA", opted_in=True)], ["large-source", "opted-in", "opted-in"]),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "home", "rows", "expected"), COUNTRIES, ids=[row[0] for row in COUNTRIES])
def test_table_6_1(sentence: str, home: str, rows: list[Row], expected: list[str]) -> None:
    assert reasons(*rows, home=home) == expected


ELECTRICITY = [
    ("15,000 MWh are large in a small entity", [of(15_000), of(14_999)], ["large-source", "small-source"]),
    ("from 300,000 MWh on 5% are large", [of(15_000), of(285_000)], ["large-source", "large-source"]),
    ("in a large entity less than 5% is small", [of(15_000), of(285_001)], ["small-source", "large-source"]),
    ("all purchases may be opted in", [of(15_000), of(1, opted_in=True)], ["large-source", "opted-in"]),
    ("a share below 20% is no exception", [of(15_000, share=1_000)], ["large-source"]),
    ("power is no exception", [of(15_000, activity="power")], ["large-source"]),
    ("abroad is an election", [of(15_000), of(15_000, country="CA")], ["large-source", "other-country"]),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "rows", "expected"), ELECTRICITY, ids=[row[0] for row in ELECTRICITY])
def test_large_electricity(sentence: str, rows: list[Row], expected: list[str]) -> None:
    assert reasons(*rows, electricity=True) == expected


REFUSALS = [
    # sentence                                             facilities                                                                            code, of which
    ("a power facility of unknown capacity",               [of(1, activity="power")],                                                            "capacity-unknown", "F1"),
    ("more than a half can't be excluded",                 [of(1, share=5_001, excluded=True)],                                                  "share-too-large-to-exclude", "F1"),
    ("half of a small activity can't be opted in",         [of(1, activity="a", opted_in=True), of(1, activity="a")],                            "not-the-whole-activity", "F2"),
    ("one of two minor shares can't be opted in",          [of(1, activity="a", share=1), of(1, activity="a", share=1, opted_in=True)],          "not-the-whole-activity", "F2"),
    ("one of two large sources abroad can't be opted in",  [US, CA, CA | {"opted_in": True}],                                                    "not-the-whole-activity", "F3"),
    ("small ones abroad don't go before the large ones",   [US, CA, of(1, country="CA", opted_in=True)],                                         "large-sources-first", "F3"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "rows", "code", "which"), REFUSALS, ids=[row[0] for row in REFUSALS])
def test_refusal(sentence: str, rows: list[Row], code: str, which: str) -> None:
    with pytest.raises(FigureError) as refused:
        reasons(*rows)
    assert refused.value.code == FigureCode(code)
    assert refused.value.facts["facility_id"] == which


def test_opt_ins_of_different_activities_are_apart() -> None:
    both = [of(1, activity="a", opted_in=True), of(1, activity="b")]
    assert reasons(*both) == ["opted-in", "small-source"]
