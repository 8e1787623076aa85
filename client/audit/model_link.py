"""The replay's end of the pipe to the independent model."""

import json
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

import cbor2

from cfi.client.audit.findings import Disagreement, DisagreementError
from cfi.contracts.state.durable import Batch

MODULE: Final = "cfi.client.audit.model_process"
MOST_AHEAD: Final = 64
"""Heights sent before their verdicts are read: the verdicts fit into the pipe."""
_STOPPED: Final = "the independent model stopped"


class ModelLink:
    """Sends heights and reads verdicts, a few heights behind."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._owed: deque[int] = deque()
        self.settled = -1
        """The last height with which the model agrees."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        self._process.wait()

    def send(
        self, height: int, transactions: Sequence[bytes], receipts: Sequence[bytes], rows: Batch
    ) -> None:
        """Hand a height over; raises DisagreementError where the model disagreed with an earlier
        one.
        """
        content = cbor2.dumps([list(transactions), list(receipts), [list(row) for row in rows]])
        assert self._process.stdin is not None, "it was opened with a pipe"
        try:
            self._process.stdin.write(len(content).to_bytes(4, "big") + content)
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise _stopped(height) from error
        self._owed.append(height)
        while len(self._owed) > MOST_AHEAD:
            self._read_verdict()

    def settle(self) -> None:
        """Read the verdicts that are owed; raises DisagreementError."""
        while self._owed:
            self._read_verdict()

    def finish(self) -> list[dict[str, int]]:
        """Read the verdicts that are owed; returns the totals. Raises DisagreementError."""
        self.settle()
        assert self._process.stdin is not None, "it was opened with a pipe"
        self._process.stdin.close()
        totals: list[dict[str, int]] = self._line(0)
        return totals

    def _read_verdict(self) -> None:
        height = self._owed.popleft()
        differs = self._line(height)
        if differs is not None:
            raise DisagreementError(
                Disagreement(
                    height=height,
                    what=f"independent model: {differs['what']}",
                    expected=differs["expected"],
                    found=differs["found"],
                )
            )
        self.settled = height

    def _line(self, height: int) -> Any:
        assert self._process.stdout is not None, "it was opened with a pipe"
        line = self._process.stdout.readline()
        if not line:
            raise _stopped(height)
        return json.loads(line)


def _stopped(height: int) -> DisagreementError:
    """A model that is gone has not agreed."""
    return DisagreementError(
        Disagreement(height=height, what=_STOPPED, expected="a verdict", found="none")
    )
