"""What is built and installed has everything, under the package's names; the locks are whole."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, ROOT, files, text


@pytest.mark.parametrize("package", PACKAGES)
def test_the_name_is_a_relative_link(package: str) -> None:
    link = ROOT / "cfi" / package
    assert link.is_symlink()
    assert link.readlink() == Path("..") / package


@pytest.mark.parametrize("folder", [*PACKAGES, "tests"])
def test_every_folder_of_modules_is_a_package(folder: str) -> None:
    modules = files(".py", under=folder)
    assert modules
    folders = {parent for path in modules for parent in path.parents} - {Path()}
    assert [str(f) for f in sorted(folders) if not (ROOT / f / "__init__.py").exists()] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_an_opening_is_empty(package: str) -> None:
    openings = [path for path in files(".py", under=package) if path.name == "__init__.py"]
    assert [str(path) for path in openings if text(path).strip()] == []


def test_the_wheel_has_every_file(tmp_path: Path) -> None:
    source = tmp_path / "source"
    listed = [str(path) for path in files()] + [f"cfi/{package}" for package in PACKAGES]
    source.mkdir()
    command = ["cp", "--parents", "--no-dereference", *listed, str(source)]
    subprocess.run(command, cwd=ROOT, check=True)
    build = "-m pip wheel -q --no-deps --no-build-isolation . --wheel-dir".split()
    subprocess.run(
        [sys.executable, *build, str(tmp_path)],
        cwd=source,
        check=True,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"cfi/{path}" for package in PACKAGES for path in files(under=package)}
    assert sorted(wanted - packed) == []


@pytest.mark.parametrize(("lock", "least"), [("run.lock", 16), ("dev.lock", 16), ("go.lock", 1)])
def test_every_entry_of_a_lock_is_pinned_and_hashed(lock: str, least: int) -> None:
    entries = re.split(r"\n(?=[a-z])", text(Path("requirements") / lock).strip())
    assert len(entries) >= least
    for entry in entries:
        assert re.match(r"[a-z0-9-]+==\S+ ", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_what_is_declared_is_pinned_and_locked() -> None:
    project = tomllib.loads(text(Path("pyproject.toml")))["project"]
    dev = text(Path("requirements/dev.lock"))
    run = text(Path("requirements/run.lock"))
    for requirement in project["dependencies"]:
        assert f"{requirement.partition(';')[0].strip()} " in run, requirement
    for requirement in project["optional-dependencies"]["dev"]:
        assert f"{requirement} " in dev, requirement
    assert f"{text(Path('requirements/go.in')).strip()} " in text(Path("requirements/go.lock"))
