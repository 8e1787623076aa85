"""What admission receipts show, as JSON and as a page for the terminal.  (ours 0042)"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table

from cfi.client.audit.admissions import AdmissionFindings, Doubled, Omitted, Overtaken, Place, Taken
from cfi.client.light.moments import format_moment
from cfi.contracts.wire.headers import Timestamp

_NANOS_PER_MS: Final = 1_000_000
_SHOWN: Final = 16
_RUN_SHOWN: Final = 8
OVERTAKEN_NOTE: Final = (
    "Overtaken: an act that the same run of the same node took later was decided first. A node "
    "on the embedded engine decides in the order of its receipts: bounds on a holder and on the "
    "mempool are applied before there is a receipt, and a block ends with the first act that it "
    "has no room for. Under CometBFT the proposer decides acts as its mempool has them: gossip, "
    "a mempool that is busy while acts are handed in, and an act's bytes that came by another "
    "node first, change places honestly. Then one case proves nothing, and many are a question "
    "to the proposers."
)
OMITTED_NOTE: Final = (
    "Left out: an act that was valid for all those heights wasn't decided in them. Full blocks "
    "may be the reason, or that its signer's key was revoked, or that the ledger failed at it "
    "and keeps it in quarantine: the node has to show which. If later acts were decided "
    "meanwhile, room was there."
)
DOUBLED_NOTE: Final = "Two acts with one place in a run: its node signed what can't both be true."
NO_EVIDENCE_NOTE: Final = "Receipts that are no evidence: nobody on this ledger answers for them."
CLEAN: Final = "Nothing was overtaken or left out."


def admissions_json(findings: AdmissionFindings) -> dict[str, Any]:
    """The findings as JSON: bytes in hex, `clean`, what was counted, a list for each kind."""
    return {
        "clean": findings.clean,
        "chain_id": findings.chain_id,
        "height": findings.height,
        "heights_of_patience": findings.patience,
        "receipts_that_count": findings.taken,
        "decided": findings.decided,
        "waiting": findings.waiting,
        "overtaken": [_overtaken_json(each) for each in findings.overtaken],
        "omitted": [_omitted_json(each) for each in findings.omitted],
        "doubled": [
            {"first": _taken_json(each.first), "second": _taken_json(each.second)}
            for each in findings.doubled
        ],
        "no_evidence": [
            {"receipt": name, "reason": reason.value} for name, reason in findings.no_evidence
        ],
        "notes": _notes(findings),
    }


def admissions_page(findings: AdmissionFindings) -> RenderableType:
    """The findings as tables, each with what can and can't be concluded from it."""
    counted = Table("Compared", title=f"Admissions of {findings.chain_id}", title_justify="left")
    counted.add_column("", justify="right")
    for name, number in (
        ("Receipts that count", findings.taken),
        ("Receipts whose act is decided", findings.decided),
        ("Receipts whose act may still wait", findings.waiting),
        ("Receipts that are no evidence", len(findings.no_evidence)),
        ("History up to height", findings.height),
        ("Heights in which an act should be decided", findings.patience),
    ):
        counted.add_row(name, str(number))
    listed = (
        ("Overtaken", [(each.act, _overtaken_told(each)) for each in findings.overtaken]),
        ("Left out", [(each.act, _omitted_told(each)) for each in findings.omitted]),
        ("One place, two acts", [(each.first, _doubled_told(each)) for each in findings.doubled]),
    )
    parts: list[RenderableType] = [counted]
    for title, acts in listed:
        if acts:
            parts.append(_table(title, "Act", [(_short(act.act_id), told) for act, told in acts]))
    if findings.no_evidence:
        reasons = [(name, reason.value) for name, reason in findings.no_evidence]
        parts.append(_table("No evidence", "Receipt", reasons))
    return Group(*parts, *(_notes(findings) or [CLEAN]))


def _notes(findings: AdmissionFindings) -> list[str]:
    told = (
        (findings.overtaken, OVERTAKEN_NOTE),
        (findings.omitted, OMITTED_NOTE),
        (findings.doubled, DOUBLED_NOTE),
        (findings.no_evidence, NO_EVIDENCE_NOTE),
    )
    return [note for listed, note in told if listed]


def _overtaken_json(each: Overtaken) -> dict[str, Any]:
    return {
        "act": _taken_json(each.act),
        "decided": asdict(each.place),
        "by": _taken_json(each.by),
        "by_decided": asdict(each.by_place),
        "overtakers": each.overtakers,
        "same_holder": each.same_holder,
        "validators": each.validators,
    }


def _omitted_json(each: Omitted) -> dict[str, Any]:
    return {
        "act": _taken_json(each.act),
        "how": each.how.value,
        "decided": None if each.place is None else asdict(each.place),
        "heights": each.heights,
        "full_blocks": each.full_blocks,
        "overtakers": each.overtakers,
    }


def _taken_json(taken: Taken) -> dict[str, Any]:
    return {
        "act_id": taken.act_id.hex(),
        "node": {
            "admission_key": taken.node_key.hex(),
            "kind": taken.node_kind.name,
            "holder_id": taken.node_holder,
        },
        "run": taken.run.hex(),
        "sequence": taken.sequence,
        "after_height": taken.height,
        "at": _moment(taken),
        "valid_until": taken.valid_until,
    }


def _table(title: str, what: str, rows: Iterable[tuple[str, str]]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(what, overflow="fold")
    table.add_column("Which", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _overtaken_told(each: Overtaken) -> str:
    return (
        f"{_taken_told(each.act)}, decided {_where(each.place)}; overtaken by {each.overtakers}, "
        f"first by {_short(each.by.act_id)}, taken as no. {each.by.sequence}, decided "
        f"{_where(each.by_place)}; signed for {'the same' if each.same_holder else 'another'} "
        f"holder; validators: {each.validators}"
    )


def _omitted_told(each: Omitted) -> str:
    place = "" if each.place is None else f" {_where(each.place)}"
    return (
        f"{_taken_told(each.act)} after height {each.act.height} at {_moment(each.act)}, valid "
        f"until {each.act.valid_until}: {each.how.value}{place}, {each.heights} heights, "
        f"{each.full_blocks} of them full; acts taken later and decided before: {each.overtakers}"
    )


def _doubled_told(each: Doubled) -> str:
    return f"{_taken_told(each.first)}, and so was {_short(each.second.act_id)}"


def _taken_told(taken: Taken) -> str:
    node = f"{taken.node_holder}'s node {_short(taken.node_key)}"
    return f"taken by {node} as no. {taken.sequence} of run {taken.run.hex()[:_RUN_SHOWN]}"


def _where(place: Place) -> str:
    return f"at {place.height} as no. {place.index + 1}"


def _short(data: bytes) -> str:
    return data.hex()[:_SHOWN]


def _moment(taken: Taken) -> str:
    return format_moment(Timestamp.of_nanos(taken.at_ms * _NANOS_PER_MS))
