"""Transformations that make a distribution less skewed.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.SKEWNESS.html
"""

from __future__ import annotations

import math
from typing import Literal

from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.parts.values import logarithm

SkewFunction = Literal["LOG", "ROOT", "SQUARE"]


def skewed(x: str, function: str, value: float | None) -> str:
    """SQL of a number by a logarithm, a root or a square.

    Args:
        x: SQL of a double.
        value: the base of the logarithm, Euler's number by default; the degree of the root, 2 by
            default.

    Raises:
        RecipeError: there is no such logarithm or root.
    """
    if function == "SQUARE":
        return f"({x} * {x})"
    if function == "LOG":
        return logarithm(x, math.e if value is None else value)
    return _root(x, 2 if value is None else value)


def _root(x: str, degree: float) -> str:
    """Odd roots of negative numbers are negative; even ones are none, NaN."""
    if degree == 0:
        raise RecipeError("There is no root of degree 0.")
    if degree == 2:
        return f"sqrt({x})"
    if degree == 3:
        return f"cbrt({x})"
    power = f"pow(abs({x}), 1 / {degree!r}::DOUBLE)"
    return f"sign({x}) * {power}" if degree % 2 == 1 else f"pow({x}, 1 / {degree!r}::DOUBLE)"
