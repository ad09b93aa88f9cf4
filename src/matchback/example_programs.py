"""Example programs: public terms as workspaces, and the page that shows each with its boundaries.

A program is a folder of `programs/`: a workspace as `init --program` writes it, and beside it a file of the same name
that says the terms in words, how they are read, and every boundary. Tests run each boundary on the workspace.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matchback.config_values import nearest
from matchback.errors import ConfigurationError

_FOLDER = Path(__file__).with_name("programs")
_DAY = re.compile(r"@DAY([+-]\d+)@")
_HEAD = """# Example programs

Referral programs whose terms are public, each as a workspace that runs: the terms in our own words, the rules in
`matchback.toml`, and what happens at each boundary. The terms are facts read at the places named, and may have changed
since; nobody named here has anything to do with Matchback. The last three are ours.

    matchback init --program                              # the list
    matchback init --program citadel my-program           # a workspace, with a few files of invented people
    matchback run --workspace my-program

Windows are counted in local days, both ends included: of "within 60 days", day 60 counts. Each line under *Boundaries*
is a test that sends files through the steps on the very workspace that `init --program` writes; the dates in the rules
are counted from the day of `init` (TODAY).
"""


@dataclass(frozen=True)
class Boundary:
    """One case at the edge of the terms: its name, which its test bears, and what comes of it."""

    case: str
    says: str


@dataclass(frozen=True)
class ExampleProgram:
    """A program's terms in words, and where its workspace stands."""

    name: str
    title: str
    sources: tuple[str, ...]
    read_in: str
    terms: tuple[str, ...]
    readings: tuple[str, ...]
    boundaries: tuple[Boundary, ...]

    @property
    def folder(self) -> Path:
        """The files of the workspace, with days instead of dates: `@DAY-2@` is the day before yesterday."""
        return _FOLDER / self.name


def program_names() -> list[str]:
    """Return the names of the example programs: those of others first, then our own."""
    return [program.name for program in example_programs()]


def example_programs() -> list[ExampleProgram]:
    """Return all example programs: those of others first, then our own, each by name."""
    read = [_read(path) for path in sorted(_FOLDER.glob("*.toml"))]
    return sorted(read, key=lambda program: (not program.sources, program.name))


def example_program(name: str) -> ExampleProgram:
    """Return the program of this name, or raise ConfigurationError with the list of all."""
    programs = example_programs()
    for program in programs:
        if program.name == name:
            return program
    known = [program.name for program in programs]
    raise ConfigurationError(
        f"There is no example program {name!r}.{nearest(name, known)} There are:\n{listed(programs)}",
        state="Nothing was written.",
        next_step="Name one of them:  matchback init --program citadel my-program",
    )


def listed(programs: list[ExampleProgram]) -> str:
    """Return the programs one a line: name and title."""
    width = max(len(program.name) for program in programs)
    return "\n".join(f"  {program.name:<{width}}  {program.title}" for program in programs)


def program_row(program: ExampleProgram) -> dict[str, Any]:
    """Return a program as a row: name, title, sources."""
    return {"name": program.name, "title": program.title, "sources": list(program.sources)}


def _read(path: Path) -> ExampleProgram:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return ExampleProgram(
        name=path.stem,
        title=content["title"],
        sources=tuple(content.get("sources", ())),
        read_in=content.get("read_in", ""),
        terms=tuple(content["terms"]),
        readings=tuple(content["readings"]),
        boundaries=tuple(Boundary(case, says) for case, says in content["boundaries"].items()),
    )


# --- the page ----------------------------------------------------------------------------------------------------


def programs_page() -> str:
    """Return docs/guides/example-programs.md."""
    return "\n".join([_HEAD, *(_section(program) for program in example_programs())])


def _section(program: ExampleProgram) -> str:
    begin = f"`matchback init --program {program.name} my-program`."
    rules = ["**Rules**", "", "```toml", *_rules(program), "```", ""]
    return "\n".join(
        [
            f"## {program.title}",
            "",
            f"{begin} {_source(program)}",
            "",
            *_words(program),
            *rules,
            *_edges(program),
        ]
    )


def terms_text(program: ExampleProgram) -> str:
    """Return the terms in words, as `init --program` puts them beside the workspace file: TERMS.md."""
    return "\n".join([f"# {program.title}", "", _source(program), "", *_words(program), *_edges(program)])


def _source(program: ExampleProgram) -> str:
    if not program.sources:
        return "Terms of our own."
    return f"Source: {' and '.join(f'<{place}>' for place in program.sources)}, read in {program.read_in}."


def _words(program: ExampleProgram) -> Iterator[str]:
    for head, lines in (("Terms", program.terms), ("How they are read", program.readings)):
        yield from (f"**{head}**", "", *(f"- {line}" for line in lines), "")


def _edges(program: ExampleProgram) -> Iterator[str]:
    yield from ("**Boundaries**", "", "| case | what comes of it |", "|---|---|")
    yield from (f"| {item.case.replace('_', ' ')} | {item.says} |" for item in program.boundaries)
    yield ""


def _rules(program: ExampleProgram) -> Iterator[str]:
    """Yield the program and its rewards as the workspace file says them, dates as days from today."""
    text = (program.folder / "matchback.toml").read_text(encoding="utf-8")
    text = _DAY.sub(lambda found: f"TODAY{found[1]}", text)
    blocks = [block.strip() for block in re.split(r"\n(?=\[|# ---)", text)]
    kept = [block for block in blocks if block.startswith(("[[programs]]", "[[rewards]]", "[payout]"))]
    yield from "\n\n".join(kept).splitlines()


if __name__ == "__main__":
    sys.stdout.write(programs_page())
