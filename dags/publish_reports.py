"""After each night's rewards: make the reports, check everything, publish a whole version, deliver files.

Woken by the asset that `reward_run` updates. `publish` refuses while the tables do not rest on the same facts, so the
first task brings up whatever another load has left behind. Nothing that breaks an invariant is published; the version
before stays. The asset that `publish` updates is there for what you run next.
"""

from __future__ import annotations

from airflow.sdk import dag, task
from matchback_links import PublishedReport, add_links
from matchback_night import NIGHT, WORKSPACES, bring_up_to, common, published_of, rewards_of
from matchback_workspaces import ListedWorkspace

REPORT = "published/current/report.html"
DERIVED = ("resolve", "recognize", "reward", "report")
STEPS = {
    "report": "Make the tables that reports read.",
    "publish": "Check everything, switch in a new version whole (`var/published/current`, with `report.html`), and "
    "deliver payout files and the results files that were not sent yet.",
}


def declare(workspace: ListedWorkspace) -> None:
    """Declare the DAG of one workspace."""
    published = published_of(workspace)

    @dag(
        dag_id=f"{workspace.name}.publish_reports",
        schedule=[rewards_of(workspace)],
        params=NIGHT,
        doc_md=__doc__,
        **common(workspace, hours=6),
    )
    def publish_reports() -> None:
        """Declare the tasks."""

        @task(pool=workspace.pool, doc_md=STEPS["report"])
        def report() -> dict[str, str]:
            """Run the steps through the reports; say in words what each did."""
            return bring_up_to(workspace, DERIVED)

        @task(pool=workspace.pool, outlets=[published], doc_md=STEPS["publish"])
        def publish() -> dict[str, str]:
            """Run the steps through publishing; say in words what each did."""
            said = bring_up_to(workspace, (*DERIVED, "publish"), published)
            PublishedReport().tell(workspace, REPORT)
            return said

        report() >> add_links(publish(), workspace, PublishedReport())

    publish_reports()


for listed in WORKSPACES:
    declare(listed)
