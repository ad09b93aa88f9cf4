"""What the README quotes is what the commands print."""

from __future__ import annotations

import pytest

from cli.readme import COMMANDS, as_shown, printed, quoted
from end_to_end.conftest import SampleRun

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample")]


def test_the_quoted_run_is_what_make_run_prints(sample_run: SampleRun) -> None:
    assert quoted()["make run"] == as_shown(sample_run.printed, sample_run.workspace)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_quoted_command_prints_what_is_quoted(sample_run: SampleRun, name: str) -> None:
    assert quoted()[name] == printed(name, sample_run.workspace)


def test_nothing_else_is_quoted(sample_run: SampleRun) -> None:
    assert set(quoted()) == {"make run", *COMMANDS}
