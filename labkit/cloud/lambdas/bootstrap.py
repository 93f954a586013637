"""What runs inside a function's process: import the handler, then answer one event after another.

It imports nothing of ours, as the function must find the interpreter as Lambda's runtime leaves it.
Events come as JSON lines on standard input; answers go as JSON lines to a pipe. The shapes of the
errors are those of AWS's own runtime client, and so is the format of the log lines.

Source: https://github.com/aws/aws-lambda-python-runtime-interface-client
"""

from __future__ import annotations

import decimal
import importlib
import json
import logging
import os
import re
import resource
import sys
import threading
import time
import traceback
import uuid
from types import SimpleNamespace
from typing import Any

TASK_ROOT = "/var/task"
MOMENT = "%Y-%m-%dT%H:%M:%S"
MEGABYTE_KB = 1 << 20 if sys.platform == "darwin" else 1 << 10


class Context:
    """What a handler gets as its second argument.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    def __init__(self, call: dict[str, Any]) -> None:
        self.aws_request_id = call["request_id"]
        self.invoked_function_arn = call["arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.client_context = _client_context(call.get("client_context"))
        self.identity = _members(_IDENTITY, {})
        self._deadline = call["deadline"]

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - time.time()) * 1000))

    def log(self, message: Any) -> None:
        sys.stdout.write(str(message))


_CLIENT = (
    *("installation_id", "app_title", "app_version_name", "app_version_code"),
    "app_package_name",
)
_IDENTITY = ("cognito_identity_id", "cognito_identity_pool_id")


def _client_context(told: Any) -> Any:
    """What a client says of itself, by attributes."""
    if not isinstance(told, dict):
        return None
    context = _members(("custom", "env", "client"), told)
    context.client = _members(_CLIENT, context.client) if context.client else None
    return context


def _members(names: tuple[str, ...], told: dict[str, Any]) -> Any:
    return SimpleNamespace(**{name: told.get(name) for name in names})


class Failure(Exception):
    """The function could not be loaded. Args: errorType, errorMessage, stack trace."""


class LogFormat(logging.Formatter):
    """Lambda's own: ``[LEVEL]\\ttime\\trequest id\\tmessage``."""

    converter = time.gmtime  # type: ignore[assignment]
    request_id = ""

    def format(self, record: logging.LogRecord) -> str:
        record.aws_request_id = self.request_id
        return super().format(record)


class JsonFormat(LogFormat):
    """Lambda's own in JSON: a record's text, where it is from, and what was said with it."""

    def format(self, record: logging.LogRecord) -> str:
        error, trace = record.exc_info or (None, None, None), None
        if error[0]:
            trace = [shown(line) for line in traceback.format_tb(error[2])]
        where = f"{shown(record.pathname)}:{record.funcName}:{record.lineno}"
        told = {
            "timestamp": self.formatTime(record, self.datefmt) + f".{int(record.msecs):03d}Z",
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "stackTrace": trace,
            "errorType": error[0].__name__ if error[0] else None,
            "errorMessage": str(error[1]) if error[0] else None,
            "requestId": self.request_id,
            "location": where if error[0] else None,
        }
        said = {k: v for k, v in vars(record).items() if k not in _OWN and k not in told}
        kept = {name: value for name, value in (told | said).items() if value is not None}
        return json.dumps(kept, ensure_ascii=False, default=str)


# What all records have; what else one has was said with it.
_OWN = {*vars(logging.makeLogRecord({})), "aws_request_id"}


def load(name: str) -> Any:
    """The handler that a function's configuration names (``module.function``)."""
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError as error:
        raise Failure("Runtime.MalformedHandlerName", f"Bad handler '{name}': {error}") from None
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        words = f"Unable to import module '{module_name}': {error}"
        raise Failure("Runtime.ImportModuleError", words) from None
    except SyntaxError as error:
        words = f"Syntax error in module '{module_name}': {error}"
        where = f'  File "{error.filename}" Line {error.lineno}\n    {error.text}'
        raise Failure("Runtime.UserCodeSyntaxError", words, [shown(where)]) from None
    if not hasattr(module, function_name):
        words = f"Handler '{function_name}' missing on module '{module_name}'"
        raise Failure("Runtime.HandlerNotFound", words)
    return getattr(module, function_name)


def answer(handler: Any, call: dict[str, Any]) -> dict[str, Any]:
    """The result of one event: its JSON, or an error."""
    request_id = call["request_id"]
    os.environ["_X_AMZN_TRACE_ID"] = call["trace"]  # AWS's SDKs send it on
    try:
        result = handler(json.loads(call["event"]), Context(call))
    except Exception as error:
        return failed(type(error).__name__, str(error), request_id, trace_of(error))
    try:
        return {"result": marshalled(result)}
    except Exception as error:
        words = f"Unable to marshal response: {error}"
        return failed("Runtime.MarshalError", words, request_id, [])


def marshalled(result: Any) -> str:
    """What a handler returns: JSON, in which decimals keep their digits, or bytes as they are."""
    if isinstance(result, bytes):
        return result.decode()
    mark, decimals = uuid.uuid4().hex, []

    def default(value: Any) -> str:
        if not isinstance(value, decimal.Decimal):
            told = f"Object of type {type(value).__name__} is not JSON serializable"
            raise TypeError(told)
        decimals.append("NaN" if value.is_nan() else str(value))
        return f"{mark}{len(decimals) - 1}"

    text = json.dumps(result, default=default, ensure_ascii=False)
    told = re.sub(rf'"{mark}(\d+)"', lambda found: decimals[int(found[1])], text)
    told.encode()  # fails for half of a character
    return told


def trace_of(error: BaseException) -> list[str]:
    """An exception's trace from the handler on, without this file's frames."""
    frames: list[Any] = [
        (frame.filename, frame.lineno, frame.name, frame.line)  # the columns are not told
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != __file__ and "importlib._bootstrap" not in frame.filename
    ]
    return [shown(line) for line in traceback.format_list(frames)]


def shown(text: str) -> str:
    """A trace's line with the path that it has on Lambda."""
    return text.replace(os.environ["LAMBDA_TASK_ROOT"], TASK_ROOT)


def failed(kind: str, message: str, request_id: str, trace: list[str]) -> dict[str, Any]:
    """An error as the answer, and as Lambda logs it."""
    error: dict[str, Any] = {"errorMessage": message, "errorType": kind, "requestId": request_id}
    error |= {"stackTrace": trace}
    if is_json():
        now = time.strftime(MOMENT, time.gmtime())
        told = {"timestamp": now, "level": "ERROR"} | error
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        return {"error": error}
    stack = re.sub("(?m)^ +", lambda found: "\xa0" * len(found[0]), "".join(trace)).rstrip()
    sys.stdout.write(f"[ERROR] {kind}: {message}\nTraceback (most recent call last):\n{stack}\n")
    return {"error": error}


def is_json() -> bool:
    """Whether the function's lines are to be JSON."""
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"


def watch(lifeline: int) -> None:
    """End this process when the server's end of a pipe closes, however the server ended."""
    os.read(lifeline, 1)
    os._exit(1)


def peak_mb() -> int:
    """The most memory that this process has had."""
    return -(-resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MEGABYTE_KB)


def main(answers: int, lifeline: int) -> None:
    """Load the handler and answer events until there are no more."""
    threading.Thread(target=watch, args=(lifeline,), name="lifeline", daemon=True).start()
    events, sys.stdin = sys.stdin, open(os.devnull)  # noqa: SIM115 (stays open)
    sys.path[:0] = os.environ.get("LABKIT_FUNCTION_PATH", "").split(os.pathsep)
    log_format = (JsonFormat if is_json() else LogFormat)(
        "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", MOMENT
    )
    log_handler = logging.StreamHandler(sys.stdout)
    log_handler.setFormatter(log_format)
    logging.getLogger().addHandler(log_handler)
    if level := os.environ.get("AWS_LAMBDA_LOG_LEVEL"):
        logging.getLogger().setLevel({"TRACE": "DEBUG"}.get(level, level))

    def send(reply: dict[str, Any]) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        line = json.dumps(reply | {"peak_mb": peak_mb()}) + "\n"
        with open(answers, "wb", closefd=False) as pipe:
            pipe.write(line.encode())

    try:
        handler = load(os.environ["_HANDLER"])
    except Failure as failure:
        kind, message, *trace = failure.args
        send(failed(kind, message, "", trace[0] if trace else []))
        return
    except Exception as error:
        send(failed(type(error).__name__, str(error), "", trace_of(error)))
        return
    send({"ready": True})
    for line in events:
        call = json.loads(line)
        log_format.request_id = call["request_id"]
        send(answer(handler, call))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
