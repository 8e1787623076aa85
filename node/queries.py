"""Questions that the ledger answers: about committed heights, never about rows of a height that is
only finalised.

State of height h is proved by header h + 1, so what is shown is the state at the last height but
one, with the last header. Who may ask what is the gateway's to decide: this socket is the
operator's own.
"""

from collections.abc import Callable, Mapping
from itertools import chain
from types import MappingProxyType
from typing import Any

from cfi.contracts.state.held import next_instant
from cfi.contracts.state.history import NotKeptError, Version
from cfi.contracts.state.overlay import SUMMARY_KEY
from cfi.contracts.state.programme_clock import programme_time
from cfi.contracts.state.reading import may_read_everything
from cfi.contracts.state.row_tree import encode_row_proof
from cfi.contracts.state.rows.custody import SUMMARY
from cfi.contracts.state.rows.governance import HELD_WORK
from cfi.contracts.state.table import OwnerKey, RowKey
from cfi.contracts.state.upgrades import app_version_at
from cfi.contracts.state.validator_sets import validators_at
from cfi.contracts.transition.act import InadmissibleError, read_unsigned
from cfi.contracts.transition.authorise import live_signer
from cfi.contracts.wire.block_file import encode_record
from cfi.contracts.wire.blocks import encode_block, prove_transaction
from cfi.contracts.wire.commits import encode_commit
from cfi.contracts.wire.envelope import open_frame
from cfi.contracts.wire.headers import encode_header
from cfi.contracts.wire.list_tree import prove_item
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.receipts import encode_receipt
from cfi.contracts.wire.schema import PublicKey
from cfi.contracts.wire.text import HolderId
from cfi.node.admission import AdmissionBook
from cfi.node.application import Application
from cfi.node.baseline_figures import baseline_figures
from cfi.node.consensus.engine import Engine
from cfi.node.counters import Counters
from cfi.node.dry_run import dry_run
from cfi.node.mempool import Mempool
from cfi.node.page import (
    MOST_BLOCKS,
    MOST_MOVEMENTS,
    MOST_OWN_ROWS,
    MOST_PUBLIC_ROWS,
    PAGE_BYTES,
    limit_in,
    page_of,
)

Parameters = Mapping[str, Any]
Question = Callable[[Parameters], object]
"""Raises QuestionError."""


class QuestionError(Exception):
    """A question that can't be answered, with a stable name for why."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(detail)
        self.name = name


class Queries:
    """Answers by path."""

    def __init__(
        self,
        engine: Engine,
        application: Application,
        mempool: Mempool,
        admission: AdmissionBook,
        counters: Counters,
    ) -> None:
        self._engine = engine
        self._application = application
        self._mempool = mempool
        self._admission = admission
        self._counters = counters
        self._paths: Mapping[str, Question] = MappingProxyType(
            {
                "status": self._status,
                "decided_height": self._decided_height,
                "light_block": self._light_block,
                "block": self._block,
                "blocks": self._blocks,
                "receipt": self._receipt,
                "act": self._act,
                "signer": self._signer,
                "public": self._public,
                "public_rows": self._public_rows,
                "owner": self._owner,
                "movements": self._movements,
                "dry_run": self._dry_run,
                "baseline": self._baseline,
            }
        )

    def add(self, path: str, question: Question) -> None:
        """Answer one more question."""
        self._paths = MappingProxyType({**self._paths, path: question})

    def answer(self, path: str, parameters: Parameters) -> object:
        """The answer to one question; raises QuestionError."""
        question = self._paths.get(path)
        if question is None:
            raise QuestionError("unknown-path", f"nothing answers {path}")
        return question(parameters)

    def _status(self, _: Parameters) -> object:
        terms, engine = self._engine.terms, self._engine
        view = self._application.committed_view
        version = app_version_at(view, engine.height + 1)
        return {
            "chain_id": terms.chain_id,
            "height": engine.height,
            "proofs_from": self._application.state.proofs_from,
            "app_hash": engine.app_hash,
            "genesis_hash": self._application.genesis_hash,
            "time": engine.next_block_time.total_nanos,
            "programme_time": self._now(),
            "next_due": next_instant(view, version),
            "held_work": len(view.rows.public_keys(HELD_WORK.tag)),
            "waiting": len(self._mempool),
            "counters": self._counters.told() | {"quarantined": self._application.quarantine.count},
            "admission_key": self._admission.public_key,
            "app_version": version,
            "validators": self._validators(engine.height + 1),
        }

    def _decided_height(self, _: Parameters) -> object:
        """Where the ledger itself stands; what can be shown may come a little later."""
        return self._application.committed_height

    def _light_block(self, parameters: Parameters) -> object:
        height = parameters.get("height") or self._engine.height
        block, commit = self._engine.block(height), self._engine.commit_of(height)
        if block is None or commit is None:
            raise self._no_block(height)
        return {
            "height": height,
            "header": encode_header(block.header),
            "commit": encode_commit(commit),
            "validators": self._validators(height),
        }

    def _validators(self, height: int) -> list[list[object]]:
        """Key and power of each that signs a height."""
        signers = validators_at(self._application.committed_view, height)
        return [[each.public_key, each.voting_power] for each in signers.validators]

    def _block(self, parameters: Parameters) -> object:
        record = self._engine.record(parameters["height"])
        if record is None:
            raise self._no_block(parameters["height"])
        return [record.height, record.vote_time.seconds, record.vote_time.nanos, record.block]

    def _blocks(self, parameters: Parameters) -> object:
        """Records from a height on, as the block files have them."""
        first = parameters["from"]
        page: list[bytes] = []
        while len(page) < MOST_BLOCKS and sum(map(len, page)) < PAGE_BYTES:
            record = self._engine.record(first + len(page))
            if record is None:
                break
            page.append(encode_record(record))
        if not page:
            raise self._no_block(first)
        return b"".join(page)

    def _now(self) -> Instant:
        """The programme clock of the next block."""
        block_time = Instant(self._engine.next_block_time.seconds)
        return programme_time(self._application.committed_view, block_time)

    def _no_block(self, height: int) -> QuestionError:
        restored_at = self._application.store.restored_at()
        if 0 < height <= restored_at:
            return _not_kept("blocks", restored_at)
        return QuestionError("unknown-height", f"there is no block {height}")

    def _no_act(self) -> QuestionError:
        restored_at = self._application.store.restored_at()
        if restored_at:
            return _not_kept("acts", restored_at)
        return QuestionError("unknown-act", "no such act is in the history")

    def _receipt(self, parameters: Parameters) -> object:
        found = self._application.store.receipt(parameters["act_id"])
        if found is None:
            raise self._no_act()
        return list(found)

    def _act(self, parameters: Parameters) -> object:
        """A party's own bytes with the proofs that its block has them, and the next header its
        result. If an owner is named, what no key of that holder signed answers as if it weren't
        here.
        """
        found = self._application.store.receipt(parameters["act_id"])
        block = None if found is None else self._engine.block(found[0])
        if found is None or block is None:
            raise self._no_act()
        height, index, receipt = found
        if not self._is_of(block.transactions[index], parameters.get("owner")):
            raise self._no_act()
        proof = prove_transaction(block.transactions, index)
        return {
            "height": height,
            "index": index,
            "receipt": receipt,
            "transaction": block.transactions[index],
            "total": proof.total,
            "aunts": list(proof.aunts),
            "result": self._result_of(height, index),
            "header": encode_header(block.header),
            "block_bytes": len(encode_block(block)),
        }

    def _is_of(self, transaction: bytes, owner: bytes | None) -> bool:
        """True if a key of the owner signed it, which may be revoked since; also without owner."""
        key = open_frame(transaction).key
        return owner in (None, self._application.committed_view.keys.place(key))

    def _result_of(self, height: int, index: int) -> object:
        """What stands under the next header's last_results_hash, with its proof; null where the
        results aren't kept.
        """
        encoded = self._application.store.results(height)
        if encoded is None:
            return None
        return {"result": encoded[index], "aunts": list(prove_item(encoded, index).aunts)}

    def _signer(self, parameters: Parameters) -> object:
        """Whom a key speaks for now, or null."""
        view, now = self._application.committed_view, self._now()
        signer = live_signer(view, PublicKey(parameters["key"]), now)
        if signer is None:
            return None
        return {
            "holder": signer.holder.holder_id,
            "class": int(signer.holder.holder_class),
            "user": signer.user.user_id,
            "levels": [int(level) for level in signer.user.levels],
            "roles": [int(role) for role in signer.user.roles],
            "reads_everything": may_read_everything(view, signer.holder, signer.user, now),
        }

    def _version(self, parameters: Parameters) -> Version:
        height = parameters.get("height")
        if height is None:
            height = max(self._engine.height - 1, 0)
        try:
            return self._application.version(height)
        except NotKeptError as error:
            raise QuestionError("height-not-kept", str(error)) from error

    def _public(self, parameters: Parameters) -> object:
        """A public row, or its absence, with the proof."""
        version = self._version(parameters)
        key = RowKey(parameters["key"])
        value, proof = version.public(key), version.prove_public(key)
        return {"height": version.height, "key": key, "value": value, "proof": proof}

    def _public_rows(self, parameters: Parameters) -> object:
        """A page of a public table's rows by key, and whether more follow."""
        version = self._version(parameters)
        rows = version.public_from(parameters["tag"], parameters.get("after"))
        most = limit_in(parameters, MOST_PUBLIC_ROWS)
        page, more = page_of(rows, most, lambda row: len(row[1]))
        return {"height": version.height, "rows": [list(row) for row in page], "more": more}

    def _owner(self, parameters: Parameters) -> object:
        """An owner's leaf with its proof, a page of its rows of the asked tables with keys and
        paths, and whether more follow. All pages of one height are under one leaf.
        """
        version = self._version(parameters)
        owner = OwnerKey(parameters["owner"])
        leaf = version.prove_owner(owner)
        if leaf is None:
            raise QuestionError("unknown-owner", "no such account or holder")
        after = parameters.get("after")
        tags = sorted(dict.fromkeys(parameters["tags"]))
        keys, more = page_of(
            chain.from_iterable(version.owned_keys_from(owner, tag, after) for tag in tags),
            limit_in(parameters, MOST_OWN_ROWS),
            lambda key: len(version.owned(owner, key) or b""),
        )
        rows = zip(keys, version.show_rows(owner, keys), strict=True)
        return {
            "height": version.height,
            "key": leaf.key,
            "value": leaf.value,
            "proof": leaf.proof,
            "rows": [[key, encode_row_proof(each.row), each.blinding] for key, each in rows],
            "more": more,
        }

    def _dry_run(self, parameters: Parameters) -> object:
        """The receipt that an unsigned payload would get now, and its work; nothing is changed."""
        try:
            act = read_unsigned(PublicKey(parameters["key"]), parameters["payload"])
            receipt, gas = dry_run(self._application, act)
        except InadmissibleError as error:
            raise QuestionError(error.reason.name, error.detail) from error
        return {"receipt": encode_receipt(receipt), "gas": gas}

    def _baseline(self, parameters: Parameters) -> object:
        """What instructions about a Member's baseline have to name now."""
        view = self._application.committed_view
        return baseline_figures(view, HolderId(parameters["member"]), self._now())

    def _movements(self, parameters: Parameters) -> object:
        first = max(parameters.get("first", 1), 1)
        last = min(parameters.get("last", first + MOST_MOVEMENTS - 1), first + MOST_MOVEMENTS - 1)
        owner = OwnerKey(parameters["owner"])
        found = self._application.store.movements(owner, first, last)
        restored_at = self._application.store.restored_at()
        if restored_at and not (found and self._application.store.movements(owner, first, first)):
            rows = self._application.committed_view.rows
            raw = rows.owned(owner, SUMMARY_KEY)
            if raw is not None and first <= SUMMARY.schema.read(raw).movement_count:
                raise _not_kept("movements", restored_at)
        return found


def _not_kept(what: str, restored_at: int) -> QuestionError:
    """A node made from a snapshot can't know what was before it."""
    return QuestionError(
        "not-kept", f"{what} up to height {restored_at} aren't kept here: ask an archive node"
    )
