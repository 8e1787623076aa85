"""What the repository doesn't say: where it was made, what is left open; and links that lead nowhere."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_PLACES: Final = r"/(work|farm|root)/|/tmp/[a-z]|/home/[a-z]"
_HOSTS: Final = (
    r"(https?://|index-url|registry=|GOPROXY=)[^ ]*(pypi|npm|golang|crates|debian|mirror|proxy)"
)
# Written with hyphens, so that this page doesn't find itself.
_MAKERS: Final = "Cla-ude|Anth-ropic|L-LM|language mo-del|my ses-sion".replace("-", "")
_OPEN: Final = "TO-DO|FIX-ME|X-XX|NotImplemented-Error".replace("-", "")

FORBIDDEN: Final = {
    "a path of one machine": re.compile(_PLACES),
    "a package registry": re.compile(_HOSTS),
    "a word about its making": re.compile(rf"\b({_MAKERS})\b", re.IGNORECASE),
    "something left open": re.compile(rf"\b({_OPEN})\b"),
}
_LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"^#+ (.*)$", re.MULTILINE)


def word_faults(content: str) -> list[str]:
    """Each line that says what doesn't belong, as 'line: what'."""
    return [
        f"{number}: {what}"
        for number, line in enumerate(content.splitlines(), start=1)
        for what, pattern in FORBIDDEN.items()
        if pattern.search(line)
    ]


def anchors(content: str) -> set[str]:
    """The anchors of a page's headings, as they are made on the usual sites."""
    titles = (re.sub(r"[^\w\- ]", "", title.lower()) for title in _HEADING.findall(content))
    return {title.strip().replace(" ", "-") for title in titles}


def dead_links(page: Path) -> Iterator[str]:
    """Each link of a page to a file or heading of ours that isn't there."""
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        linked = page.parent / name if name else page
        if not linked.exists() or (anchor and anchor not in anchors(linked.read_text())):
            yield target
