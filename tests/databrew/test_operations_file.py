"""What the recipe editor knows of operations is what there is."""

from tools import operations


def test_the_editors_operations_are_those_of_the_registry():
    written = operations.PATH.read_text(encoding="utf-8")
    assert written == operations.text(), "run: python -m tools.operations"
