"""docs/protocol/openapi.yaml says what the gateway has: every path, method and code."""

import re
from pathlib import Path
from typing import Final

from aiohttp import web

import cfi.node.gateway as package
from cfi.contracts.transition.act import Inadmissible
from cfi.node.gateway.app import build
from cfi.node.gateway.desk import Desk
from cfi.node.gateway.link_client import LedgerLink
from tests.architecture.tree import ROOT

TEXT: Final = (ROOT / "docs/protocol/openapi.yaml").read_text()
_SOURCES: Final = "\n".join(
    each.read_text() for each in sorted(Path(package.__path__[0]).glob("*.py"))
)


def documented() -> set[tuple[str, str]]:
    """Paths with their methods, from the page."""
    found, path = set(), ""
    for line in TEXT.splitlines():
        if match := re.fullmatch(r"  (/\S*):", line):
            path = match.group(1)
        elif match := re.fullmatch(r"    (get|post|put|delete|patch):", line):
            found.add((match.group(1).upper(), path))
    return found


def served() -> set[tuple[str, str]]:
    """Paths with their methods, from the application."""
    app: web.Application = build(Desk(LedgerLink(Path("nowhere"))))
    return {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }


def test_every_path_is_documented_and_none_other() -> None:
    assert len(served()) > 10
    assert documented() == served()


def test_every_code_is_documented() -> None:
    codes = set(
        re.findall(r'(?:Denied|RefusedRequest)Error\(\s*(?:\d+, )?"([A-Za-z-]+)"', _SOURCES)
    )
    codes |= {f"unknown-{each}" for each in re.findall(r'unknown\("(\w+)"\)', _SOURCES)}
    codes |= {reason.name for reason in Inadmissible}
    assert {"stale", "too-large", "unknown-owner", "BAD_SIGNATURE", "failed"} <= codes
    assert {code for code in codes if f"            - {code}\n" not in TEXT} == set()


def test_every_reference_leads_somewhere() -> None:
    for kind, name in set(re.findall(r'"#/components/(\w+)/(\w+)"', TEXT)):
        section = TEXT.partition(f"\n  {kind}:\n")[2]
        assert f"\n    {name}:" in f"\n{section}", (kind, name)
