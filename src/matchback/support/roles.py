"""Who may do what on the support page: one table, which one place enforces (`guard`)."""

from __future__ import annotations

ANYBODY = "anybody"  # the page that logs in, the style sheet, the script
SIGNED_IN = "signed_in"

PERMISSIONS = {
    SIGNED_IN: "log in and out",
    "overview": "see the program's figures",
    "files": "see files and refusals, without values",
    "simulate": "try other reward rules",
    "look_up": "look a person up, with a reason that is logged",
    "queue": "see the rewards that wait for a person",
    "recognize": "name the advocate of an event by hand",
    "grant": "grant a reward by hand",
    "approve": "approve and decline rewards, have a failed payment made again",
    "audit": "read the log of look-ups and log-ins",
}
ROLES = {
    "analyst": ("overview", "files", "simulate"),
    "support": ("overview", "files", "look_up"),
    "operator": ("overview", "files", "simulate", "look_up", "queue", "recognize", "grant"),
    "approver": ("overview", "files", "look_up", "queue", "approve"),
    "admin": tuple(name for name in PERMISSIONS if name != SIGNED_IN),
}


def may(role: str, permission: str) -> bool:
    """Tell whether a role has a permission; everybody with a role may log in and out."""
    return permission in (ANYBODY, SIGNED_IN) or permission in ROLES[role]
