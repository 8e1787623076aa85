"""An act that another process has read is the act that reading it here gives, whatever it says."""

import random

import cbor2

from cfi.contracts.transition.act import (
    InadmissibleError,
    act_of,
    read_verified_act,
    read_verified_parts,
)
from cfi.contracts.wire.codec import CodecError
from cfi.contracts.wire.messages.catalogue import MESSAGES
from tests.node.chain import signed
from tests.properties.anything import MEMBERS, Anything

TRIES = 3_000


def test_an_act_of_any_kind_comes_out_of_its_parts() -> None:
    anything = Anything(random.Random(1))
    seen: set[type] = set()
    for number in range(TRIES):
        message = anything.message(MEMBERS[number % len(MEMBERS)])
        if message is None:
            continue
        try:
            data = signed(message, number)
            act = read_verified_act(data)
        except (CodecError, InadmissibleError):
            continue
        told = act_of(cbor2.loads(cbor2.dumps(read_verified_parts(data))))
        assert (told, type(told.message)) == (act, type(act.message))
        seen.add(type(act.message))
    assert seen == set(MESSAGES.values())
