"""What lies at a source, and which of it is a whole file of a feed.

A file is whole when it stood still between two looks, and when its marker or manifest says so, where the feed
declares one. Names are data of the sender: they are matched and written down, and never become a path of ours. Time at
the server orders nothing, since its clock may be wrong.
"""

from __future__ import annotations

import posixpath
import re
import time
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from matchback.config_sources import Ready
from matchback.errors import ConfigurationError
from matchback.intake.manifests import Manifest, in_manifest, read_manifest
from matchback.intake.places import RemoteFile, Source, address, declared_date, told
from matchback.intake.transports.store import Entry, TooSlow

RESULTS_SUFFIX = ".results.csv"
NOT_FOR_US = (".tmp", ".part", ".filepart", RESULTS_SUFFIX)
_TAG = re.compile(r"\.[0-9a-f]{16}(\.[0-9]+)?$")  # of an answer whose name was taken
_DATE = re.compile(r"\{date:([^}]+)\}")
_DIRECTIVES = {"%Y": "[0-9]{4}", "%m": "[0-9]{2}", "%d": "[0-9]{2}", "%y": "[0-9]{2}", "%j": "[0-9]{3}"}
_DIRECTIVES |= {"%H": "[0-9]{2}", "%M": "[0-9]{2}", "%S": "[0-9]{2}"}
_LEFT = {
    "link": ("is a link", "are links"),
    "folder": ("is a folder", "are folders"),
    "other": ("is a device, a pipe or of no known kind", "are devices, pipes or of no known kind"),
    "date": ("has no real date in its name", "have no real date in their names"),
    "name": ("has a name that can be no file's", "have names that can be no file's"),
    "unfinished": (
        "has a name of unfinished files (.part, .tmp, .filepart, a leading point) and waits",
        "have names of unfinished files (.part, .tmp, .filepart, a leading point) and wait",
    ),
    "results": (
        "has the name of a results file and is not ours",
        "have names of results files and are not ours",
    ),
    "growing": ("is still being written and waits", "are still being written and wait"),
    "marker": ("has no marker yet and waits", "have no marker yet and wait"),
    "manifest": ("is in no manifest yet and waits", "are in no manifest yet and wait"),
    "size": (
        "has another size than its manifest says and waits",
        "have other sizes than their manifests say and wait",
    ),
    "missing": ("is named by a manifest and is not there", "are named by manifests and are not there"),
    "unread": ("manifest cannot be read and its files wait", "manifests cannot be read and their files wait"),
}


@dataclass(frozen=True)
class Listing:
    """What was found in a folder: the whole files that are a feed's, and how many files are no feed's at all.

    `left` names what stays there, and why: (name, reason), reasons as in `_LEFT`.
    """

    files: list[RemoteFile]
    unmatched: int
    left: tuple[tuple[str, str], ...] = ()
    manifests: tuple[Manifest, ...] = ()


@dataclass
class Look:
    """One look at a folder: the feed's files by path, and everything else that matters to it, by name."""

    at: float
    files: dict[str, RemoteFile] = field(default_factory=dict)
    beside: dict[str, Entry] = field(default_factory=dict)
    unmatched: int = 0
    left: list[tuple[str, str]] = field(default_factory=list)
    youngest: float = 0.0


@dataclass(frozen=True)
class Wanted:
    """How the files of a feed are known, and when they are whole.

    `patterns_beside` are those of the other feeds that share the folder; what matches none of all is only counted.
    Folders are entered as many levels down as `folders_below` says; their files are named by the way to them.
    `received` are the names that came before, so that a manifest misses none of them; `seen` are the files (name, size,
    stamp) that came and lie there still, which are not waited for. `own_folders` are folders of ours, and of feeds;
    `answered` the names that came to any feed, after which our answers are called.
    """

    pattern: str
    patterns_beside: Sequence[str] = ()
    quiet_seconds: float = 0.0
    ready: Ready | None = None
    received: frozenset[str] = frozenset()
    seen: frozenset[tuple[str, int, str]] = frozenset()
    own_folders: frozenset[str] = frozenset()
    answered: frozenset[str] = frozenset()
    folders_below: int = 0


def name_pattern(pattern: str) -> tuple[re.Pattern[str], str]:
    """Turn a feed's pattern (`*`, `?`, `{date:%Y%m%d}`) into a regular expression and its date format ('' if none)."""
    formats = _DATE.findall(pattern)
    if len(formats) > 1:
        raise ConfigurationError(f"The pattern {pattern!r} names more than one date.")
    parts = _DATE.split(pattern)
    expression = ""
    for index, part in enumerate(parts):
        if index % 2:
            expression += f"(?P<date>{_date_expression(part, pattern)})"
        else:
            expression += "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in part)
    return re.compile(expression, re.DOTALL), formats[0] if formats else ""


def _date_expression(form: str, pattern: str) -> str:
    pieces = re.split(r"(%.)", form)
    for piece in pieces:
        if piece.startswith("%") and piece not in _DIRECTIVES:
            raise ConfigurationError(f"The pattern {pattern!r} uses {piece}, which is not a part of a date.")
    return "".join(_DIRECTIVES.get(piece, re.escape(piece)) for piece in pieces)


def list_source(
    source: Source, wanted: Wanted, note: Callable[[str], None], first: Look | None = None
) -> Listing:
    """Return the whole files whose names match, in order of name, and tell of what is left.

    `first` is a look that was taken before; without it, one is taken now.
    """
    with told(source.url):
        before = first or look(source, wanted)
        after = before
        if _needs_second_look(before, source, wanted.quiet_seconds):
            time.sleep(max(0.0, wanted.quiet_seconds - (time.monotonic() - before.at)))
            after = look(source, wanted)
        listing = _whole(source, wanted, before, after)
    for reason, words in _LEFT.items():
        number = sum(why == reason for _, why in listing.left)
        if number:
            what = "entry" if number == 1 else "entries"
            note(f"{address(source.url)}: {number} {what} {words[number > 1]}")
    return listing


def _needs_second_look(first: Look, source: Source, quiet_seconds: float) -> bool:
    """Tell whether a file may still be written to; on our own machine, its last change tells without a second look."""
    if not first.files or quiet_seconds <= 0:
        return False
    return not source.is_local or not 0 <= first.youngest <= time.time() - quiet_seconds


def look(source: Source, wanted: Wanted) -> Look:
    """List a folder once, page by page and within the time for a listing; raises troubles."""
    expression, form = name_pattern(wanted.pattern)
    beside = [name_pattern(other)[0] for other in wanted.patterns_beside]
    told_by = wanted.ready.pattern if wanted.ready else None
    markers = name_pattern(told_by)[0] if told_by else None

    def within(seen: Look, folder: str, below: str, levels: int) -> None:
        for page in source.store.pages(folder):
            for entry in page:
                if entry.kind == "folder" and (entry.name in wanted.own_folders or levels):
                    if entry.name not in wanted.own_folders and not entry.name.startswith("."):
                        within(seen, entry.path, f"{below}{entry.name}/", levels - 1)
                else:
                    _sort_in(seen, entry, below, expression, form, beside, markers)
            if time.monotonic() - seen.at > source.patience.listing_seconds:
                raise TooSlow

    def once() -> Look:
        seen = Look(time.monotonic())
        within(seen, source.root, "", wanted.folders_below)
        return seen

    return source.tried(once)


def _sort_in(
    seen: Look,
    entry: Entry,
    below: str,
    expression: re.Pattern[str],
    form: str,
    beside: Sequence[re.Pattern[str]],
    markers: re.Pattern[str] | None,
) -> None:
    name = entry.name
    if markers and entry.kind == "file" and markers.fullmatch(name):
        seen.beside[name] = entry
        return
    if name.startswith(".") or name.endswith(NOT_FOR_US):
        if entry.kind == "file" and _would_match(expression, name):
            seen.left.append((name, _set_aside(name)))
        return
    if not expression.fullmatch(name):
        is_known = any(other.fullmatch(name) for other in beside)
        seen.unmatched += bool(name) and not is_known and entry.kind == "file"
        return
    declared = _declared_on(name, expression, form)
    if entry.kind != "file":
        seen.left.append((name, entry.kind))
    elif declared is None:
        seen.left.append((name, "date"))
    elif "\0" in name:
        seen.left.append((name, "name"))
    else:
        seen.files[entry.path] = RemoteFile(entry.path, below + name, entry.size, entry.stamp, declared)
        seen.youngest = max(seen.youngest, entry.changed_at)


def why_never_taken(pattern: str, name: str) -> str:
    """Return why no file of this name is ever taken by a feed with this pattern, '' if one is.

    `pattern` (it does not match), `unfinished`, `results`, `date` or `name`.
    """
    expression, form = name_pattern(pattern)
    if name.startswith(".") or name.endswith(NOT_FOR_US):
        return _set_aside(name) if _would_match(expression, name) else "pattern"
    if not expression.fullmatch(name):
        return "pattern"
    if _declared_on(name, expression, form) is None:
        return "date"
    return "name" if "\0" in name else ""


def declared_in(pattern: str, name: str) -> date | None:
    """Return the date in a file's name, None if the pattern has none or what stands there is no date."""
    expression, form = name_pattern(pattern)
    found = _declared_on(name, expression, form) if expression.fullmatch(name) else None
    return date.fromisoformat(found) if found else None


def _set_aside(name: str) -> str:
    return "results" if RESULTS_SUFFIX in name else "unfinished"


def _would_match(expression: re.Pattern[str], name: str) -> bool:
    """Tell whether a name is a feed's but for a leading point or the end that keeps it from being taken."""
    bare = name.removeprefix(".")
    for end in NOT_FOR_US:
        bare = bare.removesuffix(end)
    return any(expression.fullmatch(each) for each in (name, bare))


def _is_answer_to(names: Set[str], name: str) -> bool:
    """Tell whether a results file is ours: it is called after a file that came or lies there, or with our tag."""
    stem = name.partition(RESULTS_SUFFIX)[0]
    bare = _TAG.sub("", stem)
    return stem in names or bare in names or (bare != stem and any(each.startswith(bare) for each in names))


def _whole(source: Source, wanted: Wanted, before: Look, after: Look) -> Listing:
    """Return the files that stood still between two looks and are announced, where the feed demands that."""
    ours = {posixpath.basename(name) for name in wanted.answered}
    ours |= {posixpath.basename(path) for path in after.files}
    left = [item for item in after.left if item[1] != "results" or not _is_answer_to(ours, item[0])]
    still = {path: file for path, file in after.files.items() if before.files.get(path) == file}
    left += [(file.name, "growing") for path, file in after.files.items() if path not in still]
    files = [file for file in still.values() if (file.name, file.size, file.stamp) not in wanted.seen]
    files.sort(key=lambda file: file.path)
    manifests: list[Manifest] = []
    if wanted.ready and wanted.ready.marker:
        files, waiting = _with_marker(wanted.ready.marker, files, after.beside)
        left += waiting
    elif wanted.ready:
        manifests = [read_manifest(source, entry) for _, entry in sorted(after.beside.items())]
        files, waiting = in_manifest(
            manifests, files, {file.name for file in after.files.values()} | wanted.received
        )
        left += waiting
    return Listing(files, after.unmatched, tuple(sorted(left)), tuple(manifests))


def _with_marker(
    marker: str, files: list[RemoteFile], beside: dict[str, Entry]
) -> tuple[list[RemoteFile], list[tuple[str, str]]]:
    """Part files into those whose marker is there, each with a marker of its own, and those that wait."""
    ready, waiting = [], []
    is_own = "{name}" in marker or "{stem}" in marker
    for file in files:
        found = beside.get(_marker_name(marker, file))
        if found:
            ready.append(replace(file, companion=found.path if is_own else ""))
        else:
            waiting.append((file.name, "marker"))
    return ready, waiting


def _marker_name(marker: str, file: RemoteFile) -> str:
    day = declared_date(file)
    dated = _DATE.sub(lambda found: day.strftime(found[1]) if day else "", marker)
    return dated.replace("{stem}", posixpath.splitext(file.name)[0]).replace("{name}", file.name)


def _declared_on(name: str, expression: re.Pattern[str], form: str) -> str | None:
    """Return the date in a name in ISO form, '' without one; None where what stands there is no date."""
    if not form:
        return ""
    match = expression.fullmatch(name)
    assert match is not None
    try:
        return datetime.strptime(match["date"], form).date().isoformat()  # noqa: DTZ007 (a date of the sender's)
    except ValueError:
        return None
