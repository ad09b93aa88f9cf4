"""Every worked question answers, and the guide shows what it answers."""

from __future__ import annotations

import pytest

from end_to_end.conftest import SampleRun
from end_to_end.questions_guide import GUIDE, written
from matchback.answers.questions import result, worked_questions
from matchback.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample")]


def test_the_guide_shows_what_each_question_answers(sample_run: SampleRun) -> None:
    assert GUIDE.read_text(encoding="utf-8") == written(Workspace.at(sample_run.workspace))


def test_there_are_twenty_and_none_answers_nothing(sample_run: SampleRun) -> None:
    workspace = Workspace.at(sample_run.workspace)
    own = [question for question in worked_questions() if not question.takes_members]
    assert len(worked_questions()) >= 20
    assert {question.name: result(workspace, question) == "(no rows)" for question in own} == {
        question.name: False for question in own
    }
