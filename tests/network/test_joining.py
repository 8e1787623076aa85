"""A validator on another machine: a home of its own, registered, caught up, voted in, signing."""

from pathlib import Path

from cfi.contracts.wire.commits import BlockIdFlag, decode_commit
from cfi.contracts.wire.messages.governance.change_validator_power import ChangeValidatorPower
from cfi.contracts.wire.quantities import Count
from cfi.contracts.wire.schema import PublicKey
from cfi.node.consensus.private_validator import PrivateValidator
from cfi.node.demo.player import Player
from tests.faults.running import CAST
from tests.network.joining import POWER, admission, two_nodes
from tests.network.running import NetworkNode


def has_signed(node: NetworkNode, key: bytes, height: int) -> bool:
    """Whether a validator's vote stands among those for a block."""
    told = node.ask("light_block", height=height)
    keys = [each for each, _ in told["validators"]]
    return decode_commit(told["commit"]).signatures[keys.index(key)].flag is BlockIdFlag.COMMIT


def test_a_node_is_let_in_and_becomes_a_validator(tmp_path: Path) -> None:
    with two_nodes(tmp_path) as (first, second):
        player = Player(first.home.socket)
        message = admission(second.home)
        player.both(CAST.officer(1), CAST.officer(2), [message])
        signs_from = first.height + 3
        first.reach(signs_from + 2)
        second.reach(signs_from + 2)
        assert first.header(signs_from) == second.header(signs_from)
        assert [message.key, POWER] in first.ask("status")["validators"]
        # From here on the first is no longer more than two thirds.
        key = PrivateValidator(first.home.validator_key, first.home.validator_state).public_key
        less = ChangeValidatorPower(key=PublicKey(key), power=Count(2 * POWER))
        player.both(CAST.officer(1), CAST.officer(2), [less])
        both_from = first.height + 3
        first.reach(both_from + 2)
        assert has_signed(first, message.key, both_from)
        player.close()
