"""The guide on explaining shows what the commands print."""

from __future__ import annotations

import pytest

from end_to_end.conftest import SampleRun
from end_to_end.explaining_guide import printed, shown

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample")]


@pytest.mark.parametrize(("command", "output"), shown(), ids=lambda text: text.split("\n")[0][:60])
def test_a_command_of_the_guide_prints_what_stands_under_it(
    sample_run: SampleRun, command: str, output: str
) -> None:
    assert output
    assert printed(command, sample_run.workspace) == output
