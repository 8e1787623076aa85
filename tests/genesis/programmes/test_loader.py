"""A programme's file says all that a programme sets, and nothing else."""

from importlib import resources

import pytest

from cfi.genesis.programmes.loader import ProgrammeFileError, parse_programme, programme

GOOD = (resources.files("cfi.genesis.programmes") / "phase-2.toml").read_text(encoding="utf-8")

WRONG = [
    # sentence                           of a good file                    becomes                              the error
    ("TOML that isn't",                  'name = "phase-2"',               "name = ",                           "line 3"),
    ("a key that is missing",            'name = "phase-2"',               "",                                  "name: missing"),
    ("a key that is unknown",            'name = "phase-2"',               'name = "phase-2"\nnom = 1',         "nom: unknown"),
    ("a section that is missing",        '"1998-2001"\nfirst_year = 1998', '"1998-2001"',                       "baseline_periods[0].first_year: missing"),
    ("an unknown key deeper in",         'country = "US"',                 'country = "US"\nrate = 1',          "electricity_rates[0].rate: unknown"),
    ("a text for a number",              "first_year = 2007",              'first_year = "2007"',               "first_year: not int"),
    ("a truth for a number",             "first_year = 2007",              "first_year = true",                 "first_year: not int"),
    ("a decimal for a number",           "ipcc_1995 = 21\n",               "ipcc_1995 = 21.0\n",                "warming_potentials[1].ipcc_1995: not int"),
    ("a number out of range",            "bps = 425",                      "bps = -1",                          "reductions[0].rows[0].bps: not from 0 to 1000000"),
    ("a value for a list",               "vintages = [2005",               "vintages = 1 # [2005",              "vintages: not a list"),
    ("a value for a table",              "[new_unit_exemption]",           "[elsewhere]",                       "elsewhere: unknown"),
    ("a table for what isn't one",       "special_reserve_years = []",     "special_reserve_years = []\nwithheld = 1", "line"),
    ("a list for a table",               "[protections]",                  "[[protections]]",                   "protections: not a table"),
    ("the tables given as a value",      "[tables]",                       "[tables.name]",                     "tables: not a table of its own"),
    ("the tables given as a list",       "[tables]",                       "[[tables]]",                        "tables: not a table of its own"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "old", "new", "error"), WRONG, ids=[row[0] for row in WRONG]
)
def test_what_is_refused(sentence: str, old: str, new: str, error: str) -> None:
    assert GOOD.count(old) >= 1
    with pytest.raises(ProgrammeFileError) as refused:
        parse_programme(GOOD.replace(old, new, 1))
    assert error in str(refused.value)


def test_what_is_optional_may_be_absent() -> None:
    assert programme("phase-1").carried_over is None
    assert parse_programme(GOOD) == programme("phase-2")


def test_there_are_two_programmes() -> None:
    with pytest.raises(ProgrammeFileError, match=r"'phase-3': phase-1, phase-2"):
        programme("phase-3")
