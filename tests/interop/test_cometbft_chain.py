"""CometBFT applies a chain whose validators, rules' version and evidence change: its own ApplyBlock
validates each block and its votes, and comes to the same next validators.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from cfi.client.light.moments import format_moment
from cfi.contracts.transition import dispatch
from cfi.contracts.wire.blocks import encode_block
from cfi.contracts.wire.evidence import (
    DuplicateVote,
    SignedVote,
    VoteType,
    encode_evidence,
)
from cfi.contracts.wire.limits import MAX_BLOCK_BYTES, MAX_BLOCK_GAS
from cfi.contracts.wire.messages.governance.add_validator import AddValidator
from cfi.contracts.wire.messages.governance.change_validator_power import ChangeValidatorPower
from cfi.contracts.wire.messages.governance.remove_validator import RemoveValidator
from cfi.contracts.wire.messages.governance.rotate_consensus_key import RotateConsensusKey
from cfi.contracts.wire.messages.governance.schedule_upgrade import ScheduleUpgrade
from cfi.contracts.wire.quantities import Count, Height
from cfi.contracts.wire.signatures import sign
from cfi.contracts.wire.text import HolderId
from cfi.contracts.wire.validators import Validator, address_of, validators_hash
from tests.contracts.ledger import EXCHANGE, seed_of
from tests.contracts.people import key_named
from tests.contracts.validators import consensus_possession
from tests.evidences import some_block
from tests.interop.test_cometbft import ask, base64
from tests.node.chain import CHAIN_ID, TERMS
from tests.node.several import Several, by_officer, several

FOUR = {"one": 100, "two": 100, "three": 100, "four": 100}


def twice_by(name: str, chain: Several, height: int) -> bytes:
    """Evidence that a validator voted for two blocks of a height."""
    place = next(
        at
        for at, each in enumerate(chain.set_at(height).validators)
        if each.public_key == key_named(name)
    )
    votes = []
    for number in (1, 2):
        unsigned = SignedVote(
            vote_type=VoteType.PREVOTE,
            height=Height(height),
            round_number=0,
            block_id=some_block(number),
            time=TERMS.genesis_time,
            validator_address=address_of(key_named(name)),
            validator_index=place,
            signature=b"",
        )
        statement = unsigned.sign_bytes(CHAIN_ID)
        votes.append(replace(unsigned, signature=sign(seed_of(name), statement)))
    first, second = sorted(votes, key=lambda each: each.block_id.header_hash)
    validators = chain.set_at(height)
    return encode_evidence(
        DuplicateVote(
            first=first,
            second=second,
            total_power=validators.total_power,
            validator_power=validators.validators[place].voting_power,
            time=chain.blocks[height - 1].header.time,
        )
    )


def eventful(chain: Several) -> None:
    """One joins, one gets more power, one another key, one misbehaves and is removed, another
    version of the rules begins.
    """
    join = AddValidator(
        key=key_named("five"),
        operator=HolderId(EXCHANGE),
        power=Count(100),
        possession=consensus_possession("five"),
    )
    rotation = RotateConsensusKey(
        key=key_named("two"),
        new_key=key_named("second two"),
        possession=consensus_possession("second two"),
    )
    assert chain.decide(by_officer(join)) == 1
    chain.decide()
    more = ChangeValidatorPower(key=key_named("five"), power=Count(130))
    assert chain.decide(by_officer(more)) == 1
    chain.decide()
    upgrade = ScheduleUpgrade(app_version=Count(2), from_height=Height(8))
    assert chain.decide(by_officer(rotation), by_officer(upgrade)) == 2
    chain.decide()
    chain.decide(evidence=[twice_by("three", chain, 5)])
    chain.decide()
    chain.decide()
    assert chain.decide(by_officer(RemoveValidator(key=key_named("three")))) == 1
    for _ in range(3):
        chain.decide()


def listed(validators: Iterable[Validator]) -> list[dict[str, object]]:
    return [{"key": base64(each.public_key), "power": each.voting_power} for each in validators]


def answered(chain: Several) -> list[dict[str, object]]:
    """Each block, and what the application answered to it."""
    results = chain.application.store.results
    return [
        {
            "block": encode_block(block).hex(),
            "results": [base64(each) for each in results(block.header.height) or []],
            "app_hash": base64(root),
            "updates": listed(made.validator_updates),
            "app_version": made.next_app_version or 0,
        }
        for block, made, root in zip(chain.blocks, chain.finalized, chain.roots, strict=True)
    ]


def test_cometbft_applies_every_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    books = {**dispatch.RULE_BOOKS, 2: dispatch.RULE_BOOKS[1]}
    monkeypatch.setattr(dispatch, "RULE_BOOKS", books)
    chain = several(tmp_path, FOUR, ["five", "second two"])
    begun = chain.application.app_hash
    eventful(chain)
    blocks = answered(chain)
    [answer] = ask(
        [
            {
                "kind": "chain",
                "chain_id": CHAIN_ID,
                "time": format_moment(TERMS.genesis_time),
                "app_hash": base64(begun),
                "max_bytes": MAX_BLOCK_BYTES,
                "max_gas": MAX_BLOCK_GAS,
                "validators": listed(chain.set_at(1).validators),
                "blocks": blocks,
            }
        ]
    )
    chain.application.store.close()
    assert answer.get("error") is None
    heights = range(1, len(blocks) + 1)
    assert answer["next_validators"] == [
        validators_hash(chain.set_at(height + 2)).hex() for height in heights
    ]
    assert answer["misbehaviour"] == [1 if height == 7 else 0 for height in heights]
    assert answer["app_version"] == 2
    assert sum(1 for each in chain.finalized if each.validator_updates) == 4
