"""The gateway's routes, and what happens around each request."""

import logging
import time
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from cfi.node.gateway import blocks, members, private, public, transactions
from cfi.node.gateway.answers import RefusedRequestError, fault_answer, unreachable
from cfi.node.gateway.desk import DESK, MAX_BODY_BYTES, Desk, address_of_request
from cfi.node.gateway.guard import guard_of
from cfi.node.gateway.link_client import LedgerFaultError, LedgerUnreachableError

_LOG: Final = logging.getLogger(__name__)
_UNMETERED: Final = ("/livez", "/readyz")
"""Whoever supervises the process asks these."""
_BAD_REQUEST: Final = 400


def build(desk: Desk) -> web.Application:
    """The application around a desk."""
    app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[_around])
    app[DESK] = desk
    app.router.add_routes(
        [
            web.get("/livez", public.alive),
            web.get("/readyz", public.ready),
            web.get("/metrics", public.metrics),
            web.get("/v1/status", public.status),
            web.get("/v1/headers/latest", public.latest_header),
            web.get("/v1/headers/{height}", public.header),
            web.get("/v1/blocks/{height}", blocks.page),
            web.get("/v1/public/{table}", public.public_rows),
            web.get("/v1/public/{table}/{key}", public.public_row),
            web.post("/v1/transactions", transactions.submit),
            web.post("/v1/transactions/dry-run", private.dry_run),
            web.get("/v1/transactions/{act}", private.transaction),
            web.get("/v1/holder", private.holder_rows),
            web.get("/v1/members/{member}/baseline", members.baseline),
            web.get("/v1/accounts", private.accounts),
            web.get("/v1/accounts/{account}", private.account_rows),
            web.get("/v1/accounts/{account}/movements", private.movements),
        ]
    )
    return app


@web.middleware
async def _around(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Watch the connection, count, and turn every error into an answer with a code."""
    desk, guard, began = request.app[DESK], guard_of(request.transport), time.monotonic()
    if guard is not None:
        guard.request_begun()
    try:
        response = await _answer(request, handler)
    except RefusedRequestError as error:
        desk.metrics.refused(error.code)
        response = error.response()
        if not request.content.is_eof():
            # What is left of the body isn't waited for.
            response.force_close()
    finally:
        if guard is not None:
            guard.request_ended()
    seconds = time.monotonic() - began
    desk.metrics.answered(request.method, _route(request), response.status, seconds)
    return response


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    desk = request.app[DESK]
    try:
        if request.path not in _UNMETERED:
            desk.spend(desk.of_address, address_of_request(request))
        return await handler(request)
    except (RefusedRequestError, ConnectionError):
        raise
    except web.HTTPException as error:
        if error.status < _BAD_REQUEST:
            raise
        raise _http_answer(error) from error
    except Exception as error:
        raise _ledger_answer(error) from error


def _http_answer(error: web.HTTPException) -> RefusedRequestError:
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return RefusedRequestError(413, "too-large", f"a body has at most {MAX_BODY_BYTES:,} bytes")
    return RefusedRequestError(error.status, "-".join(error.reason.split()).lower(), error.reason)


def _ledger_answer(error: Exception) -> RefusedRequestError:
    if isinstance(error, LedgerUnreachableError):
        return unreachable()
    if isinstance(error, LedgerFaultError):
        return fault_answer(error)
    _LOG.error("a request failed", exc_info=error)
    return RefusedRequestError(500, "failed", "the gateway failed; it is logged")


def _route(request: web.Request) -> str:
    """The route's pattern, never the path: paths name accounts."""
    resource = request.match_info.route.resource
    return "unknown" if resource is None else resource.canonical
