"""The repository speaks of the project alone, leaves nothing open, and its links lead somewhere."""

from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, files, text
from tests.architecture.words import dead_links, word_faults

PLANTED = [
    ("a working folder", "see /wo" + "rk/main"),
    ("a home", "/ro" + "ot/.cache"),
    ("another home", "/ho" + "me/somebody"),
    ("a scratch folder", "/tm" + "p/scratch"),
    ("a registry", "https://py" + "pi.example/simple"),
    ("a mirror", "--index-url=http://mir" + "ror.example"),
    ("a proxy", "GOPROXY=https://pro" + "xy.example"),
    ("a maker", "written by an L" + "LM"),
    ("an open end", "# TO" + "DO: later"),
    ("a stub", "raise NotImplemented" + "Error"),
]


@pytest.mark.parametrize(("sentence", "line"), PLANTED)
def test_what_does_not_belong_is_found(sentence: str, line: str) -> None:
    assert word_faults("fine\n" + line), sentence
    assert word_faults("fine\n" + line)[0].startswith("2: ")


def test_every_file_speaks_of_the_project_alone() -> None:
    found = {str(path): word_faults(text(path)) for path in files() if is_text(path)}
    assert len(found) > 50
    assert {path: what for path, what in found.items() if what} == {}


def is_text(path: Path) -> bool:
    locked = path.suffix == ".lock" or path.name == "go.sum"
    return not locked and b"\0" not in (ROOT / path).read_bytes()[:4096]


@pytest.mark.parametrize(
    ("link", "dead"),
    [
        ("[page](other.md)", False),
        ("[heading](other.md#its-heading-2)", False),
        ("[own](#here)", False),
        ("[site](https://example.org/x)", False),
        ("[gone](gone.md)", True),
        ("[gone](other.md#gone)", True),
        ("[gone](#gone)", True),
    ],
)
def test_a_dead_link_is_found(tmp_path: Path, link: str, *, dead: bool) -> None:
    (tmp_path / "other.md").write_text("# Title\n\n## Its heading, 2\n")
    page = tmp_path / "page.md"
    page.write_text(f"# Here\n\nSee {link}.\n")
    assert bool(list(dead_links(page))) is dead


def test_every_link_leads_somewhere() -> None:
    pages = files(".md")
    assert pages
    found = {str(page): list(dead_links(ROOT / page)) for page in pages}
    assert {page: links for page, links in found.items() if links} == {}
