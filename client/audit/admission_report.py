"""What admission receipts show, as JSON and as a page for the terminal.  (ours 0042)"""

from dataclasses import asdict
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table

from cfi.client.audit.admissions import AdmissionFindings, Omitted, Overtaken, Place, Taken
from cfi.client.light.moments import format_moment
from cfi.contracts.wire.headers import Timestamp

_NANOS_PER_MS: Final = 1_000_000
_SHOWN: Final = 16
OVERTAKEN_NOTE: Final = (
    "Overtaken: an act that the same run of the same node took later was decided first. A node "
    "that decides alone decides in the order of its receipts: bounds on a holder and on the "
    "mempool are applied before there is a receipt, and a block ends with the first act that it "
    "has no room for. Among several validators the proposer decides acts as they reached it, "
    "and a node may have had an act's bytes from another node before it was handed them: then "
    "one case proves nothing, and many are a question to the proposers."
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
    counted = Table("Receipts", title=f"Admissions of {findings.chain_id}", title_justify="left")
    counted.add_column("", justify="right")
    for name, number in (
        ("that count", findings.taken),
        ("whose act is decided", findings.decided),
        ("whose act may still wait", findings.waiting),
        ("that are no evidence", len(findings.no_evidence)),
        ("History up to height", findings.height),
        ("Heights in which an act should be decided", findings.patience),
    ):
        counted.add_row(name, str(number))
    parts: list[RenderableType] = [counted]
    if findings.overtaken:
        parts.append(_overtaken_table(findings.overtaken))
    if findings.omitted:
        parts.append(_omitted_table(findings.omitted))
    if findings.doubled:
        table = _table("One place, two acts", "Act", "Node", "No.", "Other act")
        for each in findings.doubled:
            table.add_row(*_act_cells(each.first), _short(each.second.act_id))
        parts.append(table)
    if findings.no_evidence:
        table = _table("No evidence", "Receipt", "Why")
        for name, reason in findings.no_evidence:
            table.add_row(name, reason.value)
        parts.append(table)
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


def _overtaken_table(listed: list[Overtaken]) -> Table:
    columns = (
        "Act",
        "Node",
        "No.",
        "Decided",
        "By act",
        "Its no.",
        "Decided",
        "Same holder",
        "Validators",
    )
    table = _table("Overtaken", *columns)
    for each in listed:
        table.add_row(
            *_act_cells(each.act),
            _where(each.place),
            _short(each.by.act_id),
            str(each.by.sequence),
            _where(each.by_place),
            "yes" if each.same_holder else "no",
            str(each.validators),
        )
    return table


def _omitted_table(listed: list[Omitted]) -> Table:
    columns = (
        "Act",
        "Node",
        "No.",
        "Taken",
        "How",
        "Heights",
        "Of them full",
        "Later acts decided",
    )
    table = _table("Left out", *columns)
    for each in listed:
        place = "" if each.place is None else f" at {_where(each.place)}"
        table.add_row(
            *_act_cells(each.act),
            f"after {each.act.height}, {_moment(each.act)}",
            each.how.value + place,
            str(each.heights),
            str(each.full_blocks),
            str(each.overtakers),
        )
    return table


def _act_cells(taken: Taken) -> tuple[str, str, str]:
    node = f"{taken.node_holder} {_short(taken.node_key)} run {taken.run.hex()[:8]}"
    return _short(taken.act_id), node, str(taken.sequence)


def _table(title: str, *columns: str) -> Table:
    return Table(*columns, title=title, title_justify="left")


def _where(place: Place) -> str:
    return f"{place.height}, no. {place.index + 1}"


def _short(data: bytes) -> str:
    return data.hex()[:_SHOWN]


def _moment(taken: Taken) -> str:
    return format_moment(Timestamp.of_nanos(taken.at_ms * _NANOS_PER_MS))
