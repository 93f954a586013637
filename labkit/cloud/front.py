"""The door of the local AWS: guard → our operations → moto → one honest "not here".

A WSGI application. It believes a request only after `guard`, finds the operation by botocore's
models, calls our handler where one is registered, and lets moto answer the rest. What neither
knows gets a 400 in AWS's shape, which clients do not retry.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from moto.core.exceptions import JsonRESTError, ServiceException

from labkit import __version__
from labkit.cloud import (
    compressed,
    constraints,
    endings,
    former,  # noqa: F401 (mends what it left)
    memory,
    moto_pages,
    newer,
    protocol,
    receiving,
    refusing,
    services,
    stacks,
)
from labkit.cloud.access import abroad, calls, guard, kms, sts, trust
from labkit.cloud.access.signature import Claim, read_claim
from labkit.cloud.around import bridging, parameters, secrets, streams
from labkit.cloud.around.bridging import Bridge
from labkit.cloud.cloud import Cloud
from labkit.cloud.cloudwatch import metrics
from labkit.cloud.dynamodb import item_changes
from labkit.cloud.events import delivery, rules
from labkit.cloud.firehose import sources
from labkit.cloud.glue import judging as glue_judging
from labkit.cloud.lake_formation import judging as lake_judging
from labkit.cloud.lambdas import judging, lineage, naming
from labkit.cloud.logs import patterns as log_patterns
from labkit.cloud.messages import polling, queues, topics
from labkit.cloud.moto_calls import Moto, as_modelled, from_moto, with_own_status
from labkit.cloud.operations import (
    ALONE,
    REWRITES,
    AwsError,
    Context,
    Handler,
    Principal,
    changes_state,
    handler_of,
    not_here,
    not_kept,
)
from labkit.cloud.s3 import cross_origin
from labkit.cloud.s3.front import S3
from labkit.cloud.scheduler import targets
from labkit.cloud.stacks.door import DOOR
from labkit.cloud.states import judging as states_judging

log = logging.getLogger(__name__)
Environ = dict[str, Any]
StartResponse = Callable[..., Any]
HEALTH = "/labkit/health"
MOST_BODY = 128 << 20  # AWS's largest, of a function's zip in base64, is 70 MB
# Who looks at each call of a service before it is answered, and may refuse it.
JUDGES: dict[str, Callable[[Context, dict[str, Any]], None]] = {
    "cloudformation": stacks.judge_call,
    "events": rules.judge_call,
    "cloudwatch": metrics.judge_call,
    "dynamodb": item_changes.judge_call,
    "firehose": sources.judge_call,
    "glue": glue_judging.judge_call,
    "iam": trust.judge_call,
    "kinesis": streams.judge_call,
    "kms": kms.judge_call,
    "lakeformation": lake_judging.judge_call,
    "lambda": judging.judge_call,
    "logs": log_patterns.judge_call,
    "scheduler": targets.judge_call,
    "secretsmanager": secrets.judge_call,
    "sns": topics.judge_call,
    "sqs": queues.judge_call,
    "ssm": parameters.judge_call,
    "stepfunctions": states_judging.judge_call,
    "sts": sts.judge_call,
}
# Who names in a request's address plainly what may be named in several ways.
PLAINLY: dict[str, Callable[[Environ, str, str], Environ]] = {"lambda": naming.with_plain_name}


class Front:
    """The WSGI application.

    Args:
        cloud: the workspace's local AWS.
        moto_app: moto's own WSGI application, behind us.
    """

    def __init__(self, cloud: Cloud, moto_app: Callable[..., Iterable[bytes]]) -> None:
        self.cloud, self.moto = cloud, Moto(moto_app)
        self.s3 = S3(cloud, self.moto)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        lineage.take_up(environ)
        try:
            path = str(environ.get("PATH_INFO", ""))
            is_own = read_claim(environ) is None  # who signs asks S3 for a bucket called labkit
            if is_own and (page := services.page_at(self.cloud, path)):
                return _send(start_response, page(self.cloud, environ))
            guard.check_origin(environ, let_in=self._lets_in(environ))
            if is_own and path == HEALTH:
                return _send(start_response, self._health())
            if _is_s3(environ):
                return self.s3(environ, start_response)
            return _send(start_response, self._answer(environ))
        except AwsError as error:
            return _send(start_response, refusing.refuse(None, error))

    def _lets_in(self, environ: Environ) -> bool:
        """Whether S3 answers a web page: what it asks, or what a bucket's rules let it do."""
        if not (guard.is_from_a_page(environ) and _is_s3(environ)):
            return False
        asks = environ["REQUEST_METHOD"] == "OPTIONS"
        return asks or bool(cross_origin.headers_for(self.cloud, environ))

    def _health(self) -> protocol.Reply:
        body = json.dumps({"version": __version__, "pid": os.getpid()}).encode()
        return protocol.Reply(200, {"Content-Type": "application/json"}, body)

    def _answer(self, environ: Environ) -> protocol.Reply:
        size = int(environ.get("CONTENT_LENGTH") or 0)
        if size > MOST_BODY:
            raise AwsError("RequestEntityTooLargeException", "The request is too large", 413)
        sent = environ["wsgi.input"].read(size)
        service = _service(environ)
        model = protocol.service_model(service)
        try:
            environ, body = compressed.unpack(environ, sent, MOST_BODY)
        except AwsError as error:
            return refusing.refuse(model, error)
        bridge = bridging.bridge_of(model, *receiving.as_form(model, environ, body))
        reply = self._served(service, model, environ, body, bridge)
        if bridge:
            return bridge.back(reply)
        return with_own_status(model, reply) if model else reply

    def _served(
        self, service: str, model: Any, environ: Environ, body: bytes, bridge: Bridge | None
    ) -> protocol.Reply:
        """The answer of a service, or its refusal."""
        try:
            return self._serve(service, model, environ, body, bridge)
        except AwsError as error:
            if model is None:
                told = str(environ.get("CONTENT_TYPE", ""))
                return refusing.refuse_unknown(service, error, told)
            return refusing.refuse(model, error)
        except (JsonRESTError, ServiceException) as error:
            return refusing.refuse(model, from_moto(error))
        except (OSError, sqlite3.Error) as error:
            log.exception("a request could not be kept")
            return refusing.refuse(model, not_kept(error))
        except Exception as error:
            log.exception("a request of %s failed", service)
            failure = AwsError("InternalFailure", f"{type(error).__name__}: {error}")
            return refusing.refuse(model, failure)

    def _serve(
        self, service: str, model: Any, environ: Environ, body: bytes, bridge: Bridge | None
    ) -> protocol.Reply:
        """The answer of our operation, or of moto's where we have none."""
        claim, principal = guard.identify(*compressed.as_sent(environ, body))
        if module := services.UNMODELLED.get(service):
            return self._unmodelled(module, environ, body, claim, principal)
        environ, body = newer.as_before(*receiving.as_form(model, environ, body))
        if bridge:
            environ, body = bridge.forth(environ, body)
        if model is None:
            raise not_here(service, "*")
        if name_plainly := PLAINLY.get(service):
            environ = name_plainly(environ, principal.account, claim.region)
        call = receiving.find_call(model, environ, body)
        if call is None:
            raise AwsError("UnknownOperationException", f"No such operation of {service}")
        name = call.operation.name
        services.need(self.cloud, service)
        if (service, name) in delivery.LOOKS:
            delivery.settle()
        context = Context(self.cloud, service, name, claim.region, principal)
        guarded = calls.concerns(context, claim.access_key)
        handler, judge = handler_of(service, name), JUDGES.get(service)
        asked = {}
        ending = endings.concerns(service, name)
        checked = constraints.checks(service) or moto_pages.checks(service)
        may_be_abroad = abroad.concerns(service)
        looked_at = guarded or handler or judge or ending or checked or may_be_abroad
        if looked_at and receiving.is_readable(model):
            asked = receiving.read_parameters(call, environ, body)
        if guarded:
            memory.steady(lambda: calls.authorize(context, asked))
        if may_be_abroad:
            abroad.check(context, asked)
        with self._alone(service, name, handler):
            if judge:
                memory.steady(lambda: judge(context, asked))
            if handler is None:
                reply = self._fall_through(service, name, environ, body, asked)
                reply = moto_pages.cut(service, name, asked, reply)
            else:
                reply = protocol.answer(call.operation, self._run(handler, context, asked))
            if ending and reply.status < 300:
                endings.end(context, asked)
        return reply

    @contextlib.contextmanager
    def _alone(self, service: str, name: str, handler: Handler | None) -> Iterator[None]:
        """Let no other call come between what a judge saw and what is done then.

        Calls that wait for others, and those of a stack, which is mended first, hold nothing yet.
        """
        waits = service == "cloudformation" or (service, name) == polling.WAITING
        with contextlib.ExitStack() as held:
            if (service, name) in ALONE or (handler is None and not waits):
                self._hold(held, service)
            yield

    def _hold(self, held: contextlib.ExitStack, service: str) -> None:
        """Hold what moto may change in a call of a service."""
        for each in memory.touched_by(service):
            held.enter_context(self.cloud.lock(each))

    def _unmodelled(
        self, module: str, environ: Environ, body: bytes, claim: Claim, principal: Principal
    ) -> protocol.Reply:
        """The answer of what has no model; whatever it does is judged as a service's call."""

        def allowed(service: str, name: str, asked: dict[str, Any]) -> Context:
            context = Context(self.cloud, service, name, claim.region, principal)
            if calls.concerns(context, claim.access_key):
                calls.authorize(context, asked)
            if judge := JUDGES.get(service):
                judge(context, asked)
            return context

        answer = importlib.import_module(module).answer
        reply: protocol.Reply = answer(environ, body, principal.account, allowed)
        return reply

    def _run(self, handler: Handler, context: Context, parameters: Any) -> dict[str, Any]:
        if not changes_state(context.operation):
            return memory.steady(lambda: handler(context, **parameters)) or {}
        with self.cloud.answering(context.service):
            return handler(context, **parameters) or {}

    def _fall_through(
        self, service: str, name: str, environ: Environ, body: bytes, asked: dict[str, Any]
    ) -> protocol.Reply:
        model = protocol.service_model(service)
        if model and environ.get("HTTP_X_AMZ_TARGET"):  # moto knows JSON by no other name
            environ = environ | {"CONTENT_TYPE": protocol.json_type(model)}
        if rewrite := REWRITES.get(service):
            body = rewrite(name, body)
        body = moto_pages.for_all(service, name, body)

        def ask(body: bytes) -> protocol.Reply | None:
            with contextlib.ExitStack() as held:
                if not self._looks(held, service, name):
                    self._hold(held, service)
                reply = self.moto.call(environ, body)
                if reply is not None and changes_state(name):
                    self.cloud.keep(*memory.changed_beside(service), service)
                return reply

        if (service, name) == polling.WAITING:
            reply = polling.until_told(self.cloud, body, ask)
        else:
            moto_pages.check_beginning(service, name, asked, body, ask)
            reply = ask(body)
        moto_pages.check_answer(service, asked, reply)
        if reply is None:
            raise not_here(service, name)
        return as_modelled(model, name, reply) if model else reply

    def _looks(self, held: contextlib.ExitStack, service: str, name: str) -> bool:
        """Whether a call looks at stacks while one of them is held, and stands still."""
        is_look = service == "cloudformation" and not changes_state(name)
        return is_look and held.enter_context(DOOR.look())


_SHARED = {"PATH_INFO": protocol.SERVICE_OF_PATH, "HTTP_X_AMZ_TARGET": protocol.SERVICE_OF_TARGET}


def _service(environ: Environ) -> str:
    claim = read_claim(environ)
    name = claim.service if claim else _unsigned_service(environ) or ""
    for told, beginnings in _SHARED.items():
        for (signing, beginning), service in beginnings.items():
            if name == signing and str(environ.get(told, "")).startswith(beginning):
                return service
    return protocol.SERVICE_OF_SIGNING_NAME.get(name, name)


def _is_s3(environ: Environ) -> bool:
    claim = read_claim(environ)
    return claim.service == "s3" if claim else _unsigned_service(environ) is None


def _unsigned_service(environ: Environ) -> str | None:
    """A service that speaks as an unsigned request does, to refuse it; ``None`` for S3's own."""
    if environ.get("HTTP_X_AMZ_TARGET"):
        return "dynamodb"
    form = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
    bucket = str(environ.get("PATH_INFO", "")).strip("/")
    named = bool(bucket) and "/" not in bucket  # an upload by a form of the wrong kind
    return "sts" if form and environ["REQUEST_METHOD"] == "POST" and not named else None


def _send(start_response: StartResponse, reply: protocol.Reply) -> Iterable[bytes]:
    headers = {k: v for k, v in reply.headers.items() if k.lower() != "content-length"}
    headers["Content-Length"] = str(len(reply.body))
    start_response(protocol.status_line(reply.status), list(headers.items()))
    return [reply.body]
