"""The DAGs as Airflow reads them, and what their notices say: nothing is started here."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dags.airflow_process import PROGRAM, REPOSITORY, Airflow

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("dags")]

HEAVY = ("pandera", "polars", "pandas", "pyarrow", "scipy", "duckdb", "fsspec")
WORKSPACES = {
    "bank": "/srv/bank",
    "shop": {
        "folder": "/srv/shop",
        "schedule": "",
        "housekeeping": "",
        "pool": "shop_writer",
        "zone": "Asia/Tokyo",
        "retry_seconds": 90,
        "arrival": 60,
        "backup": "/srv/backups/shop",
    },
    "pilot": {
        "folder": "/srv/pilot",
        "schedule": "30 2 * * *",
        "zone": "Europe/Berlin",
        "first_night": "2026-10-24",
        "last_night": "2026-10-26",
    },
}
OPTIONS = (
    "folder",
    "schedule",
    "zone",
    "housekeeping",
    "pool",
    "queue",
    "executor_config",
    "first_night",
    "last_night",
    "retry_seconds",
    "arrival",
    "pages",
    "support",
    "backup",
    "backup_schedule",
    "backups_kept",
    "notify",
)
NOTIFIER = (
    'each with "class" (a notifier\'s whole name) and "arguments" (an object; {message} in its texts stands for the '
    "words)."
)
WRONG = (
    "{",
    '["/srv/bank"]',
    '{"bank": "srv/bank"}',
    '{"Bank": "/srv/bank"}',
    '{"bank": {"pol": "x"}}',
    '{"bank": {"folder": "/b", "first_night": "2026-13-01"}}',
    '{"a": "/srv/bank", "b": "/srv/../srv/bank"}',
    '{"bank": {"folder": "/b", "notify": ["x"]}}',
    '{"bank": {"folder": "/b", "retry_seconds": 0}}',
    '{"bank": {"folder": "/b", "arrival": 1}}',
    '{"bank": {"folder": "/b", "pages": "pages.example"}}',
    '{"bank": {"folder": "/b", "support": "javascript:alert(1)"}}',
    '{"bank": {"folder": "/b", "backup": "backups"}}',
    '{"bank": {"folder": "/b", "backup": "/backups", "backups_kept": 0}}',
    '{"bank": {"folder": "/b", "schedule": "* * * * *", "last_night": "2026-12-31"}}',
)
READ_DAGS = f"""
import json, os, socket, sys
from pathlib import Path
from airflow.dag_processing.dagbag import BundleDagBag
def refuse(*arguments, **options):
    raise AssertionError("the network was touched")
before = set(sys.modules)
opened = []
sys.addaudithook(lambda event, said: opened.append(str(said[0])) if event == "open" else None)
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
folder = {str(REPOSITORY / "dags")!r}
bag = BundleDagBag(folder, bundle_path=Path(folder), bundle_name="dags-folder")
def told(task):
    outlets = [asset.uri for asset in task.outlets]
    return {{"pool": task.pool, "outlets": outlets, "retries": task.retries, "doc": task.doc_md or "",
            "seconds": task.execution_timeout.total_seconds(), "notices": len(task.on_failure_callback),
            "delay": task.retry_delay.total_seconds(), "asks": task.task_type == "EmptyOperator" or hooked(task)}}
def hooked(task):
    hook = task.partial_kwargs.get("pre_execute") if hasattr(task, "partial_kwargs") else task._pre_execute_hook
    return getattr(hook, "__name__", "") == "find_secrets"
def awaited(dag):
    condition = dag.timetable.asset_condition
    return getattr(condition, "objects", [condition] if condition else [])
dags = {{name: {{"tasks": {{task.task_id: told(task) for task in dag.tasks}}, "tags": sorted(dag.tags),
    "doc": dag.doc_md, "params": sorted(dag.params), "runs": dag.max_active_runs, "catchup": dag.catchup,
    "ends": str(dag.end_date), "moments": [str(moment) for moment in getattr(dag.timetable, "event_dates", [])],
    "woken_by": [asset.uri for asset in awaited(dag)],
    "watchers": [watcher.trigger.serialize() for asset in awaited(dag) for watcher in asset.watchers]}}
    for name, dag in bag.dags.items()}}
loaded = sorted(set({HEAVY!r}) & (set(sys.modules) - before))
errors = {{}}
for text in {WRONG!r}:
    os.environ["MATCHBACK_WORKSPACES"] = text
    for module in [name for name in sys.modules if name.startswith("matchback_")]:
        del sys.modules[module]
    wrong = BundleDagBag(folder, bundle_path=Path(folder), bundle_name="dags-folder")
    errors[text] = sorted({{said.strip().splitlines()[-1] for said in wrong.import_errors.values()}})
read = [path for path in opened if path.startswith("/srv/")]
from airflow.serialization.serialized_objects import DagSerialization
for dag in bag.dags.values():
    assert DagSerialization.from_dict(DagSerialization.to_dict(dag)).dag_id == dag.dag_id
print(json.dumps({{"errors": bag.import_errors, "dags": dags, "loaded": loaded, "wrong": errors, "read": read}}))
"""


@pytest.fixture(scope="module")
def as_read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Airflow makes of the folder of DAGs."""
    variables = {"MATCHBACK_WORKSPACES": json.dumps(WORKSPACES)}
    airflow = Airflow(tmp_path_factory.mktemp("airflow-read"), variables)
    result = subprocess.run(
        [str(PROGRAM.with_name("python")), "-c", READ_DAGS],
        env=airflow.variables,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    answer: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return answer


def test_airflow_reads_four_dags_a_workspace_and_a_fifth_where_it_is_backed_up(
    as_read: dict[str, Any],
) -> None:
    assert as_read["errors"] == {}
    tasks = {
        "offline_events": ["every_file_was_taken_in", "list_files", "load", "take_in"],
        "reward_run": ["recognize", "resolve", "reward"],
        "publish_reports": ["publish", "report"],
        "housekeeping": ["examine_files", "examine_tables", "tidy"],
    }
    expected = {f"{name}.{dag}": ids for name in WORKSPACES for dag, ids in tasks.items()}
    expected["shop.housekeeping"] = ["examine_backups", "examine_files", "examine_tables", "tidy"]
    expected["shop.backup"] = ["back_up"]
    assert {name: sorted(dag["tasks"]) for name, dag in as_read["dags"].items()} == expected


def test_workspaces_wake_only_their_own_dags(as_read: dict[str, Any]) -> None:
    dags = as_read["dags"]
    for name in WORKSPACES:
        uris = [f"matchback://{name}/{asset}" for asset in ("facts", "rewards", "published")]
        assert dags[f"{name}.offline_events"]["tasks"]["load"]["outlets"] == [uris[0]]
        assert dags[f"{name}.reward_run"]["woken_by"] == [uris[0]]
        assert dags[f"{name}.reward_run"]["tasks"]["reward"]["outlets"] == [uris[1]]
        assert dags[f"{name}.publish_reports"]["woken_by"] == [uris[1]]
        assert dags[f"{name}.publish_reports"]["tasks"]["publish"]["outlets"] == [uris[2]]


def test_files_that_arrive_wake_the_intake_of_a_workspace_that_asks_for_it(as_read: dict[str, Any]) -> None:
    bank, shop, _ = (as_read["dags"][f"{name}.offline_events"] for name in WORKSPACES)
    assert bank["woken_by"] == bank["watchers"] == []
    assert shop["woken_by"] == ["matchback://shop/arrivals"]
    assert shop["watchers"] == [
        ["matchback.under_airflow.arrival.FilesArrived", {"folder": "/srv/shop", "seconds": 60}]
    ]


def test_every_task_that_writes_takes_the_writers_slot(as_read: dict[str, Any]) -> None:
    free = {"list_files", "take_in", "every_file_was_taken_in", "examine_files", "examine_backups"}
    for name, pool in (("bank", "duckdb_writer"), ("shop", "shop_writer")):
        pools = {
            task: said["pool"]
            for dag, read in as_read["dags"].items()
            if dag.startswith(f"{name}.")
            for task, said in read["tasks"].items()
        }
        assert pools == {task: "default_pool" if task in free else pool for task in pools}


def test_every_task_has_words_a_time_out_retries_a_notice_and_its_secrets(as_read: dict[str, Any]) -> None:
    for name, dag in as_read["dags"].items():
        assert len(dag["doc"]) > 100
        assert dag["tags"] == sorted(["matchback", name.split(".")[0]])
        assert (dag["runs"], dag["catchup"]) == (1, False)
        for task in dag["tasks"].values():
            assert len(task["doc"]) > 20
            assert 0 < task["seconds"] <= 12 * 3600
            assert (task["retries"], task["notices"]) == (3, 1)
            assert task["asks"]
            assert task["delay"] == (90 if name.startswith("shop.") else 60)


def test_a_calendar_ends_with_the_last_night_and_leaves_the_form_alone(as_read: dict[str, Any]) -> None:
    """An end date of the DAG would make green runs without a task of what the form starts later."""
    moments = {name: dag["moments"] for name, dag in as_read["dags"].items() if dag["moments"]}
    assert moments.pop("pilot.offline_events") == [
        "2026-10-24 02:30:00+02:00",
        "2026-10-25 02:30:00+02:00",  # this hour comes twice
        "2026-10-26 02:30:00+01:00",
    ]
    assert moments == {"pilot.housekeeping": ["2026-10-25 12:00:00+01:00"]}
    assert {dag["ends"] for dag in as_read["dags"].values()} == {"None"}


def test_the_forms_ask_for_what_the_runs_take(as_read: dict[str, Any]) -> None:
    asked = {name.split(".")[1]: dag["params"] for name, dag in as_read["dags"].items()}
    night = ["allow_future", "as_of"]
    intake = ["allow_future", "as_of", "dry_run", "feed"]
    assert asked == {
        "offline_events": intake,
        "reward_run": night,
        "publish_reports": night,
        "housekeeping": [],
        "backup": [],
    }


def test_reading_the_dags_loads_no_heavy_library_and_no_workspace(as_read: dict[str, Any]) -> None:
    """The network is shut while they are read."""
    assert as_read["loaded"] == []
    assert as_read["read"] == []


def test_a_wrong_list_of_workspaces_is_refused_in_words(as_read: dict[str, Any]) -> None:
    begin = "matchback_workspaces.WrongList: MATCHBACK_WORKSPACES"
    object_form = f'{begin} is not a JSON object such as {{"bank": "/srv/bank"}}.'
    assert as_read["wrong"] == {
        WRONG[0]: [object_form],
        WRONG[1]: [object_form],
        WRONG[2]: [f"{begin}: the folder of bank is not a path from the root on."],
        WRONG[3]: [f"{begin}: the name 'Bank' is not of small letters, digits, _ and -, from a letter on."],
        WRONG[4]: [f"{begin}: bank has no pol; there are {', '.join(OPTIONS)}."],
        WRONG[5]: [f"{begin}: first_night of bank is not a day such as 2026-11-01."],
        WRONG[6]: [f"{begin}: a and b are one folder, which has one writer only."],
        WRONG[7]: [f"{begin}: notify of bank is not a list of objects, {NOTIFIER}"],
        WRONG[8]: [f"{begin}: retry_seconds of bank is not a whole number of seconds from 1 on."],
        WRONG[9]: [f"{begin}: arrival of bank is neither 0 nor a whole number of seconds from 5 on."],
        WRONG[10]: [f"{begin}: pages of bank is no address that begins with http:// or https://."],
        WRONG[11]: [f"{begin}: support of bank is no address that begins with http:// or https://."],
        WRONG[12]: [f"{begin}: backup of bank is not a path from the root on."],
        WRONG[13]: [f"{begin}: backups_kept of bank is not a whole number from 1 on."],
        WRONG[14]: [
            f"{begin}: * * * * * fires more than 10,000 times between first_night and last_night of bank."
        ],
    }


TELL = """
import sys
from pathlib import Path
from matchback_notices import LATE, REFUSALS, LateFeeds, Refusals
from matchback_workspaces import ListedWorkspace
absent = {"class": "nobody.Absent", "arguments": {}}
file = {"class": "file_notifier.FileNotifier", "arguments": {"path": sys.argv[1], "text": "told: {message}"}}
notice = Refusals(ListedWorkspace("bank", "/srv/bank", notify=(absent, file)))
notice({REFUSALS: ("2026-11-01", {"refused_files": 1, "refused": 1234})})
notice({REFUSALS: ("2026-11-02", {})})
notice({})
# What nobody could be told is told with the next notice, of whatever kind, in the order of the notices.
later = Path(sys.argv[2]) / "later" / "told.txt"
lost = {"class": "file_notifier.FileNotifier", "arguments": {"path": str(later), "text": "{message}"}}
shop = ListedWorkspace("shop", sys.argv[2], notify=(absent, lost))
(Path(sys.argv[2]) / "var" / "staging").mkdir(parents=True)
(Path(sys.argv[2]) / "matchback.toml").touch()
Refusals(shop)({REFUSALS: ("2026-11-01", {"refused": 1})})
late = {"feed_id": "openings", "days": 0, "missing": 1, "since": "2026-11-01", "told": False}
LateFeeds(shop)({LATE: ("2026-11-01", [late])})
later.parent.mkdir()
Refusals(shop)({})
Refusals(shop)({REFUSALS: ("2026-11-02", {"refused": 2})})
# Where lineage is not switched on, or its provider not installed, nothing is looked at and nothing fails.
from matchback.under_airflow.lineage import tell_lineage
tell_lineage("bank", None, "load")
sys.modules["airflow.providers.openlineage.api"] = None
tell_lineage("bank", None, "load")
"""


def test_notices_are_told_in_counts_a_silent_notifier_stops_no_other_and_what_nobody_heard_is_told_later(
    tmp_path: Path,
) -> None:
    told = tmp_path / "told.txt"
    places = f"{REPOSITORY / 'dags'}:{REPOSITORY / 'tests' / 'dags'}"
    airflow = Airflow(tmp_path, {"PYTHONPATH": places})
    python = str(PROGRAM.with_name("python"))
    run = [python, "-c", TELL, str(told), str(tmp_path)]
    subprocess.run(run, env=airflow.variables, check=True, capture_output=True)
    assert told.read_text().splitlines() == [
        "told: Matchback bank, night of 2026-11-01: 1 file refused, 1,234 records refused. See  matchback files list"
    ]
    late = "feed openings is late since today; 1 expected day lacks its files, from 2026-11-01 on."
    assert (tmp_path / "later" / "told.txt").read_text().splitlines() == [
        "Matchback shop, night of 2026-11-01: 1 record refused. See  matchback files list",
        f"Matchback shop, night of 2026-11-01: {late} See  matchback feeds calendar",
        "Matchback shop, night of 2026-11-02: 2 records refused. See  matchback files list",
    ]
