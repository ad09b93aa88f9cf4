"""Worked questions: what analysts ask, each one SQL file in `sql/question/`, run by name or copied.

The guide `docs/guides/questions.md` shows each with its result; a test writes it anew from the sample and compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from matchback.answers.printing import as_columns
from matchback.answers.query import asked
from matchback.config_values import nearest
from matchback.errors import ConfigurationError
from matchback.sqlfiles import sql_file, sql_folder
from matchback.workspace import Workspace

STEP = "question"
MEMBERS = "members"  # the table that a question takes from the analyst
_HEAD = """# Twenty questions

Generated from `sql/question/` and the sample workspace; do not edit. Each runs by its name and prints what stands here:

    matchback query --questions
    matchback query --question advocates_who_brought_most
    matchback query --question advocates_who_brought_most --sql      # to make it your own

Money is in minor units (cents) beside its currency, ids are keys of persons, and test records count nowhere.

"""
_BROUGHT = """
It reads a table of yours beside the published ones; the version must publish the member's id (`[publish] identifiers`,
as `matchback init --template bank` does). With such a file

```csv
{members}```

the workspace of that template answers to
`matchback query --with members=members.csv --question {name}`:
"""


@dataclass(frozen=True)
class Question:
    """One worked question: its name, the question in words, how to read the answer, and its SQL."""

    name: str
    asks: str
    notes: str
    sql: str

    @property
    def takes_members(self) -> bool:
        """Tell whether it reads a table of the analyst's own."""
        return MEMBERS in sql_file(STEP, self.name).reads


@cache
def worked_questions() -> tuple[Question, ...]:
    """Return all questions, by name."""
    return tuple(_question(path.stem) for path in sorted((sql_folder() / STEP).glob("*.sql")))


def worked_question(name: str) -> Question:
    """Return one; raise ConfigurationError, with the nearest name, if there is none of this name."""
    found = {question.name: question for question in worked_questions()}
    if name not in found:
        raise ConfigurationError(
            f"There is no worked question {name!r}.{nearest(name, list(found))}",
            next_step="All of them:  matchback query --questions",
        )
    return found[name]


def listed() -> list[dict[str, str]]:
    """Return names and questions, as they are listed."""
    return [{"name": question.name, "question": question.asks} for question in worked_questions()]


def questions_guide(results: dict[str, str], members: str) -> str:
    """Return the text of the guide; `results` holds what each question prints, `members` the analyst's own file."""
    parts = [_HEAD]
    parts += [f"- [{question.asks}](#{question.name})\n" for question in worked_questions()]
    for question in worked_questions():
        brought = _BROUGHT.format(members=members, name=question.name) if question.takes_members else ""
        parts.append(
            f"\n## {question.name}\n\n**{question.asks}** {question.notes}\n\n```sql\n{question.sql}```\n{brought}\n"
            f"```text\n{results[question.name]}\n```\n"
        )
    return "".join(parts)


def result(workspace: Workspace, question: Question, brought: dict[str, Path] | None = None) -> str:
    """Return what a question prints in a workspace."""
    with asked(workspace, question.sql, brought) as answer:
        return as_columns(answer.dictionaries(), answer.columns)


def _question(name: str) -> Question:
    file = sql_file(STEP, name)
    asks, _, rest = " ".join(file.header.split()).partition("? ")
    lines = [line for line in file.text.splitlines() if not line.startswith("--")]
    notes = rest.partition("Grain: ")[0].strip()
    return Question(name, asks + "?", notes, "\n".join(lines).strip() + "\n")
