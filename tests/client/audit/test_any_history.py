"""Whatever a company does, an honest history agrees, rules and books alike."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cfi.client.audit.auditor import audit
from cfi.client.audit.sources import read_records
from cfi.contracts.wire.text import LotId
from tests.client.audit.histories import begin
from tests.effort import effort
from tests.node.chain import LOT, OFFSETS, open_chain, retire, transfer

ACTS = st.tuples(
    st.sampled_from([transfer, retire]),
    st.sampled_from([100, 200, 700, 2_000, 10_000, 50, 0]),
    st.sampled_from([LOT, OFFSETS, LotId("XA-2003-0000000101")]),
)
BLOCKS = st.lists(st.lists(ACTS, max_size=6), min_size=1, max_size=4)


@settings(max_examples=effort(sample=15, soak=500))
@given(blocks=BLOCKS)
def test_an_honest_history_agrees(
    tmp_path_factory: pytest.TempPathFactory,
    blocks: Sequence[Sequence[tuple[object, int, LotId]]],
) -> None:
    folder = tmp_path_factory.mktemp("history")
    chain, number = open_chain(folder), 0
    for block in blocks:
        transactions = []
        for act, tonnes, lot_id in block:
            number += 1
            make = transfer if act is transfer else retire
            transactions.append(make(number, tonnes, lot_id))
        chain.make(*transactions)
    chain.close()
    findings = audit(begin(), read_records(folder / "blocks"), 0, lambda *_: None)
    assert findings.disagreement is None
    assert (findings.height, findings.transactions) == (len(blocks), number)
    assert all(row["issued"] == row["held"] + row["retired"] for row in findings.totals)
