"""Every fault of an input has its JSON path; faults are collected, not found one by one."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction

import pytest

from cfi.client.calc.reading import Fields, InputFaults, parse


def read(text: str, ask: Callable[[Fields], object]) -> tuple[object, list[str]]:
    faults: list[str] = []
    answer = ask(Fields(parse(text), "$", faults))
    return answer, faults


NOT_JSON = [
    ("", "$: not JSON: Expecting value (line 1, column 1)"),
    ('{"a": 1,}', "$: not JSON: "),
    ("[" * 100_000, "$: not JSON that can be read"),
    ("1" * 5_000, "$: not JSON that can be read"),
]


@pytest.mark.parametrize(("text", "fault"), NOT_JSON, ids=range(len(NOT_JSON)))
def test_what_is_not_json(text: str, fault: str) -> None:
    with pytest.raises(InputFaults) as found:
        parse(text)
    assert found.value.faults[0].startswith(fault)


GOOD = [
    # sentence                        input                     asked                                      answer
    ("a text",                        '{"a": "x"}',             lambda f: f.text("a"),                     "x"),
    ("a text by default",             "{}",                     lambda f: f.text("a", "y"),                "y"),
    ("null is absent",                '{"a": null}',            lambda f: f.text("a", "y"),                "y"),
    ("an absent text",                "{}",                     lambda f: f.text_or_none("a"),             None),
    ("a text that may be absent",     '{"a": "x"}',             lambda f: f.text_or_none("a"),             "x"),
    ("a choice",                      '{"a": "x"}',             lambda f: f.choice("a", ("y", "x")),       "x"),
    ("a whole number",                '{"a": 5}',               lambda f: f.whole("a", 0, 5),              5),
    ("a decimal in quotes",           '{"a": "1.5"}',           lambda f: f.decimal("a"),                  Fraction(3, 2)),
    ("a whole decimal",               '{"a": 7}',               lambda f: f.decimal("a"),                  Fraction(7)),
    ("a decimal that may be absent",  "{}",                     lambda f: f.decimal_or_none("a"),          None),
    ("a flag",                        '{"a": true}',            lambda f: f.flag("a", default=False),      True),
    ("a flag by default",             "{}",                     lambda f: f.flag("a", default=True),       True),
    ("a day",                         '{"a": "2003-07-01"}',    lambda f: f.day("a"),                      date(2003, 7, 1)),
    ("a day that may be absent",      "{}",                     lambda f: f.day_or_none("a"),              None),
    ("a list that may be absent",     "{}",                     lambda f: f.objects("a", optional=True),   []),
    ("years in order",                '{"a": {"2004": 2, "2003": 1}}', lambda f: [y for y, _, _ in f.by_year("a", (2003, 2004))], [2003, 2004]),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "text", "ask", "answer"), GOOD, ids=[row[0] for row in GOOD])
def test_what_is_read(
    sentence: str, text: str, ask: Callable[[Fields], object], answer: object
) -> None:
    assert read(text, ask) == (answer, [])


MOST = "1000000000000"
BAD = [
    # sentence                        input                     asked                                      fault
    ("what isn't an object",          "[]",                     lambda f: f.text("a"),                     "$: not an object"),
    ("what is missing",               "{}",                     lambda f: f.text("a"),                     "$.a: missing"),
    ("an empty text",                 '{"a": ""}',              lambda f: f.text("a"),                     "$.a: not a text"),
    ("a number for a text",           '{"a": 1}',               lambda f: f.text_or_none("a"),             "$.a: not a text"),
    ("another choice",                '{"a": "z"}',             lambda f: f.choice("a", ("y", "x")),       "$.a: not one of y, x"),
    ("a number out of range",         '{"a": 6}',               lambda f: f.whole("a", 0, 5),              "$.a: not a whole number from 0 to 5"),
    ("a truth for a number",          '{"a": true}',            lambda f: f.whole("a", 0, 5),              "$.a: not a whole number from 0 to 5"),
    ("a point in a whole number",     '{"a": 1.0}',             lambda f: f.whole("a", 0, 5),              "$.a: not a whole number from 0 to 5"),
    ("a decimal without quotes",      '{"a": 1.5}',             lambda f: f.decimal("a"),                  "$.a: not exact: put the decimal in quotes"),
    ("not a number",                  '{"a": NaN}',             lambda f: f.decimal("a"),                  "$.a: not exact: put the decimal in quotes"),
    ("a negative quantity",           '{"a": "-1"}',            lambda f: f.decimal("a"),                  f"$.a: not a quantity from 0 to {MOST}, of at most 9 decimals"),
    ("a quantity beyond the most",    '{"a": 1000000000001}',   lambda f: f.decimal("a"),                  f"$.a: not a quantity from 0 to {MOST}, of at most 9 decimals"),
    ("words for a quantity",          '{"a": "many"}',          lambda f: f.decimal_or_none("a"),          f"$.a: not a quantity from 0 to {MOST}, of at most 9 decimals"),
    ("a truth for a quantity",        '{"a": true}',            lambda f: f.decimal("a"),                  f"$.a: not a quantity from 0 to {MOST}, of at most 9 decimals"),
    ("a word for a flag",             '{"a": "yes"}',           lambda f: f.flag("a", default=False),      "$.a: not true or false"),
    ("a day that isn't",              '{"a": "2003-02-29"}',    lambda f: f.day("a"),                      "$.a: not a date like 2003-07-01"),
    ("a week for a day",              '{"a": "2003-W27-2"}',    lambda f: f.day_or_none("a"),              "$.a: not a date like 2003-07-01"),
    ("a number for a day",            '{"a": 2003}',            lambda f: f.day("a"),                      "$.a: not a date like 2003-07-01"),
    ("an object for a list",          '{"a": {}}',              lambda f: f.objects("a"),                  "$.a: not a list"),
    ("a number in a list of objects", '{"a": [{}, 1]}',         lambda f: f.objects("a"),                  "$.a[1]: not an object"),
    ("a list for an object",          '{"a": []}',              lambda f: list(f.by_year("a", (2003,))),   "$.a: not an object"),
    ("a year outside",                '{"a": {"2002": 1}}',     lambda f: list(f.by_year("a", (2003, 2006))), "$.a.2002: not a year from 2003 to 2006"),
    ("a year given twice",            '{"a": {"2003": 1, "2003": 2}}', lambda f: list(f.by_year("a", (2003,))), "$.a.2003: given more than once"),
    ("a name given twice",            '{"a": "x", "a": "x"}',   lambda f: f.text("a"),                     "$.a: given more than once"),
    ("what nobody asked for",         '{"a": 1}',               lambda f: f.done(),                        "$.a: unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "text", "ask", "fault"), BAD, ids=[row[0] for row in BAD])
def test_faults(sentence: str, text: str, ask: Callable[[Fields], object], fault: str) -> None:
    assert read(text, ask)[1] == [fault]


def test_all_faults_are_collected() -> None:
    def ask(fields: Fields) -> None:
        fields.text("a")
        fields.whole("b", 0, 1)
        fields.done()

    assert read('{"b": 2, "c": 3}', ask)[1] == [
        "$.a: missing",
        "$.b: not a whole number from 0 to 1",
        "$.c: unknown",
    ]
