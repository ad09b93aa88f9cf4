"""README, guides, decisions and changes: every link leads somewhere, every command exists, one thing has one word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from matchback.cli import cli

REPOSITORY = Path(__file__).parents[2]
PAGES = sorted(
    [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md"), REPOSITORY / "sample_data" / "README.md"]
)
GENERAL = {"--workspace", "--quiet", "--debug", "--json", "--help", "--version"}
# Words of the glossary's other side, and British spellings of words that these pages use.
UNWANTED = (
    r"referrer|referee|recognis\w*|normalis\w*|organis\w*|colours?|behaviours?|centre|"
    r"fulfil|fulfilments?|programmes?|whilst|amongst"
)
page = pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(REPOSITORY)))


def anchors(path: Path) -> set[str]:
    """Return what the headings of a page are linked by."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def typed_commands(text: str) -> Iterator[list[str]]:
    """Yield the words after `matchback` wherever a page shows something to type, up to a remark behind it."""
    for found in re.findall(r"(?:^ {4}|^\$ |`)matchback ((?:--)?[a-z][^`#\n]*)", text, re.MULTILINE):
        yield found.split()


def problems(words: list[str]) -> list[str]:
    """Return the words that the command line does not know: a command, or an option of it."""
    command: click.Command = cli
    options = set(GENERAL)
    found = []
    at = 0
    while at < len(words):
        word = words[at]
        if isinstance(command, click.Group) and not word.startswith("-"):
            inner = command.get_command(click.Context(command), word)
            if inner is None:
                return [word] if re.fullmatch("[a-z-]+", word) else []
            command = inner
            options |= {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
        elif isinstance(command, click.Group) and word == "--workspace":
            at += 1
        elif re.fullmatch("--[a-z-]+", word) and word not in options:
            found.append(word)
        at += 1
    return found


@page
def test_every_link_within_the_repository_leads_somewhere(path: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@page
def test_every_command_that_a_page_shows_exists(path: Path) -> None:
    unknown = [
        (words, problems(words))
        for words in typed_commands(path.read_text(encoding="utf-8"))
        if problems(words)
    ]
    assert unknown == []


def test_commands_that_do_not_exist_are_seen() -> None:
    shown = "    matchback pay --now\n`matchback payouts tax --yaer 2026`\n    matchback --workspace w run   # --odd\n"
    assert [problems(words) for words in typed_commands(shown)] == [["pay"], ["--yaer"], []]
    assert sum(len(list(typed_commands(path.read_text(encoding="utf-8")))) for path in PAGES) > 100


@page
def test_one_thing_has_one_word(path: Path) -> None:
    found = re.findall(rf"\b(?:{UNWANTED})\b", path.read_text(encoding="utf-8"), re.IGNORECASE)
    assert found == []


def test_every_picture_is_shown_is_small_and_holds_nothing_but_the_picture() -> None:
    """A text chunk could name the machine on which it was made."""
    shown = {
        name for path in PAGES for name in re.findall(r"!\[[^\]]+\]\(images/([^)]+)\)", path.read_text())
    }
    pictures = {path.name: path.read_bytes() for path in (REPOSITORY / "docs").rglob("*.png")}
    assert shown == set(pictures)
    assert len(pictures) > 5
    assert [name for name, content in pictures.items() if len(content) > 150_000] == []
    assert {kind for content in pictures.values() for kind in chunks(content)} <= {
        "IHDR",
        "IDAT",
        "IEND",
        "sRGB",
    }


def chunks(png: bytes) -> Iterator[str]:
    """Yield the kinds of the parts of a PNG file."""
    at = 8
    while at < len(png):
        yield png[at + 4 : at + 8].decode("ascii")
        at += int.from_bytes(png[at : at + 4], "big") + 12


def test_the_analysts_guide_names_tables_and_columns_that_are_published() -> None:
    dictionary = (REPOSITORY / "docs/reference/data-dictionary.md").read_text(encoding="utf-8")
    published = set(re.findall(r"^(?:## |\| )([a-z_]+)(?: \||$)", dictionary, re.MULTILINE))
    guide = (REPOSITORY / "docs/guides/analyst.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_]+)`", guide)) - {"current", "_at", "_on"}
    assert len(named) > 12
    assert named <= published
