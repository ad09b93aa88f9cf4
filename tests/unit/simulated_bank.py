"""A small bank whose every recognition is known, to try other terms on: files in, one run, published.

Finn was shared to by Ada on 1 October and by Bea on 20 October, Gwen by Ada on 11 October; both opened an account on
2 November, as Hugo did with Ada's code: these three rewards are issued. Jack was shared to by Bea on 20 October and
opened on 9 November: his advocate's reward is pending. Kim opened 112 days after Bea's share,
beyond the look-back of 90.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from matchback.context import open_context
from matchback.steps import run_steps
from matchback.workspace import Workspace

AS_OF = date(2026, 11, 10)
TOML = """
[workspace]
name = "little-bank"
time_zone = "America/New_York"
id_secret = "file:secret.txt"

[[programs]]
id = "refer"
from = 2026-01-01
events = ["account_opened"]
order = [["ADVOCATE_CODE"], ["SHARE_RECIPIENT"]]
look_back_days = { default = 365, SHARE_RECIPIENT = 90 }

[[events]]
name = "account_opened"
stage = 3
rewardable = true

[[feeds]]
id = "openings"
kind = "events"
source = "inbox/openings"
pattern = "*.csv"
constants = { event_name = "account_opened" }

[[feeds]]
id = "advocates"
kind = "advocates"
source = "inbox/advocates"
pattern = "*.csv"

[[feeds]]
id = "shares"
kind = "shares"
source = "inbox/shares"
pattern = "*.csv"

[[feeds]]
id = "emails"
kind = "emails"
source = "inbox/emails"
pattern = "*.csv"

[[rewards]]
id = "advocate-25"
program = "refer"
from = 2026-01-01
to = "advocate"
on = "account_opened"
value = { kind = "cash", amount = "25.00" }
pending_days = 3

[payout]
dual_control = false
"""
FILES = {
    "advocates": """partner_user_id,email,advocate_code,enrolled_on,pay_to_account_id
M1,ada@example.com,ADA-1,2026-01-05,300000000111
M2,bea@example.com,BEA-2,2026-01-05,300000000222
""",
    "shares": """share_id,advocate_partner_user_id,shared_at
S1,M1,2026-10-01T12:00:00-04:00
S2,M2,2026-10-20T12:00:00-04:00
S3,M1,2026-10-11T12:00:00-04:00
S4,M2,2026-07-20T12:00:00-04:00
""",
    "emails": """share_id,recipient_email,sent_at
S1,finn@example.net,2026-10-01T12:00:00-04:00
S2,finn@example.net,2026-10-20T12:00:00-04:00
S3,gwen@example.net,2026-10-11T12:00:00-04:00
S2,jack@example.net,2026-10-20T12:00:00-04:00
S4,kim@example.net,2026-07-20T12:00:00-04:00
""",
    "openings": """partner_event_id,event_time,partner_user_id,email,account_id,advocate_code
OPEN-FINN,2026-11-02T10:00:00-05:00,F1,finn@example.net,ACC1,
OPEN-GWEN,2026-11-02T11:00:00-05:00,F2,gwen@example.net,ACC2,
OPEN-HUGO,2026-11-02T12:00:00-05:00,F3,hugo@example.net,ACC3,ADA-1
OPEN-JACK,2026-11-09T10:00:00-05:00,F4,jack@example.net,ACC4,
OPEN-KIM,2026-11-09T11:00:00-05:00,F5,kim@example.net,ACC5,
""",
}


def found_simulated_bank(root: Path) -> Workspace:
    """Make the bank's workspace and run its only night."""
    for feed, content in FILES.items():
        (root / "inbox" / feed).mkdir(parents=True)
        (root / "inbox" / feed / f"{feed}.csv").write_text(content, encoding="utf-8")
    (root / "matchback.toml").write_text(TOML, encoding="utf-8")
    (root / "secret.txt").write_text("a secret that protects nobody", encoding="utf-8")
    workspace = Workspace.at(root)
    run_steps(open_context(workspace, as_of=AS_OF))
    return workspace
