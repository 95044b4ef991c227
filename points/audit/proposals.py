"""What somebody could type to put a finding right. Nothing here posts anything."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Final

from points.audit.findings import Finding, MendKind

NOT_BY_POSTING: Final = "cannot be mended by posting"
"""A row was changed behind the ledger's back: compare it with a backup."""


def proposal(finding: Finding, refs: Mapping[str, str]) -> str:
    """The command, or NOT_BY_POSTING; `refs` are the residents' references by their ids, as staff know them."""
    mend = finding.mend
    if mend is None:
        return NOT_BY_POSTING
    because = shlex.quote(f"{finding.check} {finding.ref}")
    match mend.kind:
        case MendKind.REVERSE:
            return f"hc points reverse {mend.subject} --reason {because}"
        case MendKind.STOCK:
            return f"hc rewards stock {mend.subject} {mend.amount}" if mend.amount >= 0 else NOT_BY_POSTING
        case MendKind.ADJUST:
            ref = refs.get(mend.subject)
            if ref is None or mend.amount == 0:
                return NOT_BY_POSTING
            return f"hc points adjust {ref} {mend.amount} --area {mend.area_code} --reason {because}"
