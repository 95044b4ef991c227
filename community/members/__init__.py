"""In-service party members who register with the community they live in (双报到).

What other packages may use stands here; the table is written by this package only.
"""

from community.members.models import Registration
from community.members.registrations import (
    AlreadyRegistered,
    Details,
    approve,
    correct,
    get,
    register,
    return_,
    revoke,
    status,
    withdraw,
)
from community.members.views import export_rows, listing, own_view, staff_view, summary
from community.members.workflow import TRANSITIONS, Action

__all__ = [
    "TRANSITIONS",
    "Action",
    "AlreadyRegistered",
    "Details",
    "Registration",
    "approve",
    "correct",
    "export_rows",
    "get",
    "listing",
    "own_view",
    "register",
    "return_",
    "revoke",
    "staff_view",
    "status",
    "summary",
    "withdraw",
]
