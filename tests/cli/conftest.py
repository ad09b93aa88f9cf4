"""A small bank's workspace, and a way to call the command line in this process."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from matchback.cli import main
from matchback.context import open_context
from matchback.steps import run_steps
from matchback.workspace import Workspace

CONFIG = """
[workspace]
name = "little-bank"
time_zone = "America/New_York"
currency = "USD"
id_secret = "file:id_secret.txt"

[[programs]]
id = "refer"
from = 2026-01-01
events = ["account_opened"]

[[events]]
name = "account_opened"
stage = 3
rewardable = true
label = "Account opened"

[[events]]
name = "account_closed"
stage = 5
negative = true

[[feeds]]
id = "openings"
kind = "events"
source = "inbox/openings"
pattern = "openings_{date:%Y%m%d}.csv"
constants = { event_name = "account_opened", currency = "USD" }
refuse_file_above = "50%"

[[feeds]]
id = "advocates"
kind = "advocates"
source = "inbox/advocates"
pattern = "advocates_{date:%Y%m%d}.csv"

[[feeds]]
id = "balances"
kind = "events"
source = "inbox/balances"
pattern = "balances_{date:%Y%m%d}.parquet"
format = { type = "parquet" }

[[rewards]]
id = "advocate-25"
program = "refer"
from = 2026-01-01
to = "advocate"
on = "account_opened"
when = "amount >= 500.00"
value = { kind = "cash", amount = "25.00", currency = "USD" }
pending_days = 3
"""
ADVOCATES = """partner_user_id,email,advocate_code,enrolled_on
M1,ada@example.com,ADA-1,2026-02-01
M2,bea@example.com,BEA-2,2026-03-01
"""
OPENINGS = """partner_event_id,event_time,partner_user_id,email,account_id,advocate_code,amount
OPEN-1,2026-11-02T10:00:00-05:00,F1,finn@example.net,ACC1,ADA-1,900.00
OPEN-2,2026-11-02T11:00:00-05:00,F2,gwen@example.net,ACC2,BEA-2,100.00
OPEN-3,2026-11-02T12:00:00-05:00,F3,hugo@example.net,ACC3,,700.00
OPEN-4,2026-11-02T25:00:00-05:00,F4,iris@example.net,ACC4,ADA-1,700.00
"""
TODAY = date(2026, 11, 30)


@dataclass(frozen=True)
class Said:
    """What a call ended with."""

    code: int
    out: str
    err: str


Call = Callable[..., Said]


@pytest.fixture(scope="session")
def bank_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the bank stands in every test: its state holds the places of its files."""
    return tmp_path_factory.mktemp("banks") / "bank"


@pytest.fixture
def bank(bank_folder: Path) -> Path:
    """A workspace with one night's files, not run yet."""
    return found_bank(bank_folder)


@pytest.fixture(scope="session")
def finished_night(bank_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the workspace after its first night, made once."""
    bank = found_bank(bank_folder)
    context = open_context(Workspace.at(bank), as_of=date(2026, 11, 3))
    run_steps(context)
    copy = tmp_path_factory.mktemp("finished") / "bank"
    shutil.copytree(bank, copy, symlinks=True)
    return copy


@pytest.fixture
def run_bank(bank_folder: Path, finished_night: Path) -> Path:
    """The workspace after its first night."""
    remove(bank_folder)
    shutil.copytree(finished_night, bank_folder, symlinks=True)
    return bank_folder


@pytest.fixture(scope="session")
def _site_bank(finished_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("site") / "bank"
    shutil.copytree(finished_night, copy, symlinks=True)
    return copy


@pytest.fixture
def site_bank(_site_bank: Path) -> Path:
    """The workspace after its first night, for tests that only look at it and log: nobody is let in yet."""
    shutil.rmtree(_site_bank / "var" / "protected" / "support", ignore_errors=True)
    return _site_bank


@pytest.fixture
def call(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bank_folder: Path
) -> Call:
    """Call the command line; paths under the test's folders are written as TMP."""
    monkeypatch.delenv("MATCHBACK_WORKSPACE", raising=False)
    monkeypatch.setattr("matchback.context.today", lambda config: TODAY)

    def shown(text: str) -> str:
        return text.replace(str(tmp_path), "TMP").replace(str(bank_folder.parent), "TMP")

    def run(*arguments: object, stdin: str = "") -> Said:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Said(ended.value.code, shown(printed.out), shown(printed.err))

    return run


def found_bank(root: Path) -> Path:
    """Make the workspace anew, with its first night's files."""
    remove(root)
    for feed in ("openings", "advocates", "balances"):
        (root / "inbox" / feed).mkdir(parents=True)
    (root / "matchback.toml").write_text(CONFIG.lstrip(), encoding="utf-8")
    (root / "id_secret.txt").write_text("a secret that protects nobody", encoding="utf-8")
    (root / "inbox/openings/openings_20261103.csv").write_text(OPENINGS, encoding="utf-8")
    (root / "inbox/advocates/advocates_20261103.csv").write_text(ADVOCATES, encoding="utf-8")
    return root


def remove(root: Path) -> None:
    """Remove a workspace; the folders of published versions are read-only."""
    for folder in (root / "var").glob("p*/*/"):
        if not folder.is_symlink():
            folder.chmod(0o700)
    shutil.rmtree(root, ignore_errors=True)
