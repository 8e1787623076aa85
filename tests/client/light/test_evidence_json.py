"""Evidence in CometBFT's JSON; tests/interop compares it with CometBFT's own."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from cfi.client.light.evidence_json import evidence_from, evidence_json, format_evidence
from cfi.client.light.json_node import JsonNode, MalformedError
from cfi.contracts.wire.evidence import Evidence
from tests.contracts.wire.test_evidence import AMNESIA, EXTENDED, LUNATIC, VOTES


@pytest.mark.parametrize("evidence", [VOTES, EXTENDED, LUNATIC, AMNESIA])
def test_evidence_is_read_as_it_was_written(evidence: Evidence) -> None:
    assert evidence_from(JsonNode.parse(format_evidence(evidence))) == evidence


def _other_kind(document: Any) -> None:
    document["type"] = "tendermint/Gossip"


def _third_type(document: Any) -> None:
    document["value"]["vote_a"]["type"] = 3


def _no_commit(document: Any) -> None:
    document["value"]["ConflictingBlock"]["signed_header"]["commit"] = None


@pytest.mark.parametrize(
    ("sentence", "evidence", "damage", "reason"),
    [
        ("another kind", VOTES, _other_kind, r"\$\.type: no known kind"),
        ("a vote of no type", VOTES, _third_type, "vote_a.type: not a number from 1 to 2"),
        ("a header without votes", LUNATIC, _no_commit, "commit: missing"),
    ],
)
def test_refused(
    sentence: str, evidence: Evidence, damage: Callable[[Any], None], reason: str
) -> None:
    document = json.loads(json.dumps(evidence_json(evidence)))
    damage(document)
    with pytest.raises(MalformedError, match=reason):
        evidence_from(JsonNode(document))
