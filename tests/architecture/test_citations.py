"""Every refusal and every rule says which section it carries out, and the section exists."""

import pytest

from tests.architecture.citations import PAGE, citation_faults, cited_in, page, sections
from tests.architecture.tree import files, modules, text

HEAD = '"""A rule.  (RB 4.7)"""\n'

PLANTED = [
    ("a module without a section", '"""A rule."""'),
    ("a module without a docstring", "a = 1"),
    ("a module of a section that isn't there", '"""A rule.  (RB 4.99)"""'),
    ("the second section of a list", '"""A rule.  (RB 4.7, 4.99)"""'),
    ("a function's section", HEAD + 'def f() -> None:\n    """Do.  (OM 7.1)"""'),
    ("a refusal without a section", HEAD + "require(a, Refusal.B)"),
    ("a section made up when it runs", HEAD + "require(a, Refusal.B, section)"),
    ("a section of nothing", HEAD + 'require(a, Refusal.B, "RB 4.99")'),
    ("two sections at once", HEAD + 'require(a, Refusal.B, "RB 4.7, 4.8")'),
    ("a section without its law", HEAD + 'require(a, Refusal.B, "4.7")'),
    ("a decision without a record", HEAD + 'require(a, Refusal.B, "ours 9999")'),
]

LAWFUL = [
    ("a paragraph", HEAD + 'require(a, Refusal.B, "RB 4.3(a)", fact=1)'),
    ("a table", HEAD + 'require(a, Refusal.B, "RB Table 4.3")'),
    ("the term sheet", HEAD + 'require(a, Refusal.B, "RB file 13")'),
    ("an item of the manual", HEAD + 'require(a, Refusal.B, "OM 1.6.2")'),
    ("a claim", HEAD + 'require(a, Refusal.B, "PC 19")'),
    ("a choice of ours", HEAD + 'require(a, Refusal.B, "ours")'),
    ("an empty package", ""),
    ("a figure after a section", '"""At most, as in RB 4.7, 100 t."""'),
]


def key(value: str) -> str:
    return value[:40]


@pytest.mark.parametrize(("sentence", "source"), PLANTED, ids=key)
def test_a_false_citation_is_found(sentence: str, source: str) -> None:
    assert citation_faults(source, "contracts/rules/a/b.py", sections()), sentence


@pytest.mark.parametrize(("sentence", "source"), LAWFUL, ids=key)
def test_a_true_citation_passes(sentence: str, source: str) -> None:
    assert citation_faults(source, "contracts/rules/a/b.py", sections()) == [], sentence


def test_a_list_inherits_its_law() -> None:
    assert list(cited_in("(RB 4.3(a), 5.3.1, file 13; OM 2.6)")) == [
        "RB 4.3(a)",
        "RB 5.3.1",
        "RB file 13",
        "OM 2.6",
    ]


@pytest.mark.parametrize("package", ["contracts", "genesis", "client", "node"])
def test_citations_are_true(package: str) -> None:
    found = {
        str(path): citation_faults(text(path), str(path), sections()) for path, _ in modules(package)
    }
    assert found
    assert {path: what for path, what in found.items() if what} == {}


def test_programme_data_cites_what_exists() -> None:
    unknown = {
        (str(path), citation)
        for path in files(".toml", ".csv", under="genesis")
        for citation in cited_in(text(path))
        if citation.partition("(")[0] not in sections()
    }
    assert unknown == set()


def test_the_page_of_sections_is_up_to_date() -> None:
    assert text(PAGE) == page(), "run `make index`"
