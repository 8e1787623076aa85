"""An audit's report as plain text, to be kept, printed and signed."""

import io
from typing import Final

from rich.console import Console

from cfi.client.audit.findings import Findings
from cfi.client.audit.provenance import CHECKS, Provenance
from cfi.client.audit.report import findings_page

_WIDTH: Final = 100


def report_text(findings: Findings, made: Provenance) -> str:
    """Provenance, checks and findings, one below the other."""
    software = ", ".join(f"{name} {version}" for name, version in made.software.items())
    lines = [
        f"Audit of {findings.chain_id}",
        "",
        f"Auditor              {made.auditor or 'not named'}",
        f"Began                {made.began}",
        f"Ended                {made.ended}",
        f"Source               {made.source}",
        f"  blocks             {made.source_blocks}, {made.source_bytes} bytes",
        f"  SHA-256            {made.source_sha256}",
        f"Genesis file SHA-256 {made.genesis_file_sha256}",
        f"Program              {software}",
        f"  rule versions      {', '.join(map(str, made.rule_versions))}",
        f"  SHA-256            {made.code_sha256}",
        "",
        "Checked at every height up to the one below:",
        *(f"- {check}" for check in CHECKS),
        "",
    ]
    page = io.StringIO()
    console = Console(file=page, width=_WIDTH, color_system=None, markup=False, emoji=False)
    console.print(findings_page(findings))
    return "\n".join(lines) + page.getvalue()
