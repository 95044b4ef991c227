"""Intent and category by weighted rules with negation guards, clause by clause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nlp.clauses import clauses
from nlp.lexicon import Hit, lexicon
from nlp.understanding import INTENTS, Scored

# What stands right before a word and takes it back: 不是报修, 先不换, 别给我取消.
_NEGATED: Final = re.compile(
    r"(不是|不想|不要|不用|不必|不需要|不打算|不去|先不|没想|没打算|没说|没要|并非|不|别|甭|莫|无需|没有?)"
    r"(是|想|要|来|去|再|转|找|叫|联系|急着|着急|给我|帮我|替我|跟我|让我|为了|说|把.{0,6}|真的?)*$"
)
# A matter that is denied is none (不是漏水); one that is lacking is (没有路灯).
_TAKE_BACK: Final = frozenset("不并别甭莫无没")
"""Each of the former holds one of these."""

_NOT_IT: Final = re.compile(r"(不是|并非)(说|想|要)?(投诉|反映|举报|报)?$")
_QUESTION: Final = re.compile("怎么|为什么|吗$|没有$|谁|咋")
_ASKING: Final = re.compile("怎么|什么|多少|哪|几|吗|呢|能不能|能不|有没有|咋|谁|[不没]$")
_TAKEN_BACK: Final = frozenset({"volunteer_signup", "service_order", "redeem", "party_register"})
_LONGEST_GREETING: Final = 10
_LEFT_ALONE: Final = 1.5
# Who cancels or asks how it goes names the thing too; the thing is then no wish of its own.
_NAMED_ONLY: Final = {
    "cancel": frozenset({"volunteer_signup", "service_order", "redeem", "party_register"}),
    "progress_query": frozenset({"volunteer_signup", "service_order", "redeem"}),
}
_NEXT_WISH: Final = re.compile(
    "另外|顺便|顺带|顺手|顺道|仲有|还有(?!名额|位|多少|没|几|活动|吗|积分)|对了|再帮我|再给我|(?:换|改)(?:成|为|报|约|订|到|去|做)"
)
_EXPLICIT: Final = 2.4
_DECISIVE: Final = 3.0
_FLOOR: Final = 1.4
_SURE: Final = 0.5
_COMMON: Final = (Scored("issue_report", 0.1), Scored("progress_query", 0.1), Scored("service_order", 0.1))
_UNKNOWN: Final = Scored("other", 0.5)


@dataclass(frozen=True, slots=True)
class IntentReading:
    """`intent` is None when the message must be asked back."""

    intent: str | None
    confidence: float
    candidates: tuple[Scored, ...]
    intents: tuple[str, ...]


def read_intent(text: str, category_hits: Sequence[Hit], secrets: list[tuple[int, int]]) -> IntentReading:
    """Score every clause, name the wishes in order of mention, and abstain where evidence is thin or divided.

    Within `secrets`, the spans that ask not to be named, words tell of a report and of nothing else.
    """
    by_clause = clause_scores(text, category_hits, secrets)
    whole = _sum(by_clause)
    ranked = sorted(whole.items(), key=lambda item: (-item[1], INTENTS.index(item[0])))
    ranked = [(name, score) for name, score in ranked if score > 0]
    if not ranked:
        return IntentReading(_UNKNOWN.name, _UNKNOWN.confidence, (_UNKNOWN,), (_UNKNOWN.name,))
    candidates = tuple(Scored(name, _confidence(name, ranked)) for name, _ in ranked[:3])
    wishes = without_echoes(_in_order(by_clause, ranked[0][0]), text)
    intent = first_actionable(wishes)
    confidence = _confidence(intent, ranked)
    if len(wishes) > 1:
        confidence = max(confidence, _SURE)
    if confidence < _SURE or whole[intent] < _FLOOR:
        return IntentReading(None, candidates[0].confidence, _three(candidates), ())
    chosen = Scored(intent, confidence)
    rest = tuple(one for one in candidates if one.name != intent)[:2]
    return IntentReading(intent, confidence, (chosen, *rest), wishes)


def summed(by_clause: list[dict[str, float]]) -> dict[str, float]:
    """The score of each intent in the whole message, those above nothing."""
    return {name: score for name, score in _sum(by_clause).items() if score > 0}


def negated(text: str) -> frozenset[str]:
    """The intents whose words are taken back wherever they are named (别给我取消, 不是报修)."""
    if _TAKE_BACK.isdisjoint(text):
        return frozenset()
    denied: set[str] = set()
    meant: set[str] = set()
    hits = lexicon("intents").hits(text)
    for start, end in clauses(text):
        for hit in hits:
            if start <= hit.start < end and hit.weight >= _DECISIVE:
                (denied if _is_negated(text, start, hit) else meant).add(hit.label)
    return frozenset(denied - meant)


def clause_scores(text: str, category_hits: Sequence[Hit], secrets: list[tuple[int, int]]) -> list[dict[str, float]]:
    """The score of each intent in each clause, in the order of `nlp.clauses.clauses`."""
    hits = [hit for hit in lexicon("intents").hits(text) if hit.label == "issue_report" or not _within(hit, secrets)]
    return [_clause_scores(text, span, hits, category_hits) for span in clauses(text)]


def _within(hit: Hit, spans: list[tuple[int, int]]) -> bool:
    return any(start <= hit.start < end for start, end in spans)


def _three(candidates: tuple[Scored, ...]) -> tuple[Scored, ...]:
    """What to offer when asking back: the likeliest, filled up with what residents want most often."""
    named = {one.name for one in candidates}
    return (*candidates, *(one for one in _COMMON if one.name not in named))[:3]


def _clause_scores(
    text: str, span: tuple[int, int], hits: Sequence[Hit], category_hits: Sequence[Hit]
) -> dict[str, float]:
    """The score of each intent in one clause; a rule counts once, a negated one turns into what it implies."""
    start, end = span
    scores: dict[str, float] = {}
    counted: set[int] = set()
    kept: set[str] = set()
    hits = [hit for hit in hits if start <= hit.start < end]
    matters = [hit.weight for hit in category_hits if start <= hit.start < end]
    if not hits and not matters:
        return scores
    for hit in hits:
        if hit.rule in counted:
            continue
        if _is_negated(text, start, hit):
            kept.update(_NAMED_ONLY.get(hit.label, ()))
            _take_back(scores, hit)
            continue
        counted.add(hit.rule)
        scores[hit.label] = scores.get(hit.label, 0.0) + hit.weight
    if matters and ("issue_report" in scores or not scores) and not _is_question_only(text[start:end], scores):
        told = 0.6 if _is_told(text[start:end]) else 0.0
        scores["issue_report"] = scores.get("issue_report", 0.0) + max(matters) / 4 + told
    if len(scores) > 1 or end - start > _LONGEST_GREETING:
        scores.pop("greeting", None)
    return _with_object(scores, kept)


def _with_object(scores: dict[str, float], kept: set[str]) -> dict[str, float]:
    """Weaken the thing that is only named: by cancelling, by asking how it goes, or by 别取消我的报名 (`kept`)."""
    named = next((kinds for verb, kinds in _NAMED_ONLY.items() if scores.get(verb, 0.0) >= _DECISIVE), kept)
    if not named:
        return scores
    return {name: score / 4 if name in named else score for name, score in scores.items()}


def _is_question_only(clause: str, scores: dict[str, float]) -> bool:
    return not scores and bool(_QUESTION.search(clause))


def _is_told(clause: str) -> bool:
    """Whether a clause says something of a matter rather than name or ask it."""
    return len(clause) > 5 and _ASKING.search(clause) is None


def _is_negated(text: str, clause_start: int, hit: Hit) -> bool:
    begin = max(clause_start, hit.start - 10)
    before = text[begin : hit.start]
    found = None if _TAKE_BACK.isdisjoint(before) else _NEGATED.search(before)
    if found is None:
        return False
    start = begin + found.start()
    is_either_or = text[start] == "不" and start > 0 and text[start - 1] == text[start + 1 : start + 2]
    return not is_either_or


def _take_back(scores: dict[str, float], hit: Hit) -> None:
    if hit.label in {"cancel", "redeem"}:
        scores["other"] = scores.get("other", 0.0) + min(hit.weight, _LEFT_ALONE)
    elif hit.label in _TAKEN_BACK:
        scores["other"] = scores.get("other", 0.0) + 0.1


def _sum(by_clause: list[dict[str, float]]) -> dict[str, float]:
    """Scores of the whole message: the best clause counts fully, every further one by half."""
    if len(by_clause) == 1:
        return by_clause[0]
    collected: dict[str, list[float]] = {}
    for scores in by_clause:
        for name, score in scores.items():
            collected.setdefault(name, []).append(score)
    return {name: max(values) + (sum(values) - max(values)) / 2 for name, values in collected.items()}


def _in_order(by_clause: list[dict[str, float]], strongest: str) -> tuple[str, ...]:
    """The wishes in order of mention: each clause's own when it is explicit, and always the strongest of all."""
    found: list[str] = []
    for scores in by_clause:
        if not scores:
            continue
        name, score = max(scores.items(), key=lambda item: item[1])
        needed = _EXPLICIT if name == strongest else _DECISIVE
        if score >= needed and name not in found:
            found.append(name)
    if strongest not in found:
        found.append(strongest)
    return tuple(found)


def has_another(text: str) -> bool:
    """Whether words announce a further wish (另外, 顺便, 换成)."""
    return _NEXT_WISH.search(text) is not None


def without_echoes(found: tuple[str, ...], text: str) -> tuple[str, ...]:
    """Chat beside a wish is no wish, thanks after one are politeness, and urging names what it urges."""
    wishes = [name for name in found if name != "other"] or ["other"]
    if "greeting" in wishes[1:]:
        wishes = [wishes[0], *(name for name in wishes[1:] if name != "greeting")]
    is_urging = {"progress_query", "issue_report"} <= set(wishes)
    if is_urging and wishes.index("issue_report") < wishes.index("progress_query") and not has_another(text):
        wishes.remove("issue_report")
    return tuple(wishes)


def first_actionable(wishes: tuple[str, ...]) -> str:
    return next((name for name in wishes if name not in {"greeting", "other"}), wishes[0])


def _confidence(name: str, ranked: list[tuple[str, float]]) -> float:
    scores = dict(ranked)
    mine = scores.get(name, 0.0)
    rival = max((score for other, score in ranked if other != name), default=0.0)
    return round(mine / (mine + rival + 0.5), 3)


def category_scores(text: str, hits: Sequence[Hit]) -> dict[str, float]:
    """The score of each category that the table names; what stands earlier counts a little more."""
    scores: dict[str, float] = {}
    for label, weight, start in _each_once(text, hits).values():
        earlier = 0.3 * (1 - start / (len(text) + 1))
        scores[label] = scores.get(label, 0.0) + weight + earlier
    return scores


def _each_once(text: str, hits: Sequence[Hit]) -> dict[int, tuple[str, float, int]]:
    kept: dict[int, tuple[str, float, int]] = {}
    for hit in hits:
        if hit.rule in kept or _NOT_IT.search(text[max(0, hit.start - 5) : hit.start]):
            continue
        kept[hit.rule] = (hit.label, hit.weight, hit.start)
    return kept
