"""How the gateway answers: JSON, bytes in hex, errors with a stable code.  (docs/protocol)"""

import json
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from aiohttp import web

from cfi.contracts.transition.act import Inadmissible
from cfi.node.gateway.link_client import LedgerFaultError, NotTakenError

_BAD_REQUEST: Final = 400
_UNKNOWN: Final = 404
_FAULTS: Final[Mapping[str, tuple[int, str]]] = MappingProxyType(
    {
        "unknown-height": (_UNKNOWN, "there is no block of this height"),
        "unknown-owner": (_UNKNOWN, "no such account of yours"),
        "unknown-act": (_UNKNOWN, "no such transaction of yours"),
        "not-kept": (410, "this node keeps nothing so old: ask an archive node"),
        "height-not-kept": (410, "the height is not among those whose proofs are kept"),
    }
)
_NOT_TAKEN: Final[Mapping[str, tuple[int, float | None]]] = MappingProxyType(
    {"MEMPOOL_FULL": (503, 1.0), "HOLDER_OVER_QUOTA": (429, 1.0)}
)


class RefusedRequestError(Exception):
    """The request is answered with an error; the code is stable."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        retry_after: float | None = None,
        admission: bytes | None = None,
    ) -> None:
        """`admission` is the receipt of an act that was taken and is given up."""
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after = retry_after
        self.admission = admission

    def response(self) -> web.Response:
        """The answer."""
        headers = {}
        if self.retry_after is not None:
            headers["Retry-After"] = str(max(math.ceil(self.retry_after), 1))
        body = {"code": self.code, "detail": self.detail}
        if self.admission is not None:
            body["admission"] = self.admission.hex()
        return json_answer(body, status=self.status, headers=headers)


def json_answer(
    value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """An answer in JSON that nobody on the way keeps, unless the headers say so."""
    text = json.dumps(value, separators=(",", ":"))
    kept = {"Cache-Control": "no-store", **(headers or {})}
    return web.Response(
        body=text.encode(), status=status, headers=kept, content_type="application/json"
    )


def fault_answer(fault: LedgerFaultError) -> RefusedRequestError:
    """What the ledger's fault means to the asker, told without the ledger's own words."""
    if fault.name in Inadmissible.__members__:
        return RefusedRequestError(_BAD_REQUEST, fault.name, str(fault))
    status, detail = _FAULTS.get(fault.name, (_BAD_REQUEST, "the question can't be answered"))
    code = fault.name if fault.name in _FAULTS else "bad-question"
    return RefusedRequestError(status, code, detail)


def not_taken_answer(error: NotTakenError, admission: bytes | None = None) -> RefusedRequestError:
    """What it means that the ledger took no transaction, or gave up one that it had taken."""
    status, retry_after = _NOT_TAKEN.get(error.name, (_BAD_REQUEST, None))
    return RefusedRequestError(
        status, error.name, str(error), retry_after=retry_after, admission=admission
    )


def unknown(what: str) -> RefusedRequestError:
    """The one answer for what isn't there and for what is another's."""
    code = f"unknown-{what}"
    detail = _FAULTS[code][1] if code in _FAULTS else f"no such {what}"
    return RefusedRequestError(_UNKNOWN, code, detail)


def unreachable() -> RefusedRequestError:
    """The ledger doesn't answer now."""
    return RefusedRequestError(
        503, "ledger-unreachable", "the ledger doesn't answer", retry_after=1
    )


def not_ready(code: str, detail: str) -> RefusedRequestError:
    """The node answers, but isn't where the others are."""
    return RefusedRequestError(503, code, detail, retry_after=1)
