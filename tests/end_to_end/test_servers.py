"""The servers that the other tests rely on do what the tests assume of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.s3 import S3Server
from servers.sshd import Sshd, make_key

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("servers")]


def test_sshd_serves_a_folder_to_the_pinned_key(sshd: Sshd, tmp_path: Path) -> None:
    from sshfs import SSHFileSystem

    (tmp_path / "a.csv").write_text("x\n")
    store = SSHFileSystem("127.0.0.1", port=sshd.port, skip_instance_cache=True, **sshd.options)
    assert store.cat_file(str(tmp_path / "a.csv")) == b"x\n"


def test_sshd_refuses_another_key(sshd: Sshd, tmp_path: Path) -> None:
    from sshfs import SSHFileSystem

    make_key(tmp_path / "stranger")
    options = {**sshd.options, "client_keys": [str(tmp_path / "stranger")]}
    with pytest.raises(PermissionError):
        SSHFileSystem("127.0.0.1", port=sshd.port, skip_instance_cache=True, **options)


def test_s3_keeps_what_is_uploaded(s3: S3Server, tmp_path: Path) -> None:
    import s3fs

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text("x\n")
    s3.upload(tmp_path, "servers-test")
    store = s3fs.S3FileSystem(**s3.options, skip_instance_cache=True)
    assert store.cat_file("servers-test/in/a.csv") == b"x\n"
