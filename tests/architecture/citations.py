"""Citations of the Rulebook (RB), the 2011 manual (OM) and the patent claims (PC), and where they stand.

`ours` marks a choice of this project, `ours 0003` one that has a record in docs/decisions.
Run as a program it writes docs/rulebook-index.md anew.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.architecture.tree import ROOT, files, modules, text

INDEX: Final = Path("docs/rulebook-index.txt")
PAGE: Final = Path("docs/rulebook-index.md")
CITING: Final = ("contracts/rules", "contracts/due", "contracts/figures")
"""Every module of these says in its docstring what it reads."""

_ITEM: Final = r"(?:(?:Table|Figure|Appendix|file) )?\d+(?:\.\d+)*[A-Z]?(?:\([0-9a-z]+\))*"
_LIST: Final = re.compile(rf"\b(RB|OM|PC) ({_ITEM}(?:(?:, | and | to ){_ITEM}(?![\w ]))*)")
_ONE: Final = re.compile(rf"(RB|OM|PC) {_ITEM}|ours( \d{{4}})?")


def sections() -> dict[str, str]:
    """Every section that may be cited, with its title."""
    lines = text(INDEX).splitlines()
    return dict(line.split(" | ", 1) for line in lines)


def section_of(citation: str) -> str:
    """The section of a citation, without the paragraphs in brackets."""
    return re.sub(r"(\([0-9a-z]+\))+$", "", citation)


def known(citation: str, index: dict[str, str]) -> bool:
    """Whether what is cited exists; a numbered item of a section of the manual does with its section."""
    if citation.startswith("ours"):
        _, _, record = citation.partition(" ")
        return not record or any((ROOT / "docs/decisions").glob(f"{record}-*.md"))
    section = section_of(citation)
    return section in index or (section.startswith("OM") and section.rpartition(".")[0] in index)


def cited_in(prose: str) -> Iterator[str]:
    """Each section that a text cites: 'RB 4.3(a), 5.3' cites RB 4.3(a) and RB 5.3."""
    for law, listed in _LIST.findall(prose):
        yield from (f"{law} {item}" for item in re.findall(_ITEM, listed))


def docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Each docstring of a module, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            found = ast.get_docstring(node)
            if found:
                yield getattr(node, "lineno", 1), found


def citation_faults(source: str, where: str, index: dict[str, str]) -> list[str]:
    """Each citation that is missing, malformed or of nothing."""
    tree = ast.parse(source)
    found = [*_unknown(tree, index), *_bare_requires(tree, index)]
    opening = ast.get_docstring(tree) or ""
    if where.startswith(CITING) and tree.body and not _cites(opening):
        found.append((1, "the module's docstring cites nothing"))
    return [f"{line}: {what}" for line, what in sorted(found)]


def _cites(prose: str) -> bool:
    return any(cited_in(prose)) or re.search(r"\bours\b", prose) is not None


def _unknown(tree: ast.Module, index: dict[str, str]) -> Iterator[tuple[int, str]]:
    for line, prose in docstrings(tree):
        for citation in cited_in(prose):
            if not known(citation, index):
                yield line, f"{citation} doesn't exist"


def _bare_requires(tree: ast.Module, index: dict[str, str]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="require"), args=[_, _, ast.Constant(value=str(cited))]):
                if not _ONE.fullmatch(cited):
                    yield node.lineno, f"{cited!r} is not one section"
                elif not known(cited, index):
                    yield node.lineno, f"{cited} doesn't exist"
            case ast.Call(func=ast.Name(id="require")):
                yield node.lineno, "require without a section written out"
            case _:
                pass


def citing_modules() -> dict[str, list[str]]:
    """Each section with the modules that cite it."""
    where: dict[str, set[str]] = {}
    for package in ("contracts", "genesis", "client", "node"):
        for path, tree in modules(package):
            cited = {c for _, prose in docstrings(tree) for c in cited_in(prose)}
            for citation in cited | set(_required(tree)):
                where.setdefault(section_of(citation), set()).add(str(path))
    for path in files(".toml", ".csv", under="genesis"):
        for citation in cited_in(text(path)):
            where.setdefault(section_of(citation), set()).add(str(path))
    return {section: sorted(paths) for section, paths in where.items()}


def _required(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="require"), args=[_, _, ast.Constant(value=str(cited))]):
                yield cited
            case _:
                pass


def page() -> str:
    """The index as a page: each cited section, its title, and links to what carries it out."""
    head = """# Where each section is carried out

RB is the Rulebook, OM the 2011 Offsets Registry Program Manual, PC the patent's claims. `make index`
writes this page from the citations; a test keeps it true. Sections that nothing cites are not listed.

| section | title | modules |
|---|---|---|
"""
    where = citing_modules()
    rows = [
        f"| {section} | {title} | {', '.join(f'[{path}](../{path})' for path in where[section])} |"
        for section, title in sections().items()
        if section in where
    ]
    return head + "\n".join(rows) + "\n"


if __name__ == "__main__":
    (ROOT / PAGE).write_text(page(), encoding="utf-8")
