"""`hc points adjustments`: corrections, reversals, awards and gifts that wait for a second person."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from admin_cli.client import at
from admin_cli.options import Area, Cursor, Limit, Reason
from admin_cli.session import Session, session

adjustments = typer.Typer(help="要第二个人批准的积分调整、冲正、奖励、捐助", no_args_is_help=False)

ADJUSTMENT: Final = (
    ("编号", "id"),
    ("状态", "state"),
    ("种类", "kind"),
    ("居民", "ref"),
    ("积分", "amount"),
    ("原因", "reason"),
    ("文号", "document_no"),
    ("申请人", "asked_by"),
    ("申请", "asked_at"),
    ("处理人", "decided_by"),
    ("流水号", "transfer_id"),
)

AdjustmentId = Annotated[str, typer.Argument(metavar="ID", help="申请编号")]
AdjustmentState = Annotated[str | None, typer.Option("--state", help="asked、approved 或 declined")]


def register(app: typer.Typer) -> None:
    """Add these commands to those of `hc points`."""
    app.add_typer(adjustments, name="adjustments")


def waits(answer: dict[str, Any]) -> str:
    """That it waits for a second person; empty when it was done at once, or is done by now."""
    if answer["request_id"] is None or answer.get("transfer_id"):
        return ""
    return f"要第二个人批准，申请编号 {answer['request_id']}。"


@adjustments.callback(invoke_without_command=True)
def all_adjustments(ctx: typer.Context) -> None:
    """Without a verb: what waits."""
    if ctx.invoked_subcommand is None:
        _adjustments(session(ctx), state="asked")


@adjustments.command("list")
def list_adjustments(
    ctx: typer.Context, *, state: AdjustmentState = None, area: Area = None, limit: Limit = 50, cursor: Cursor = None
) -> None:
    """列出要第二个人批准的事，新的在前。"""
    _adjustments(session(ctx), state=state, area=area, limit=limit, cursor=cursor)


def _adjustments(hc: Session, **query: Any) -> None:
    hc.printer.listing(hc.client.get("/points/adjustments", **query), ADJUSTMENT)


@adjustments.command("approve")
def approve(
    ctx: typer.Context,
    adjustment: AdjustmentId,
    reason: Annotated[str, typer.Option("--reason", help="说明")] = "",
) -> None:
    """批准，马上就办；不能由申请的人来办。"""
    hc = session(ctx)
    answer = hc.client.post(at("points", "adjustments", adjustment, "approve"), {"reason": reason})
    number = answer["transfer_id"]
    hc.printer.done(answer, f"已批准，{answer['amount']:+d} 分，" + (f"流水号 {number}。" if number else "随后到账。"))


@adjustments.command("refuse")
def refuse(ctx: typer.Context, adjustment: AdjustmentId, reason: Reason) -> None:
    """不批准。"""
    hc = session(ctx)
    hc.printer.done(hc.client.post(at("points", "adjustments", adjustment, "refuse"), {"reason": reason}), "没有批准。")
