"""RB 3.14: a number changes from a height to come."""

import tomllib
from dataclasses import replace
from importlib.resources import files

import pytest

from cfi.contracts.state.notices import NoticeKind
from cfi.contracts.state.parameters import PARAMETER_RANGES, value_of
from cfi.contracts.wire.messages.governance.set_parameter import SetParameter
from cfi.contracts.wire.quantities import Count, Height
from cfi.contracts.wire.text import Identifier
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.refusals import Answer, Change, case, refuses

LAWFUL = SetParameter(name=Identifier("proposal_seconds"), value=Count(600), from_height=Height(5))

PARAMETERS_TOML = files("cfi.genesis").joinpath("parameters.toml")


def value_at(ledger: Ledger, height: int) -> int:
    return value_of(ledger.state, "proposal_seconds", Height(height))


def test_it_holds_from_its_height_on(ledger: Ledger) -> None:
    assert ledger.when_both(LAWFUL).done
    assert [value_at(ledger, height) for height in (1, 4, 5, 9)] == [2_592_000] * 2 + [600] * 2
    (notice,) = ledger.state.notices.all()
    assert (NoticeKind(notice.kind), notice.subject) == (
        NoticeKind.PARAMETER_CHANGED,
        "proposal_seconds",
    )


def test_a_change_that_waits_gives_way(ledger: Ledger) -> None:
    ledger.when(LAWFUL, by=EXCHANGE)
    ledger.when(replace(LAWFUL, value=Count(700), from_height=Height(7)), by=EXCHANGE)
    assert [value_at(ledger, height) for height in (5, 6, 7)] == [2_592_000, 2_592_000, 700]


def test_a_change_in_force_stays_until_the_next(ledger: Ledger) -> None:
    ledger.when(LAWFUL, by=EXCHANGE)
    ledger.height = Height(5)
    ledger.when(replace(LAWFUL, value=Count(700), from_height=Height(7)), by=EXCHANGE)
    assert [value_at(ledger, height) for height in (5, 6, 7)] == [600, 600, 700]


REFUSALS = [
    case(
        "a parameter is there",
        {"name": Identifier("no_such_number")},
        "UNKNOWN_PARAMETER",
        "RB 3.14",
        name="no_such_number",
    ),
    case(
        "not less than the least",
        {"value": Count(59)},
        "PARAMETER_OUT_OF_RANGE",
        "RB 3.14",
        value=59,
        least=60,
        greatest=31_622_400,
    ),
    case(
        "not more than the greatest",
        {"value": Count(2**53)},
        "PARAMETER_OUT_OF_RANGE",
        "RB 3.14",
        value=2**53,
        least=60,
        greatest=31_622_400,
    ),
    case(
        "a height is to come",
        {"from_height": Height(1)},
        "HEIGHT_NOT_AHEAD",
        "RB 3.14",
        from_height=1,
    ),
]


@pytest.mark.parametrize(("change", "answer"), REFUSALS)
def test_refusal(ledger: Ledger, change: Change, answer: Answer) -> None:
    refuses(ledger, replace(LAWFUL, **change), answer, by=EXCHANGE)


def test_what_a_chain_starts_with_is_in_range() -> None:
    table = tomllib.loads(PARAMETERS_TOML.read_text(encoding="utf-8"))["parameter"]
    assert {row["name"] for row in table} == {*PARAMETER_RANGES}
    for row in table:
        least, greatest = PARAMETER_RANGES[row["name"]]
        assert least <= row["value"] <= greatest, row["name"]
