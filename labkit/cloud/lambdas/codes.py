"""A function's code and a layer's are held once: moto keeps the text that they came as, too."""

from __future__ import annotations

from typing import Any

from moto.awslambda import models

from labkit.cloud.cloud import Cloud, on_start

_TEXT = "ZipFile"
_set_code = models.LambdaFunction._set_function_code
_make_layer = models.LayerVersion.__init__


@on_start
def hold_once(_: Cloud) -> None:
    """Let moto forget the text when it has read it."""
    models.LambdaFunction._set_function_code = _set  # type: ignore[method-assign, assignment]
    models.LayerVersion.__init__ = _make  # type: ignore[method-assign, assignment]


def _set(function: Any, code: dict[str, Any]) -> None:
    _set_code(function, code)
    function.code.pop(_TEXT, None)
    vars(function).setdefault("code_bytes", b"")  # an image's is not here


def _make(layer: Any, *args: Any, **named: Any) -> None:
    _make_layer(layer, *args, **named)
    layer.content.pop(_TEXT, None)
