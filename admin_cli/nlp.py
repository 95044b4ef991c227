"""`hc nlp`: teaching the models and deciding which version serves."""

from __future__ import annotations

import time
from typing import Annotated, Any, Final

import typer

from admin_cli import corrections
from admin_cli.client import Exit, Failure, at
from admin_cli.session import Session, session
from admin_cli.words import reasons

app = typer.Typer(help="教机器理解居民的话：例句、训练、启用、退回", no_args_is_help=True)
app.add_typer(corrections.app, name="corrections")

POLL_SECONDS: Final = 1.0
LINE: Final = (
    ("版本", "number"),
    ("状态", "state"),
    ("训练时间", "created_at"),
    ("启用时间", "served_at"),
    ("新例句", "taught"),
    ("意图 F1", "after.intent"),
    ("类别 F1", "after.category"),
    ("没通过的原因", "reason"),
    ("文件还在", "kept"),
)
FIGURES: Final = (
    ("版本", "number"),
    ("状态", "state"),
    ("没通过的原因", "reason"),
    ("自带例句", "sentences"),
    ("新例句", "taught"),
    ("对比的版本", "against"),
    ("意图 F1：原来", "before.intent"),
    ("意图 F1：这一版", "after.intent"),
    ("类别 F1：原来", "before.category"),
    ("类别 F1：这一版", "after.category"),
    ("检验例句", "held_out.messages"),
    ("答对：原来", "held_out.before"),
    ("答对：这一版", "held_out.after"),
    ("试读相同", "shadow.same"),
    ("试读不同", "shadow.different"),
    ("漏掉的险情", "missed"),
)
CURVE: Final = (("比例", "percent"), ("例句", "sentences"), ("意图", "intent"), ("类别", "category"))
RUN: Final = (("编号", "id"), ("状态", "state"), ("谁要的", "asked_by"), ("时间", "asked_at"), ("错误", "error"))
CHANGE: Final = (
    ("哪一条", "ref"),
    ("话", "text"),
    ("原来", "before.intent"),
    ("", "before.category"),
    ("这一版", "after.intent"),
    ("", "after.category"),
)
JUDGED: Final = (
    ("使用的版本", "serving"),
    ("检验例句", "held_out.messages"),
    ("意图对", "held_out.intent.accuracy"),
    ("直接回答", "held_out.intent.coverage"),
    ("回答的里面对", "held_out.intent.accuracy_answered"),
    ("类别对", "held_out.category.strict"),
)

Number = Annotated[int, typer.Argument(metavar="VERSION", min=0, help="版本号；0 是随软件发布的")]


@app.command()
def retrain(
    ctx: typer.Context,
    *,
    shadow: Annotated[bool, typer.Option("--shadow", help="训练好先试读：跟着看，不回答")] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="等结果，还是回头用 hc nlp training 看")] = True,
) -> None:
    """训练新的一版，和现在的比较，问过再启用；变差或漏险情的不会启用。"""
    hc = session(ctx)
    run = hc.client.post("/nlp/retrain", {"shadow": shadow})
    if not wait:
        hc.printer.done(run, "已排队。看进度：hc nlp training")
        return
    hc.printer.note("训练要几分钟；按 Ctrl-C 离开也不会停，之后用 hc nlp training 看结果。")
    answer = _waited(hc, run["id"])
    _show(hc, answer)
    version = _good(answer)
    if not shadow:
        hc.confirm(f"现在启用第 {version} 版？")
        hc.client.post(at("nlp", "models", str(version), "serve"), {"shadow": False})
        hc.printer.note(f"第 {version} 版一分钟内启用。不满意：hc nlp rollback")


def _waited(hc: Session, run_id: str) -> dict[str, Any]:
    while True:
        answer = hc.client.get("/nlp/training", id=run_id)
        if answer["run"]["state"] in ("done", "failed"):
            return answer
        time.sleep(POLL_SECONDS)


def _good(answer: dict[str, Any]) -> int:
    """The number of a version that may serve. Raises Failure."""
    version = answer["version"]
    if version is None:
        raise Failure(Exit.REFUSED, f"训练没有成功：{answer['run']['error']}")
    if version["state"] == "refused":
        raise Failure(Exit.REFUSED, f"这一版没有通过：{reasons(version['reason'])}。继续用原来的。")
    return int(version["number"])


def _show(hc: Session, answer: dict[str, Any]) -> None:
    version = answer["version"]
    if hc.printer.as_json or version is None:
        hc.printer.card(answer if hc.printer.as_json else answer["run"], RUN)
        return
    hc.printer.card(version, FIGURES)
    hc.printer.lines("学习曲线（比例、例句、意图、类别）", version["curve"], CURVE)
    hc.printer.lines("会有变化的近期来信（原来 → 这一版）", version["changes"], CHANGE)


@app.command()
def training(
    ctx: typer.Context,
    run_id: Annotated[str | None, typer.Option("--id", help="哪一次；不写就是最近一次")] = None,
) -> None:
    """训练到哪一步，结果怎样。"""
    hc = session(ctx)
    _show(hc, hc.client.get("/nlp/training", id=run_id))


@app.command()
def models(ctx: typer.Context) -> None:
    """有哪些版本，在用哪一版。"""
    hc = session(ctx)
    hc.printer.listing(hc.client.get("/nlp/models"), LINE)


@app.command()
def serve(
    ctx: typer.Context,
    number: Number,
    shadow: Annotated[bool, typer.Option("--shadow", help="只试读，不回答；版本写 0 就停止试读")] = False,
) -> None:
    """启用一版（会先询问）。"""
    hc = session(ctx)
    hc.confirm(f"第 {number} 版{'开始试读' if shadow else '用来回答居民'}？")
    _used(hc, hc.client.post(at("nlp", "models", str(number), "serve"), {"shadow": shadow}))


@app.command()
def rollback(ctx: typer.Context) -> None:
    """退回上一版，最后退到随软件发布的那一版（会先询问）。"""
    hc = session(ctx)
    hc.confirm("退回上一版？")
    _used(hc, hc.client.post("/nlp/rollback"))


def _used(hc: Session, answer: dict[str, Any]) -> None:
    trying = f"，第 {answer['shadow']} 版试读" if answer["shadow"] is not None else ""
    hc.printer.done(answer, f"第 {answer['serving']} 版一分钟内用来回答{trying}。")


@app.command()
def evaluate(ctx: typer.Context) -> None:
    """在用的这一版，在不参加训练的例句上怎样。"""
    hc = session(ctx)
    answer = hc.client.get("/nlp/evaluation")
    hc.printer.card(answer, JUDGED)
    if answer["version"] is not None and not hc.printer.as_json:
        hc.printer.card(answer["version"], FIGURES)
        hc.printer.lines("学习曲线（比例、例句、意图、类别）", answer["version"]["curve"], CURVE)
