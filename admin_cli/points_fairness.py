"""`hc points freeze`, `unfreeze`, `freezes`, `appeals`, `flags`, `clawback`: what keeps points fair."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from admin_cli.client import at
from admin_cli.options import Area, Cursor, Limit, Reason
from admin_cli.session import Session, session

flags = typer.Typer(help="看起来不公平的事：重复、无效、自己核实自己、串通、短时间很多", no_args_is_help=False)
appeals = typer.Typer(help="居民对积分停用、收回的申诉", no_args_is_help=False)

FLAG: Final = (
    ("编号", "id"),
    ("状态", "state"),
    ("种类", "kind"),
    ("居民", "ref"),
    ("对象", "subject_id"),
    ("区域", "area_code"),
    ("发现", "raised_at"),
)
FLAG_CARD: Final = (
    *FLAG,
    ("依据", "facts"),
    ("处理人", "decided_by"),
    ("处理时间", "decided_at"),
    ("处理说明", "decision"),
)
FREEZE: Final = (
    ("编号", "id"),
    ("居民", "ref"),
    ("原因", "reason"),
    ("停用人", "frozen_by"),
    ("停用", "frozen_at"),
    ("到", "ends_at"),
    ("恢复", "lifted_at"),
    ("恢复原因", "lifted_because"),
)
APPEAL: Final = (
    ("编号", "id"),
    ("状态", "state"),
    ("居民", "ref"),
    ("针对", "against"),
    ("第几次", "round"),
    ("提出", "created_at"),
    ("处理人", "decided_by"),
    ("处理说明", "decision"),
)
APPEAL_CARD: Final = (
    *APPEAL,
    ("居民说", "words"),
    ("停用原因", "freeze.reason"),
    ("停用人", "freeze.frozen_by"),
    ("停用", "freeze.frozen_at"),
    ("到", "freeze.ends_at"),
    ("收回原因", "clawback.reason"),
    ("收回人", "clawback.taken_by"),
    ("收回", "clawback.taken_at"),
    ("收回积分", "clawback.taken_points"),
    ("欠", "clawback.owed_points"),
    ("哪些事", "clawback.deeds"),
)
Ref = Annotated[str, typer.Argument(metavar="REF", help="居民编号，J 开头")]
FlagId = Annotated[str, typer.Argument(metavar="ID", help="提醒编号")]
AppealId = Annotated[str, typer.Argument(metavar="ID", help="申诉编号")]
State = Annotated[str | None, typer.Option("--state", help="open、confirmed 或 dismissed")]
AppealState = Annotated[str | None, typer.Option("--state", help="open、upheld 或 declined")]


def register(app: typer.Typer) -> None:
    """Add these commands to those of `hc points`."""
    for command in (freeze, unfreeze, freezes, clawback):
        app.command()(command)
    for name, inner in (("appeals", appeals), ("flags", flags)):
        app.add_typer(inner, name=name)


def freeze(
    ctx: typer.Context,
    ref: Ref,
    reason: Reason,
    days: Annotated[int, typer.Option("--days", min=1, max=90, help="停用几天")] = 30,
    area: Area = None,
) -> None:
    """停用居民的积分，居民会收到原因，可以申诉（会先询问）。"""
    hc = session(ctx)
    hc.confirm(f"停用 {ref} 的积分 {days} 天？居民会看到原因。")
    answer = hc.client.post(at("points", ref, "freeze"), {"reason": reason, "days": days, "area": area})
    hc.printer.done(answer, f"已停用到 {answer['ends_at'][:10]}，已告诉居民。")


def unfreeze(ctx: typer.Context, ref: Ref, reason: Reason, area: Area = None) -> None:
    """恢复居民的积分。"""
    hc = session(ctx)
    answer = hc.client.post(at("points", ref, "unfreeze"), {"reason": reason, "area": area})
    hc.printer.done(answer, "已恢复，已告诉居民。")


def freezes(
    ctx: typer.Context,
    *,
    over: Annotated[bool, typer.Option("--all", help="也列出已经恢复的")] = False,
    area: Area = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> None:
    """列出停用的积分。"""
    hc = session(ctx)
    answer = hc.client.get("/points/freezes", all=over or None, area=area, limit=limit, cursor=cursor)
    hc.printer.listing(answer, FREEZE)


def clawback(
    ctx: typer.Context, transfer: Annotated[str, typer.Argument(metavar="TX", help="发积分的流水号")], reason: Reason
) -> None:
    """收回不属实的上报得的积分，已花掉的按社区规定免去或欠着；居民可以申诉（会先询问）。"""
    hc = session(ctx)
    hc.confirm(f"收回流水 {transfer} 发的积分？居民会看到原因。")
    answer = hc.client.post(at("transfers", transfer, "clawback"), {"reason": reason})
    hc.printer.done(answer, _taken(answer))


def _taken(answer: dict[str, Any]) -> str:
    said = f"已收回 {answer['taken_points']} 分"
    if answer["owed_points"]:
        said += f"，欠 {answer['owed_points']} 分"
    if answer["forgiven_points"]:
        said += f"，免去 {answer['forgiven_points']} 分"
    return f"{said}。"


@flags.callback(invoke_without_command=True)
def all_flags(ctx: typer.Context) -> None:
    """Without a verb: what waits for a look."""
    if ctx.invoked_subcommand is None:
        _flags(session(ctx), state="open")


@flags.command("list")
def list_flags(
    ctx: typer.Context,
    *,
    state: State = None,
    kind: Annotated[str | None, typer.Option("--kind", help="种类，例如 duplicate、burst")] = None,
    area: Area = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> None:
    """列出提醒，新的在前；提醒不影响居民的积分。"""
    _flags(session(ctx), state=state, kind=kind, area=area, limit=limit, cursor=cursor)


def _flags(hc: Session, **query: Any) -> None:
    hc.printer.listing(hc.client.get("/points/flags", **query), FLAG)


@flags.command("show")
def show_flag(ctx: typer.Context, flag: FlagId) -> None:
    """一条提醒和它的依据。"""
    hc = session(ctx)
    hc.printer.card(hc.client.get(at("points", "flags", flag)), FLAG_CARD)


@flags.command("confirm")
def confirm_flag(
    ctx: typer.Context,
    flag: FlagId,
    reason: Reason,
    *,
    claw_back: Annotated[bool, typer.Option("--claw-back", help="收回这些上报得的积分")] = False,
    days: Annotated[int | None, typer.Option("--freeze-days", min=1, max=90, help="停用积分几天")] = None,
) -> None:
    """提醒属实，可以同时收回积分或停用（会先询问）。"""
    hc = session(ctx)
    if claw_back or days is not None:
        hc.confirm("居民的积分会有变化，居民会看到原因。确定吗？")
    body = {"reason": reason, "claw_back": claw_back, "freeze_days": days}
    answer = hc.client.post(at("points", "flags", flag, "confirm"), body)
    hc.printer.done(answer, _taken(answer["taken_back"]) if answer["taken_back"] else "已确认。")


@flags.command("dismiss")
def dismiss_flag(ctx: typer.Context, flag: FlagId, reason: Reason) -> None:
    """看过了，没有问题。"""
    hc = session(ctx)
    hc.printer.done(hc.client.post(at("points", "flags", flag, "dismiss"), {"reason": reason}), "已处理。")


@appeals.callback(invoke_without_command=True)
def all_appeals(ctx: typer.Context) -> None:
    """Without a verb: what waits for an answer."""
    if ctx.invoked_subcommand is None:
        _appeals(session(ctx), state="open")


@appeals.command("list")
def list_appeals(
    ctx: typer.Context, *, state: AppealState = None, area: Area = None, limit: Limit = 50, cursor: Cursor = None
) -> None:
    """列出申诉，新的在前。"""
    _appeals(session(ctx), state=state, area=area, limit=limit, cursor=cursor)


def _appeals(hc: Session, **query: Any) -> None:
    hc.printer.listing(hc.client.get("/points/appeals", **query), APPEAL)


@appeals.command("show")
def show_appeal(ctx: typer.Context, appeal: AppealId) -> None:
    """一次申诉：居民说了什么，为什么停用或收回。"""
    hc = session(ctx)
    hc.printer.card(hc.client.get(at("points", "appeals", appeal)), APPEAL_CARD)


@appeals.command("uphold")
def uphold(ctx: typer.Context, appeal: AppealId, reason: Reason) -> None:
    """居民说得对：恢复使用，或把收回的积分还回去；不能由停用或收回的人来办。"""
    hc = session(ctx)
    answer = hc.client.post(at("points", "appeals", appeal, "uphold"), {"reason": reason})
    hc.printer.done(answer, "积分已恢复，已告诉居民。")


@appeals.command("decline")
def decline(ctx: typer.Context, appeal: AppealId, reason: Reason) -> None:
    """维持原来的决定；不能由做决定的人来办，居民可以再申诉一次。"""
    hc = session(ctx)
    answer = hc.client.post(at("points", "appeals", appeal, "decline"), {"reason": reason})
    hc.printer.done(answer, "维持原来的决定，已告诉居民。")
