"""A lab's cloud on each variant of the data, opened once a module."""

import pytest

import labkit
from labkit.exercises.grading.variants import opened
from tests.exercises.suite import VARIANTS, Bench


@pytest.fixture(scope="module", params=VARIANTS, ids=lambda variant: variant.name)
def bench(request, tmp_path_factory):
    number, variant = request.module.LAB, request.param
    with opened(number, variant) as home, pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABKIT_HOME", str(home))
        patch.setenv("LABKIT_PROGRESS", "off")
        yield Bench(variant, labkit.start(number), tmp_path_factory.mktemp("data"))
