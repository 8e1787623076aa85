"""The trees in a process of their own, on the second core: it hashes what a height changes while
the ledger writes it down, or an auditor goes on.

Both ends are the same program under the same Python, so they speak in its own marshalled values: a
message is its length (4 bytes) and the value. If the process ends, so does the ledger; started
again, it reads the rows back from the disk.
"""

import marshal
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, Final

from cfi.client.memory import settle_memory
from cfi.contracts.state.placed import Placed
from cfi.contracts.state.table import OwnerKey, RowKey
from cfi.contracts.state.trees import HeldTrees
from cfi.contracts.wire.merkle import EMPTY_HASH
from cfi.contracts.wire.proofs import Absence, Existence
from cfi.contracts.wire.schema import Hash, Seed

if sys.platform == "linux":
    import fcntl

_LENGTH_BYTES: Final = 4
_ROWS_AT_ONCE: Final = 256
_PIPE_BYTES: Final = 1 << 20

Written = tuple[OwnerKey, Seed | None, Placed]


class TreeProcessError(RuntimeError):
    """The process that keeps the trees is gone."""

    def __init__(self) -> None:
        super().__init__(
            "the process that keeps the trees has ended: start again; nothing that was "
            "acknowledged is lost"
        )


class TreeProcess:
    """The ledger's side: rows go out as they are sealed, roots and proofs come back."""

    def __init__(self) -> None:
        """Start the process; its trees are empty."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cfi.client.tree_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._questions: BinaryIO = self._process.stdin  # type: ignore[assignment] # in bytes
        self._answers: BinaryIO = self._process.stdout  # type: ignore[assignment] # in bytes
        _widen(self._questions)
        self._written: list[Written] = []
        self._rows = 0
        self._root: _Root | None = _Root(Hash(EMPTY_HASH))
        self._owed: deque[_Root] = deque()
        """Roots that are asked for, in the order in which they come."""

    @property
    def root(self) -> Hash:
        """The root of the last sealed height; waits until it is worked out."""
        return self.root_to_come()()

    def root_to_come(self) -> Callable[[], Hash]:
        """What gives that root when it is wanted, also after later heights were sealed."""
        if self._root is None:
            self._root = _Root()
            self._send("root")
            self._owed.append(self._root)
        return partial(self._settled, self._root)

    def put(self, owner: OwnerKey, seed: Seed | None, placed: Placed) -> None:
        """Write rows of an owner into the height that is open; a seed comes with all its rows."""
        self._written.append((owner, seed, placed))
        self._rows += len(placed)
        if self._rows >= _ROWS_AT_ONCE:
            self._tell_rows()

    def seal(self, public: Mapping[RowKey, bytes | None]) -> None:
        """End a height with what it changes of the public rows."""
        self._tell_rows()
        self._tell("seal", dict(public))

    def forget(self) -> None:
        """Keep no height but the last."""
        self._tell("forget")

    def clear(self) -> None:
        """Be empty again."""
        self._tell("clear")

    def take_back(self) -> None:
        """Undo the last height."""
        self._tell("take_back")

    def prove(self, back: int, key: bytes) -> Existence | Absence:
        """The proof of a key of the outer tree, so many heights back."""
        present, parts = self._ask("prove", back, key)
        return _existence(*parts) if present else _absence(*parts)

    def paths(self, back: int, owner: OwnerKey, slots: list[int]) -> list[list[bytes]]:
        """The siblings of each of an owner's slots, from the leaf up, so many heights back."""
        siblings: list[list[bytes]] = self._ask("paths", back, owner, slots)
        return siblings

    def close(self) -> None:
        """End the process: it keeps nothing that isn't elsewhere."""
        self._process.kill()
        self._process.wait()
        self._answers.close()
        with suppress(BrokenPipeError):
            self._questions.close()

    def _settled(self, root: "_Root") -> Hash:
        while root.value is None:
            self._owed.popleft().value = Hash(self._receive())
        return root.value

    def _tell_rows(self) -> None:
        if self._written:
            self._tell("put", self._written)
            self._written, self._rows = [], 0

    def _tell(self, *message: object) -> None:
        self._root = None
        self._send(*message)

    def _ask(self, *message: object) -> Any:
        self._send(*message)
        for root in self._owed:
            root.value = Hash(self._receive())
        self._owed.clear()
        return self._receive()

    def _send(self, *message: object) -> None:
        try:
            _write(self._questions, message)
        except BrokenPipeError as error:
            raise TreeProcessError from error

    def _receive(self) -> Any:
        try:
            return _read(self._answers)
        except EOFError as error:
            raise TreeProcessError from error


@dataclass(slots=True)
class _Root:
    """A root, once it has come."""

    value: Hash | None = None


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """Keep trees and answer until the pipe closes."""
    keeper = _Keeper()
    kinds: dict[str, Callable[..., Any]] = {
        "put": keeper.put,
        "seal": keeper.seal,
        "forget": keeper.forget,
        "clear": keeper.clear,
        "take_back": keeper.take_back,
    }
    asked: dict[str, Callable[..., Any]] = {
        "root": keeper.root,
        "prove": keeper.prove,
        "paths": keeper.paths,
    }
    while True:
        try:
            kind, *told = _read(questions)
        except EOFError:
            return
        if kind in asked:
            _write(answers, asked[kind](*told))
        else:
            kinds[kind](*told)


class _Keeper:
    """What each message does to the trees."""

    def __init__(self) -> None:
        self._trees = HeldTrees()

    def put(self, written: list[Written]) -> None:
        for owner, seed, placed in written:
            self._trees.put(owner, seed, placed)

    def seal(self, public: dict[RowKey, bytes | None]) -> None:
        self._trees.seal(public)

    def forget(self) -> None:
        self._trees.forget()
        settle_memory()

    def clear(self) -> None:
        self._trees.clear()

    def take_back(self) -> None:
        self._trees.take_back()

    def root(self) -> bytes:
        return self._trees.root

    def prove(self, back: int, key: bytes) -> tuple[bool, tuple[Any, ...]]:
        found = self._trees.prove(back, key)
        if isinstance(found, Existence):
            return True, _parts(found)
        sides = (None if each is None else _parts(each) for each in (found.left, found.right))
        return False, (found.key, *sides)

    def paths(self, back: int, owner: OwnerKey, slots: list[int]) -> list[list[bytes]]:
        return self._trees.paths(back, owner, slots)


def _parts(proof: Existence) -> tuple[bytes, bytes, tuple[bytes, ...]]:
    return proof.key, proof.value, proof.siblings


def _existence(key: bytes, value: bytes, siblings: tuple[bytes, ...]) -> Existence:
    return Existence(key=key, value=value, siblings=siblings)


def _absence(key: bytes, *sides: tuple[bytes, bytes, tuple[bytes, ...]] | None) -> Absence:
    left, right = (None if each is None else _existence(*each) for each in sides)
    return Absence(key=key, left=left, right=right)


def _widen(pipe: BinaryIO) -> None:
    """Let more wait in a pipe, where that is known and allowed; the sender waits less then."""
    if sys.platform == "linux":
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _write(pipe: BinaryIO, value: Any) -> None:
    content = marshal.dumps(value)
    pipe.write(len(content).to_bytes(_LENGTH_BYTES, "big") + content)
    pipe.flush()


def _read(pipe: BinaryIO) -> Any:
    """The next message; raises EOFError where there is none, or only a part of one."""
    head = pipe.read(_LENGTH_BYTES)
    content = pipe.read(int.from_bytes(head, "big"))
    if len(head) < _LENGTH_BYTES:
        raise EOFError
    return marshal.loads(content)  # noqa: S302 - the other end is this program


def main() -> None:
    """Run as the process that keeps the trees. It ends with the pipe, after the last block,
    and not when both are told to stop at the same time.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    serve(os.fdopen(0, "rb"), os.fdopen(1, "wb"))


if __name__ == "__main__":
    main()
