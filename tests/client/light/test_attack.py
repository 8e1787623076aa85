"""Evidence of two histories: against each side, and such as the other side's validators accept."""

from dataclasses import replace
from pathlib import Path

import pytest

from cfi.client.light.attack import accusations
from cfi.client.light.bisection import Divergence, ask_witnesses, sync
from cfi.client.light.evidence_json import evidence_from
from cfi.client.light.json_node import JsonNode
from cfi.client.light.lightblock import LightBlock
from cfi.client.light.store import LightStore
from cfi.contracts.wire.commits import Commit
from cfi.contracts.wire.evidence import LightClientAttack
from cfi.contracts.wire.evidence_rules import Decided, EvidenceError, verify_light_client_attack
from cfi.contracts.wire.quantities import Height
from tests.chains import CHAIN_ID, chain, commit_of, resigned
from tests.client.light.test_bisection import NOW, OPTIONS, source

FOUR = {1: 10, 2: 10, 3: 10, 4: 10}
CHAIN = chain([FOUR] * 6)


def divergence(other: LightBlock) -> Divergence:
    """What a witness with another last block gives."""
    trace = sync(CHAIN[0], Height(6), source(CHAIN), NOW, OPTIONS)
    witness = source([*CHAIN[:5], other])
    [found] = ask_witnesses(trace, {"witness": witness}, NOW, OPTIONS).divergences
    return found


def judge(evidence: LightClientAttack, ours: LightBlock) -> None:
    """As a validator whose history has our block."""
    common = CHAIN[evidence.common_height - 1] if evidence.common_height < 6 else ours
    commit, validators = ours.commit, common.validator_set
    assert isinstance(commit, Commit)
    assert validators is not None
    decided = Decided(header=ours.header, commit=commit)
    verify_light_client_attack(evidence, CHAIN_ID, validators, common.header.time, decided)


LUNATIC = resigned(CHAIN[5], FOUR, app_hash=bytes(32))
TWICE = resigned(CHAIN[5], FOUR, data_hash=bytes(32))
STRANGE = resigned(CHAIN[5], FOUR, data_hash=bytes(32), proposer_address=bytes(20))


@pytest.mark.parametrize(("other", "common"), [(LUNATIC, 1), (TWICE, 6), (STRANGE, 6)])
def test_each_side_accepts_the_evidence_against_the_other(other: LightBlock, common: int) -> None:
    told = accusations(divergence(other))
    assert told.against_witness.common_height == told.against_source.common_height == common
    judge(told.against_witness, CHAIN[5])
    judge(told.against_source, other)
    assert len(told.against_witness.byzantine) == 4


def test_neither_accepts_what_is_against_itself() -> None:
    told = accusations(divergence(LUNATIC))
    with pytest.raises(EvidenceError, match="the decided one"):
        judge(told.against_source, CHAIN[5])


def test_a_forgotten_lock_names_nobody() -> None:
    other = replace(TWICE, commit=commit_of(TWICE.header, FOUR, round_number=2))
    told = accusations(divergence(other))
    assert told.against_source.byzantine == ()


def test_evidence_is_kept_as_cometbft_reads_it(tmp_path: Path) -> None:
    told = accusations(divergence(LUNATIC)).against_witness
    path = LightStore(tmp_path / "light").save_evidence(told)
    assert evidence_from(JsonNode.parse(path.read_bytes())) == told
    assert path.name.startswith("evidence-1-")
