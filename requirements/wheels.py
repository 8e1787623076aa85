"""Prove that the locks install from wheels alone on every supported Python: nothing is compiled."""

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
UV = Path(sys.executable).with_name("uv")
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORM = "x86_64-manylinux_2_28"


def resolves(lock: Path, version: str, target: str) -> bool:
    """Whether each entry of a lock has a wheel, with a listed hash, for a Python version."""
    command = [UV, "pip", "install", "--quiet", "--dry-run", "--target", target]
    wheels = ["--only-binary", ":all:", "--require-hashes", "--no-deps", "-r", lock]
    platform = ["--python-version", version, "--python-platform", PLATFORM]
    return subprocess.run([*command, *wheels, *platform], check=False).returncode == 0


def main() -> int:
    """Print a line for each lock and version; 1 if any can't be installed."""
    failed = 0
    for lock in sorted(HERE.glob("*.lock")):
        for version in VERSIONS:
            with tempfile.TemporaryDirectory() as target:
                good = resolves(lock, version, target)
            failed += not good
            print(f"{lock.name} on Python {version}: {'wheels' if good else 'NO WHEELS'}")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
