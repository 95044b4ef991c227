"""From the models' probabilities to wishes: what is sure enough is taken, what is not is asked back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from nlp import rules
from nlp.clauses import clauses
from nlp.emergencies import Danger, insists, is_now
from nlp.hints import Hints, hints
from nlp.models import CATEGORY, DANGER, DOUBT, HAZARD, INTENT, NO_DANGER, Models
from nlp.rules import IntentReading
from nlp.stack import Head, Sums
from nlp.understanding import Scored

_SHORTEST_WISH: Final = 2
_TALK: Final = ("greeting", "other")
_ASKED: Final = 3
_LONG_ENOUGH: Final = 4
_GREETING: Final = re.compile(
    r"(?:(?:你好|您好|在吗|在么|在不在|早上好|下午好|晚上好|哈喽|hello|hi|请问)[呀啊哈]?[，。！？~ ]*)+"
)
# Where to and whom to call belongs to the wish that stands beside it.
_DETAIL: Final = re.compile(
    "(?:请|麻烦)?(?:送到|送去|送往|送至|地址|联系电话|联系方式|电话|手机|我?住在?|在).{0,30}(?:[0-9]|号|室|楼|单元|栋|户)$"
)
# What it is not, said before what it is: 我不是要换东西，就看看余额.
_DENIAL: Final = re.compile(r"(?:我|俺|咱|这|那)?(?:也|又|并)?(?:不是|并非)(?!.*[吗嘛么]$)")
_CERTAIN: Final = 0.9
_ANNOUNCED: Final = 0.6
"""So sure a clause must be of its wish where words announce a further one."""

_SURELY_CALM: Final = 0.85
"""So sure the model must be that there is no danger where words that are also said loosely say that it happens now."""

_TOO_SHORT: Final = 4
"""In so few characters (有人吗) a leaning of the model alone is no reason to ask about danger."""

_LEANING: Final = 0.35
_SAYS_IT_ALL: Final = 4.0
_SAYS_IT_TWICE: Final = 7.0


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the n-grams of a text say, and those of each clause that may hold a wish (none where the text is all one).

    With each clause goes its text and what the rules found there.
    """

    whole: Sums
    clauses: list[tuple[str, dict[str, float], Sums]]


def weigh(text: str, found: Hints, models: Models) -> Weighed:
    """For a normalised text with its hints, by one look at the models."""
    spans = clauses(text)
    long = [
        (at, (start, end))
        for at, (start, end) in enumerate(spans)
        if len(spans) > 1 and end - start >= _SHORTEST_WISH and not _is_beside(text[start:end])
    ]
    whole, *others = models.stack.sums(text, [span for _, span in long])
    parts = zip(long, others, strict=True)
    return Weighed(whole, [(text[start:end], found.clauses[at], sums) for (at, (start, end)), sums in parts])


def _is_beside(clause: str) -> bool:
    """Whether a clause says what is not wished, or only where and who."""
    return bool(_DENIAL.match(clause) or _DETAIL.match(clause))


def read_intent(text: str, found: Hints, models: Models, weighed: Weighed | None = None) -> IntentReading:
    """Name the wishes of a normalised text in order of mention, and abstain where nothing is sure or two are close.

    `weighed` where that is known already.
    """
    whole, text = text, _without(text, found.secrets)
    if (greeting := _GREETING.match(text)) and len(text) - greeting.end() >= _LONG_ENOUGH:
        rest = text[greeting.end() :]
        inner = read_intent(rest, hints(rest, seen=found.seen), models)
        names = tuple(name for name in inner.intents if name != "greeting")
        return replace(inner, intents=("greeting", *names)) if names and names != ("other",) else inner
    if text is not whole:
        weighed = weigh(text, hints(text, seen=found.seen), models)
    elif weighed is None:
        weighed = weigh(text, found, models)
    head = models.stack.heads[INTENT]
    shares = head.shares(weighed.whole, found.intent)
    ranked = ranking(head, shares, _ASKED)
    top, second = ranked[0], ranked[1]
    denied = rules.negated(text)
    if top.name in denied:
        return rules.read_intent(whole, found.matters, found.secrets)
    wishes, sureness = _wishes(weighed, models)
    enough = _CERTAIN if len(wishes) == 1 else models.gate.wish
    if wishes and top.name not in (*wishes, *_TALK) and top.confidence >= enough:
        wishes, sureness = (*wishes, top.name), {**sureness, top.name: top.confidence}
    if len(wishes) < 2:
        is_sure = top.confidence >= models.gate.probability and top.confidence - second.confidence >= models.gate.margin
        if not is_sure and not _is_named(found, top):
            if denied:
                return rules.read_intent(whole, found.matters, found.secrets)
            return IntentReading(None, top.confidence, ranked, ())
        return IntentReading(top.name, top.confidence, ranked, (top.name,))
    left = rules.without_echoes(wishes, text)
    wishes = left if top.name in left or top.confidence < _CERTAIN else (top.name,)
    # A story before the wish names things too; what the whole message says most surely is then the wish.
    is_main = top.name in wishes and top.name not in _TALK and not rules.has_another(text)
    intent = top.name if is_main else rules.first_actionable(wishes)
    confidence = max(sureness.get(intent, 0.0), round(shares[head.labels.index(intent)], 3))
    others = tuple(one for one in ranked if one.name != intent)[: _ASKED - 1]
    return IntentReading(intent, confidence, (Scored(intent, confidence), *others), wishes)


def _is_named(found: Hints, top: Scored) -> bool:
    """Whether the rules met words that say it all (我要报名) for what the model leans to; a matter alone says less."""
    return top.confidence >= _LEANING and _is_named_by(found.intent, top.name)


def _is_named_by(heard: dict[str, float], name: str) -> bool:
    return heard.get(name, 0.0) >= (_SAYS_IT_TWICE if name == "issue_report" else _SAYS_IT_ALL)


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text without what only asks not to be named, unless nothing else is said."""
    left = text
    for start, end in sorted(spans, reverse=True):
        left = left[:start] + left[end:]
    left = left.strip("，。！？ ")
    return left if len(left) >= _SHORTEST_WISH else text


def _wishes(weighed: Weighed, models: Models) -> tuple[tuple[str, ...], dict[str, float]]:
    """The wishes that single clauses name surely, in order, and how surely."""
    if not weighed.clauses:
        return (), {}
    found: dict[str, float] = {}
    enough = _ANNOUNCED if rules.has_another("，".join(text for text, _, _ in weighed.clauses)) else models.gate.wish
    head = models.stack.heads[INTENT]
    for _, points, sums in weighed.clauses:
        name, share = head.best(sums, points)
        if (share >= enough or _is_named_by(points, name)) and name != "other":
            found[name] = max(round(share, 3), found.get(name, 0.0))
    if all(name in _TALK for name in found):
        return (), {}
    return tuple(found), found


def ranking(head: Head, shares: Sequence[float], most: int) -> tuple[Scored, ...]:
    """The likeliest labels with their probabilities, the likeliest first."""
    order = sorted(range(len(shares)), key=shares.__getitem__, reverse=True)[:most]
    return tuple(Scored(head.labels[at], round(shares[at], 3)) for at in order)


def read_category(found: Hints, models: Models, weighed: Weighed) -> tuple[Scored, ...]:
    """The three likeliest categories of a report."""
    head = models.stack.heads[CATEGORY]
    return ranking(head, head.shares(weighed.whole, found.category), _ASKED)


def read_danger(text: str, found: Hints, models: Models, weighed: Weighed) -> Danger:
    """The safety net's finding, heightened or turned into a question by what the model learnt."""
    net, gate = found.seen, models.gate
    head = models.stack.heads[DANGER]
    shares = dict(zip(head.labels, head.shares(weighed.whole, found.danger), strict=True))
    harmless = shares.pop(NO_DANGER, 0.0) + shares.pop(DOUBT, 0.0)
    hazard = shares.pop(HAZARD, 0.0)
    alarm = sum(shares.values())
    if net.kind is not None and not net.doubt:
        calm = harmless >= (_SURELY_CALM if is_now(text) else gate.calm)
        return Danger(net.kind, doubt=calm and not insists(text), urgency=3)
    urges = is_now(text)
    is_short = net.kind is None and len(text) <= _TOO_SHORT and alarm < gate.alarm and not urges
    if is_short or alarm + hazard < min(gate.ask / 2, gate.alarm):
        return net
    kind = net.kind or max(shares, key=shares.__getitem__)
    if alarm >= gate.alarm:
        return Danger(kind, doubt=net.doubt and not urges, urgency=3)
    ask = gate.ask / 2 if urges else gate.ask
    # Of words that are known for harmless ones nobody is asked: they are looked at soon, no more.
    is_familiar = net.kind is None and net.lookalike and not urges
    if alarm >= ask and not is_familiar:
        return Danger(kind, doubt=True, urgency=3)
    if alarm + hazard >= ask:
        return Danger(net.kind, doubt=net.doubt, urgency=3)
    return net
