"""Each decision is one short record of the same parts, listed in order."""

import re

from tests.architecture.tree import files, text

RECORDS = [path for path in files(".md", under="docs/decisions") if path.name != "README.md"]
PARTS = ["Context", "Decision", "Rejected", "Consequences"]
MOST_LINES = 60


def faults(content: str, number: str) -> list[str]:
    found = []
    if not content.startswith(f"# {number} "):
        found.append("another number in the title")
    if re.findall(r"^## (.*)$", content, re.MULTILINE) != PARTS:
        found.append("other parts")
    if re.search(r"^## .*\n+(?=##|\Z)", content, re.MULTILINE):
        found.append("an empty part")
    if len(content.splitlines()) > MOST_LINES:
        found.append("too long")
    return found


def test_every_record_has_its_parts() -> None:
    assert len(RECORDS) >= 18
    found = {str(path): faults(text(path), path.name[:4]) for path in RECORDS}
    assert {path: what for path, what in found.items() if what} == {}


def test_records_are_numbered_without_gaps() -> None:
    numbers = [path.name[:4] for path in RECORDS]
    assert numbers == [f"{n:04}" for n in range(1, len(numbers) + 1)]


def test_every_record_is_listed() -> None:
    (readme,) = (path for path in files(".md", under="docs/decisions") if path.name == "README.md")
    listed = re.findall(r"\]\((.*)\)", text(readme))
    assert listed == [path.name for path in RECORDS]


def test_a_faulty_record_is_found() -> None:
    good = "# 0001 A choice\n\n" + "".join(f"## {part}\n\nWhy.\n\n" for part in PARTS)
    assert faults(good, "0001") == []
    assert faults(good, "0002") == ["another number in the title"]
    assert faults(good.replace("Rejected", "Else"), "0001") == ["other parts"]
    assert faults(good.replace("Rejected\n\nWhy.", "Rejected"), "0001") == ["an empty part"]
    assert faults(good + "More.\n" * MOST_LINES, "0001") == ["too long"]
