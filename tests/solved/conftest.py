"""The solved notebooks run as the learner's ones do, with the same holes closed."""

from notebooks.conftest import pytest_collect_file

__all__ = ["pytest_collect_file"]
