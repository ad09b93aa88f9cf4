"""`matchback init`: a commented workspace with invented people's files, ready to run. Nothing is ever overwritten.

A workspace begins from a template, or from an example program: public terms as rules (`example_programs`).
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from matchback.errors import ConfigurationError

TEMPLATES = ("bank", "retail")
SECRET_FILE = "id_secret.txt"  # noqa: S105 - a file name
TERMS_FILE = "TERMS.md"
IGNORED = f"var/\n{SECRET_FILE}\n"
_FOLDER = Path(__file__).with_name("templates")
_DAY = re.compile(r"@DAY([+-]\d+)@")
_ZONE = ZoneInfo("America/New_York")  # as the templates say


def make_workspace(template: str, root: Path, today: date | None = None) -> list[Path]:
    """Write a template into a folder, dated around today; return the paths that were written.

    Raises ConfigurationError, before anything is written, if one of its files is there already.
    """
    return _write(_FOLDER / template, root, today, f"--template {template} my-bank")


def make_program(name: str, root: Path, today: date | None = None) -> list[Path]:
    """Write an example program's workspace into a folder, dated around today; return the paths that were written.

    Raises ConfigurationError, before anything is written, for an unknown name or if one of its files is there already.
    """
    from matchback.example_programs import example_program, terms_text

    program = example_program(name)
    terms = {TERMS_FILE: terms_text(program)}
    return _write(program.folder, root, today, f"--program {name} my-program", terms)


def _write(
    folder: Path, root: Path, today: date | None, words: str, more: Mapping[str, str] | None = None
) -> list[Path]:
    today = today or datetime.now(_ZONE).date()
    files = {root / place: text for place, text in _files(folder, today)}
    files |= {root / name: text for name, text in (more or {}).items()}
    files[root / ".gitignore"] = IGNORED
    files[root / SECRET_FILE] = secrets.token_hex(32) + "\n"
    taken = sorted(str(path.relative_to(root)) for path in files if os.path.lexists(path))
    if taken:
        raise ConfigurationError(
            f"{root} holds {', '.join(taken[:3])}{' and more' if len(taken) > 3 else ''} already.",
            state="Nothing was written: init never overwrites.",
            next_step=f"Name an empty folder:  matchback init {words}",
        )
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = 0o600 if path.name == SECRET_FILE else 0o644
        with os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8"
        ) as sink:
            sink.write(text)
    return sorted(files)


def _files(folder: Path, today: date) -> Iterator[tuple[Path, str]]:
    """Yield a folder's files with their dates: `@DAY-2@` is the day before yesterday."""

    def day(found: re.Match[str]) -> date:
        return today + timedelta(days=int(found[1]))

    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        place = _DAY.sub(lambda found: f"{day(found):%Y%m%d}", str(path.relative_to(folder)))
        text = _DAY.sub(lambda found: day(found).isoformat(), path.read_text(encoding="utf-8"))
        yield Path(place), text
