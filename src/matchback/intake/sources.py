"""Where files are fetched from and answers are put: local folders, SFTP and object stores, through fsspec.

The only module that speaks to a transport; command line and DAGs use it alike. A server whose key is not known is left
before any credential is sent. Whatever goes wrong with one file is noted, and the others go on.
"""

from __future__ import annotations

import posixpath
import re
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from matchback.errors import ConfigurationError, MatchbackError, SourceFailed
from matchback.intake.private_files import make_private_folder, open_private_file
from matchback.settings import connection_options

NOT_FOR_US = (".tmp", ".part", ".filepart", ".results.csv")
SFTP = ("sftp", "ssh")
_STAMPS = ("etag", "ETag", "generation", "mtime", "LastModified", "last_modified", "updated")
_DATE = re.compile(r"\{date:([^}]+)\}")
_DIRECTIVES = {"%Y": "[0-9]{4}", "%m": "[0-9]{2}", "%d": "[0-9]{2}", "%y": "[0-9]{2}", "%j": "[0-9]{3}"}
_DIRECTIVES |= {"%H": "[0-9]{2}", "%M": "[0-9]{2}", "%S": "[0-9]{2}"}


@dataclass(frozen=True)
class RemoteFile:
    """A file at a source. `path` and `name` are data of the sender; they never become a path of ours.

    `stamp` changes with the content: a modification time, an ETag or a generation. `declared_on` is the date in the
    name, in ISO form, empty where the pattern has none.
    """

    path: str
    name: str
    size: int
    stamp: str
    declared_on: str = ""


@dataclass(frozen=True)
class Listing:
    """What was found in a folder: the whole files that are a feed's, and how many files are no feed's at all."""

    files: list[RemoteFile]
    unmatched: int


@dataclass(frozen=True)
class Source:
    """An opened folder at a source."""

    filesystem: Any
    root: str
    url: str

    @property
    def is_local(self) -> bool:
        return type(self.filesystem).__name__ == "LocalFileSystem"

    def join(self, *parts: str) -> str:
        """Return a path under the root."""
        return posixpath.join(self.root, *parts)


def open_source(url: str, connection: str | None, workspace_root: Path) -> Source:
    """Open a folder by its address; a plain path is taken relative to the workspace.

    Raises ConfigurationError for a wrong address or connection, SourceFailed when the server does not answer.
    """
    options = connection_options(connection) if connection else {}
    scheme = url.partition("://")[0] if "://" in url else ""
    with _told(url):
        if scheme in SFTP:
            return _open_sftp(url, options)
        import fsspec

        if not scheme or scheme in ("file", "local"):
            path = workspace_root / url.partition("://")[2] if scheme else workspace_root / url
            return Source(fsspec.filesystem("file"), str(path), url)
        filesystem, root = fsspec.core.url_to_fs(url, use_listings_cache=False, **options)
        return Source(filesystem, root.rstrip("/"), url)


def _open_sftp(url: str, options: dict[str, Any]) -> Source:
    from fsspec.utils import infer_storage_options

    if not options.get("known_hosts"):
        raise ConfigurationError(
            "An SFTP source needs the server's host key: its connection names no known_hosts file.",
            next_step="Get the key over a channel that you trust, and add known_hosts to the connection.",
        )
    address = infer_storage_options(url)
    root = str(address.pop("path"))
    address.pop("protocol", None)
    filesystem = _safe_ssh()(**{**address, **options}, skip_instance_cache=True)
    return Source(filesystem, root.rstrip("/") or "/", url)


def _safe_ssh() -> Any:
    """Return sshfs with a `mv` of our own: its own deletes the source when the server lacks posix-rename."""
    import asyncssh
    from fsspec.asyn import sync_wrapper
    from sshfs import SSHFileSystem

    class SafeSSH(SSHFileSystem):  # type: ignore[misc]
        protocol = "sftp"

        async def _mv(self, lpath: str, rpath: str, **kwargs: Any) -> None:
            async with self._pool.get() as channel:
                try:
                    await channel.posix_rename(lpath, rpath)
                except asyncssh.SFTPOpUnsupported:
                    await channel.rename(lpath, rpath)

        mv = sync_wrapper(_mv)

    return SafeSSH


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Turn a transport's failure into words for the operator; its own text can hold names and stays inside."""
    try:
        yield
    except MatchbackError:
        raise
    except Exception as error:  # every transport has errors of its own
        kind = type(error).__name__
        state = "Nothing was changed; other feeds go on."
        if kind == "HostKeyNotVerifiable":
            raise SourceFailed(
                f"The server of {address(url)} shows a host key that is not in known_hosts; no credential was sent.",
                state=state,
                next_step="Ask the bank whether its key has changed. Never accept a key that you did not expect.",
            ) from None
        raise SourceFailed(
            f"The source {address(url)} cannot be read ({kind}).",
            state=state,
            next_step="Check the address, the connection and the server, and run again.",
        ) from None


def address(url: str) -> str:
    """Return the address without credentials."""
    return re.sub(r"//[^/@]*@", "//", url)


# --- listing --------------------------------------------------------------------------------------------------------


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
    source: Source,
    pattern: str,
    quiet_seconds: float,
    note: Callable[[str], None],
    patterns_beside: Sequence[str] = (),
) -> Listing:
    """Return the whole files whose names match: regular files that look the same in two listings, in order of name.

    `patterns_beside` are those of the other feeds that share the folder; what matches none of all is only counted.
    """
    expression, form = name_pattern(pattern)
    beside = [name_pattern(other)[0] for other in patterns_beside]
    with _told(source.url):
        first, unmatched = _look(source, expression, form, note, beside)
        if not first or quiet_seconds <= 0:
            return Listing(sorted(first.values(), key=lambda file: file.path), unmatched)
        time.sleep(quiet_seconds)
        second, _ = _look(source, expression, form, lambda _: None, beside)
    whole = [file for path, file in second.items() if first.get(path) == file]
    if len(whole) < len(second):
        note(f"{len(second) - len(whole)} files at {address(source.url)} are still being written; they wait")
    return Listing(sorted(whole, key=lambda file: file.path), unmatched)


def _look(
    source: Source,
    expression: re.Pattern[str],
    form: str,
    note: Callable[[str], None],
    beside: Sequence[re.Pattern[str]],
) -> tuple[dict[str, RemoteFile], int]:
    """Return the feed's files by their path, and how many regular files match neither its pattern nor those beside."""
    _refuse_missing(source)
    source.filesystem.invalidate_cache()
    entries = source.filesystem.ls(source.root, detail=True)
    found: dict[str, RemoteFile] = {}
    skipped = unmatched = 0
    for entry in entries:
        path = str(entry["name"])
        name = posixpath.basename(path.rstrip("/"))
        if name.startswith(".") or name.endswith(NOT_FOR_US):
            continue
        if not expression.fullmatch(name):
            is_known = any(other.fullmatch(name) for other in beside)
            unmatched += bool(name) and not is_known and _is_regular(entry, source)
            continue
        declared = _declared_on(name, expression, form)
        if declared is None or not _is_regular(entry, source):
            skipped += 1
            continue
        found[path] = RemoteFile(path, name, int(entry.get("size") or 0), _stamp(entry), declared)
    if skipped:
        note(
            f"{skipped} entries at {address(source.url)} are no regular files or have no real date in their names"
        )
    return found, unmatched


def _refuse_missing(source: Source) -> None:
    """Raise SourceFailed for a local folder that is away: a disk that is not mounted is no quiet night."""
    if source.is_local and not Path(source.root).is_dir():
        raise SourceFailed(
            f"The source {address(source.url)} is not there.",
            state="Nothing was changed; other feeds go on.",
            next_step="Mount its disk, or create the folder, and run again.",
        )


def _is_regular(entry: dict[str, Any], source: Source) -> bool:
    """Tell whether an entry is a file itself: no link, device or pipe."""
    if entry.get("type") != "file" or entry.get("islink"):
        return False
    if source.is_local:
        try:
            return stat.S_ISREG(Path(entry["name"]).lstat().st_mode)
        except OSError:
            return False
    permissions = entry.get("permissions")
    return not isinstance(permissions, int) or not stat.S_IFMT(permissions) or stat.S_ISREG(permissions)


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


def _stamp(entry: dict[str, Any]) -> str:
    return next((str(entry[key]) for key in _STAMPS if entry.get(key) is not None), "")


def declared_date(remote: RemoteFile) -> date | None:
    """Return the date in the file's name."""
    return date.fromisoformat(remote.declared_on) if remote.declared_on else None


# --- bytes ----------------------------------------------------------------------------------------------------------


@contextmanager
def reading(source: Source, remote: RemoteFile) -> Iterator[BinaryIO]:
    """Open a file at the source for reading."""
    with _told(source.url), source.filesystem.open(remote.path, "rb") as stream:
        yield stream


def remove(source: Source, remote: RemoteFile) -> bool:
    """Delete a file at the source; one that is gone already is no failure.

    Returns False if another version lies there by now: nobody has read it, so it stays.
    """
    with _told(source.url):
        if source.filesystem.exists(remote.path):
            if not _is_as_listed(source, remote):
                return False
            source.filesystem.rm_file(remote.path)
        return True


def move(source: Source, remote: RemoteFile, folder: str, tag: str) -> bool:
    """Move a file into a folder beside it, never over another: an existing name gets the tag before its suffix.

    Returns False if another version lies there by now: nobody has read it, so it stays.
    """
    with _told(source.url):
        if not source.filesystem.exists(remote.path):
            return True
        target_folder = posixpath.join(posixpath.dirname(remote.path), folder)
        source.filesystem.makedirs(target_folder, exist_ok=True)
        target = _free_path(source, target_folder, remote.name, tag)
        if not _is_as_listed(source, remote):
            return False
        source.filesystem.mv(remote.path, target)
        return True


def _is_as_listed(source: Source, remote: RemoteFile) -> bool:
    """Tell whether a file still has the size and stamp of its listing.

    Some stores tell more of one file than in a listing, so that a difference is looked at in a new listing.
    """
    source.filesystem.invalidate_cache()
    if _is_version(source.filesystem.info(remote.path), remote):
        return True
    source.filesystem.invalidate_cache()
    entries = source.filesystem.ls(posixpath.dirname(remote.path), detail=True)
    return any(str(entry["name"]) == remote.path and _is_version(entry, remote) for entry in entries)


def _is_version(entry: dict[str, Any], remote: RemoteFile) -> bool:
    return (int(entry.get("size") or 0), _stamp(entry)) == (remote.size, remote.stamp)


def deliver(
    source: Source,
    content: Path,
    folder: str,
    name: str,
    tag: str,
    *,
    before_naming: Callable[[], object] = lambda: None,
) -> str:
    """Put a file of ours into a folder at the source under a name, whole or not at all; return the name it got.

    `before_naming` is called when all bytes are there, right before they get the name: what fails until then, or is
    killed, did not arrive. A local file is for our own user only. A folder beside a source that is away is not made.
    """
    with _told(source.url):
        if folder:
            _refuse_missing(source)
        target_folder = source.join(folder)
        if source.is_local:
            make_private_folder(Path(target_folder))
        else:
            source.filesystem.makedirs(target_folder, exist_ok=True)
        target = _free_path(source, target_folder, name, tag)
        aside = target + ".part"
        with content.open("rb") as mine, _open_aside(source, aside) as theirs:
            while chunk := mine.read(4 << 20):
                theirs.write(chunk)
        before_naming()
        source.filesystem.mv(aside, target)
        return posixpath.basename(target)


def _open_aside(source: Source, path: str) -> Any:
    return open_private_file(Path(path)) if source.is_local else source.filesystem.open(path, "wb")


def has_arrived(source: Source, content: Path) -> bool:
    """Tell whether a file of this name and these bytes can be read at the source."""
    place = source.join(content.name)
    with _told(source.url):
        try:
            if not source.filesystem.exists(place):
                return False
            with source.filesystem.open(place, "rb") as stream:
                return bool(stream.read() == content.read_bytes())
        except OSError:
            return False


def _free_path(source: Source, folder: str, name: str, tag: str) -> str:
    path = posixpath.join(folder, name)
    if not source.filesystem.exists(path):
        return path
    stem, suffix = posixpath.splitext(name)
    return posixpath.join(folder, f"{stem}.{tag}{suffix}")
