"""A lab's cloud on each variant of the data, opened once a module."""

import pytest

import labkit
from labkit.exercises import questions
from labkit.exercises.grading.variants import opened

pytest.register_assert_rewrite("tests.exercises.suite")

from tests.exercises.suite import VARIANTS, Bench  # noqa: E402 (after its asserts are rewritten)


def pytest_generate_tests(metafunc):
    """A case for each question of the module's lab; ``stated`` for those with a statement."""
    for name in {"question", "stated"} & set(metafunc.fixturenames):
        if hasattr(metafunc.module, "LAB"):
            asked = [one for one in questions(metafunc.module.LAB) if one.sql or name == "question"]
            metafunc.parametrize(name, asked, ids=lambda one: one.id)


@pytest.fixture(scope="module")
def same(request):
    """The module's neighbours that mean the same."""
    return request.module.SAME


@pytest.fixture(scope="module", params=VARIANTS, ids=lambda variant: variant.name)
def bench(request, tmp_path_factory):
    number, variant = request.module.LAB, request.param
    with opened(number, variant) as home, pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABKIT_HOME", str(home))
        patch.setenv("LABKIT_PROGRESS", "off")
        yield Bench(variant, labkit.start(number), tmp_path_factory.mktemp("data"))
