"""Write the locks anew: every dependency for every supported Python, from wheels, with hashes."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
UV = Path(sys.executable).with_name("uv")
COMPILE = "pip compile --quiet --universal --generate-hashes --no-header --only-binary :all:"
OLDEST = "--python-version 3.11"
PROJECT = (HERE.parent / "pyproject.toml", HERE / "build.in")
LOCKS = {
    "run.lock": ("", PROJECT),
    "dev.lock": ("--extra dev", PROJECT),
    "go.lock": ("", (HERE / "go.in",)),
}
"""Each lock's options, and what it is compiled from."""


def main() -> None:
    """Compile the locks; what is locked already stays where it still fits."""
    for name, (extra, inputs) in LOCKS.items():
        options = f"{COMPILE} {OLDEST} {extra}".split()
        subprocess.run([UV, *options, "--output-file", HERE / name, *inputs], check=True)


if __name__ == "__main__":
    main()
