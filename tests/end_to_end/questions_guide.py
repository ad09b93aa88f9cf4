"""What the guide of questions shows: each worked question, run on the sample or on the template of a bank.

.venv/bin/python -m tests.end_to_end.questions_guide build/sample
"""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from pathlib import Path

from matchback.answers.questions import questions_guide, result, worked_questions
from matchback.context import open_context
from matchback.new_workspace import make_workspace
from matchback.steps import run_steps
from matchback.workspace import Workspace

GUIDE = Path(__file__).resolve().parents[2] / "docs/guides/questions.md"
MEMBERS = "member_id,branch\nM1001,Harbor\nM1002,Hill\nM1003,Hill\n"
TODAY = date(2026, 11, 7)


def written(sample: Workspace) -> str:
    """Return the guide's text, with the results that the workspaces give."""
    with tempfile.TemporaryDirectory() as folder:
        members = Path(folder, "members.csv")
        members.write_text(MEMBERS, encoding="utf-8")
        bank = _bank(Path(folder, "bank"))
        results = {
            question.name: result(bank, question, {"members": members})
            if question.takes_members
            else result(sample, question)
            for question in worked_questions()
        }
    return questions_guide(results, MEMBERS)


def _bank(root: Path) -> Workspace:
    make_workspace("bank", root, TODAY)
    workspace = Workspace.at(root)
    run_steps(open_context(workspace, as_of=TODAY))
    return workspace


if __name__ == "__main__":
    sys.path.insert(0, str(GUIDE.parents[2] / "tests"))
    GUIDE.write_text(written(Workspace.at(Path(sys.argv[1]))), encoding="utf-8")
