"""CometBFT 0.38.25 reads, writes and judges evidence as we do."""

import pytest

from cfi.client.light.evidence_json import evidence_from, format_evidence
from cfi.client.light.json_node import JsonNode
from cfi.client.light.lightblock import LightBlock, light_block_json
from cfi.client.light.moments import format_moment
from cfi.contracts.wire.blocks import evidence_hash
from cfi.contracts.wire.evidence import DuplicateVote, Evidence, encode_evidence
from cfi.contracts.wire.evidence_rules import EvidenceError, misbehaviour_of
from cfi.contracts.wire.protobuf import ProtobufError
from tests.contracts.wire.test_evidence import (
    AMNESIA,
    ATTACKS,
    DUPLICATES,
    EQUIVOCATION,
    EXTENDED,
    FALSE_ATTACKS,
    FAULTS,
    FIFTH,
    LUNATIC,
    NIL,
    SECOND,
    THIRD,
    VOTES,
)
from tests.evidences import judge
from tests.interop.test_cometbft import Answer, ask

WRITABLE: list[Evidence] = [VOTES, NIL, EXTENDED, LUNATIC, EQUIVOCATION, AMNESIA]
Judged = tuple[Evidence, LightBlock, LightBlock]
"""Evidence, the block at its height, and our own of the conflicting height."""


def cases() -> list[Judged]:
    """Every piece of the unit tests' tables."""
    faults: list[Judged] = [(evidence, _at(evidence), FIFTH) for _, evidence, _ in FAULTS]
    duplicates: list[Judged] = [(evidence, THIRD, FIFTH) for _, evidence, _ in DUPLICATES]
    attacks: list[Judged] = [(evidence, common, ours) for _, evidence, common, ours, _ in ATTACKS]
    false: list[Judged] = [(evidence, common, ours) for _, evidence, common, ours, _ in FALSE_ATTACKS]
    pieces: list[Judged] = [(each, THIRD, FIFTH) for each in (VOTES, NIL, EXTENDED)]
    return [*faults, *duplicates, *attacks, *false, *pieces]


def _at(evidence: Evidence) -> LightBlock:
    return THIRD if isinstance(evidence, DuplicateVote) else SECOND


def asked(evidence: Evidence, common: LightBlock, ours: LightBlock) -> dict[str, object]:
    """The question to CometBFT about a piece of evidence."""
    body = {"evidence": encode_evidence(evidence).hex()}
    if isinstance(evidence, DuplicateVote):
        return {"kind": "duplicate", "light_block": light_block_json(common), **body}
    blocks = {"common": light_block_json(common), "ours": light_block_json(ours)}
    return {"kind": "attack", **blocks, **body}


def ours_is_good(evidence: Evidence, common: LightBlock, ours: LightBlock) -> bool:
    """Our verdict."""
    try:
        judge(evidence, common, ours)
    except EvidenceError:
        return False
    return True


def test_evidence_is_judged_the_same() -> None:
    judged = cases()
    answers = ask([asked(*each) for each in judged])
    verdicts = set()
    for each, answer in zip(judged, answers, strict=True):
        assert answer.get("error") is None, answer
        assert (answer["verdict"] == "") == ours_is_good(*each), (each[0], answer)
        verdicts.add(answer["verdict"])
    assert "" in verdicts
    assert len(verdicts) > 25


@pytest.fixture(scope="module")
def told() -> list[Answer]:
    """What CometBFT reads in evidence that has its form."""
    return ask([asked(each, _at(each), FIFTH) for each in WRITABLE])


def test_evidence_is_the_same_bytes_and_json(told: list[Answer]) -> None:
    for evidence, answer in zip(WRITABLE, told, strict=True):
        assert answer["evidence"] == encode_evidence(evidence).hex()
        assert answer["hash"] == evidence_hash([encode_evidence(evidence)]).hex()
        wrapped = JsonNode.parse(str(answer["json"]).encode())
        assert evidence_from(wrapped) == evidence
        assert evidence_from(JsonNode.parse(format_evidence(evidence))) == evidence


def test_what_the_application_is_handed_is_the_same(told: list[Answer]) -> None:
    for evidence, answer in zip(WRITABLE, told, strict=True):
        expected = [
            {
                "type": each.kind.value,
                "address": each.address.hex(),
                "power": each.power,
                "height": each.height,
                "time": format_moment(each.time),
                "total": each.total_power,
            }
            for each in misbehaviour_of(evidence)
        ]
        assert answer["abci"] == expected


def test_a_piece_of_no_kind_is_refused_by_both() -> None:
    [answer] = ask([{"kind": "attack", "evidence": ""}])
    assert "not recognized" in str(answer["verdict"])
    with pytest.raises(ProtobufError):
        evidence_hash([b""])
