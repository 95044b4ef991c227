"""What is known of the chain outside the database: a file to which every new seal adds its number and root.

Somebody who puts an old copy of the database back, signatures and all, does not put this file back. Each line is JSON
on its own: a line that was cut by a power failure is passed over.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from core import clock
from core.chains import Link

NAME: Final = "ledger-anchors.jsonl"
"""Of the file, in the folder of the service's own state."""

TAIL_BYTES: Final = 4096


class AnchorContradicted(Exception):
    """The database's chain is not the one that was anchored: an old copy was put back, or another one."""

    def __init__(self, seq: int) -> None:
        self.seq = seq
        super().__init__(f"the database does not hold seal {seq} as it was anchored")


def keep(path: Path, link: Link) -> bool:
    """Add the newest seal to the file; False when it stands there already.

    Raises AnchorContradicted, and leaves the file as it is, when that knows a later seal or another root.
    """
    before = last(path)
    if before is not None and (before.seq > link.seq or (before.seq == link.seq and before.root != link.root)):
        raise AnchorContradicted(before.seq)
    if before == link:
        return False
    line = json.dumps({"seq": link.seq, "root": link.root, "at": clock.iso(clock.now())})
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        file.write(f"{line}\n".encode() if _ends_well(file.tell(), path) else f"\n{line}\n".encode())
        file.flush()
        os.fsync(file.fileno())
    return True


def _ends_well(size: int, path: Path) -> bool:
    if size == 0:
        return True
    with path.open("rb") as file:
        file.seek(size - 1)
        return file.read(1) == b"\n"


def last(path: Path) -> Link | None:
    """The newest seal that the file knows, from its end; None when it knows none."""
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - TAIL_BYTES))
            lines = file.read().split(b"\n")
    except FileNotFoundError:
        return None
    return next((link for line in reversed(lines) if (link := _read(line))), None)


def known(path: Path) -> Iterator[Link]:
    """Every seal that the file knows, the oldest first."""
    try:
        with path.open("rb") as file:
            yield from (link for line in file if (link := _read(line)))
    except FileNotFoundError:
        return


def _read(line: bytes) -> Link | None:
    try:
        said = json.loads(line)
        return Link(int(said["seq"]), str(said["root"]))
    except (ValueError, KeyError, TypeError):
        return None
