"""What a platform's content check says. Alipay's and WeChat's words are mapped to these three."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Suggestion(StrEnum):
    CLEAN = "pass"
    REVIEW = "review"
    RISKY = "risky"


_SEVERITY = {Suggestion.CLEAN: 0, Suggestion.REVIEW: 1, Suggestion.RISKY: 2}


@dataclass(frozen=True, slots=True)
class Verdict:
    """`label` is the platform's own word for the kind of risk, kept for staff."""

    suggestion: Suggestion
    label: str = ""


def worst(verdicts: list[Verdict]) -> Verdict:
    """Of the parts of one text: the gravest. Nothing checked is clean."""
    return max(verdicts, key=lambda verdict: _SEVERITY[verdict.suggestion], default=Verdict(Suggestion.CLEAN))


def suggestion(word: str, words: dict[str, Suggestion]) -> Suggestion:
    """A word that we don't know is for a person to judge."""
    return words.get(word, Suggestion.REVIEW)
