"""The teaching loop: examples from residents' messages, labelled by workers; models trained on them, and which serves.

What other packages may use stands here; the tables are written by this package only.
"""

from community.teaching import readings, runs, versions
from community.teaching.candidates import Found, forget, forget_old, get, listing, queue, show, words
from community.teaching.cleaning import blanked
from community.teaching.corrections import corrected
from community.teaching.deciding import MOST_ROWS, Imported, Line, add, dismiss, import_lines, take, taken
from community.teaching.labels import Label, LabelWrong, checked
from community.teaching.models import Candidate, CandidateState, RunState, Source, VersionState

__all__ = [
    "MOST_ROWS",
    "Candidate",
    "CandidateState",
    "Found",
    "Imported",
    "Label",
    "LabelWrong",
    "Line",
    "RunState",
    "Source",
    "VersionState",
    "add",
    "blanked",
    "checked",
    "corrected",
    "dismiss",
    "forget",
    "forget_old",
    "get",
    "import_lines",
    "listing",
    "queue",
    "readings",
    "runs",
    "show",
    "take",
    "taken",
    "versions",
    "words",
]
