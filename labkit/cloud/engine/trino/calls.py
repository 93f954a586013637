"""Calls: what a name with brackets is, and scalar functions.

`library` says which overload a call is, `arguments` what it is given; `aggregates`,
`window_calls` and `forms` have what is more than a scalar function.
Source: https://trino.io/docs/current/functions.html
"""

from __future__ import annotations

from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.aggregates import aggregate
from labkit.cloud.engine.trino.arguments import only_plain, resolved_call
from labkit.cloud.engine.trino.external import external_call
from labkit.cloud.engine.trino.forms import FORMS, special_form
from labkit.cloud.engine.trino.grouping import has_aggregates
from labkit.cloud.engine.trino.library import FunctionRefused, kinds
from labkit.cloud.engine.trino.scope import Scope, Typed
from labkit.cloud.engine.trino.window_calls import window_call


def call(node: tree.Call, scope: Scope) -> Typed:
    """A call's value."""
    if node.name in FORMS:
        return special_form(node, scope)
    external = [each for each in scope.state.functions if each.name == node.name]
    if external:
        only_plain(node, scope)
        return external_call(node, external, scope)
    if node.over is not None:
        return window_call(node, scope)
    if "aggregate" in kinds(node.name):
        return aggregate(node, scope)
    if "window" in kinds(node.name):
        message = f"Window function {node.name} requires an OVER clause"
        raise scope.fail(node, "MISSING_OVER", message)
    only_plain(node, scope)
    unknown = not kinds(node.name) and not has_aggregates(node.args)
    if scope.grouping and unknown:  # it is missed before its arguments are judged
        scope = scope.grouping.source
    found, args = resolved_call(node, scope, "scalar")
    try:
        return Typed(found.render(args), found.returns)
    except FunctionRefused as refused:
        raise scope.fail(node, refused.code, str(refused)) from refused
