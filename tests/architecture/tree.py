"""The project's own files, as git knows them, under their real names (not through the links)."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = ("contracts", "genesis", "client", "node")


def files(*suffixes: str, under: str = ".") -> list[Path]:
    """Every tracked or not yet ignored file with one of the suffixes, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", under],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.decode()
    paths = (Path(name) for name in listed.split("\0") if name)
    return sorted(
        path
        for path in paths
        if (not suffixes or path.suffix in suffixes)
        and (ROOT / path).is_file()
        and not (ROOT / path).is_symlink()
    )


def text(path: Path) -> str:
    """The content of a file given relative to the root."""
    return (ROOT / path).read_text(encoding="utf-8")


def modules(under: str) -> Iterator[tuple[Path, ast.Module]]:
    """Each Python module of a folder with its syntax tree."""
    for path in files(".py", under=under):
        yield path, ast.parse(text(path), filename=str(path))
