"""Python's hash seed, which differs from process to process, changes no root."""

import os
import random
import subprocess
import sys

from tests.effort import effort
from tests.properties.anything import Anything

STORIES = effort(sample=2, soak=100)
STEPS = 200
SECONDS = 600


def roots(story: int) -> list[str]:
    """The roots along one random story."""
    anything, found = Anything(random.Random(story)), []
    for _ in range(STEPS):
        anything.step()
        found.append(anything.ledger.store.app_hash.hex())
    found.append(anything.ledger.seal().hex())
    return found


def told(hash_seed: int) -> list[str]:
    """The same of all stories, by another process."""
    command = [sys.executable, "-m", "tests.properties.test_hash_seeds", str(STORIES)]
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    ended = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=SECONDS, env=environment
    )
    return ended.stdout.split()


def test_two_hash_seeds_give_the_same_roots() -> None:
    first = told(1)
    assert len(set(first)) > STORIES
    assert told(2) == first


def test_other_stories_have_other_roots() -> None:
    assert roots(0)[-1] != roots(1)[-1]


if __name__ == "__main__":
    for number in range(int(sys.argv[1])):
        sys.stdout.write("\n".join(roots(number)) + "\n")
