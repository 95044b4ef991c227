"""`hc points donations`: what residents donated, and giving it to a resident in need."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from admin_cli.client import at
from admin_cli.options import Area, Cursor, Limit, Reason
from admin_cli.points_second import waits
from admin_cli.session import Session, session

app = typer.Typer(help="捐出的积分：还有多少、给有难处的居民", no_args_is_help=False)

POT: Final = (
    ("社区", "area_code"),
    ("用途", "fund"),
    ("单位", "unit"),
    ("捐了", "donated"),
    ("给出", "given"),
    ("还有", "balance"),
)


@app.callback(invoke_without_command=True)
def all_donations(ctx: typer.Context) -> None:
    """Without a verb: what is there."""
    if ctx.invoked_subcommand is None:
        _pots(session(ctx))


@app.command("list")
def listing(ctx: typer.Context, area: Area = None, limit: Limit = 50, cursor: Cursor = None) -> None:
    """各社区捐出的积分：给邻居的、给社区公益的。"""
    _pots(session(ctx), area=area, limit=limit, cursor=cursor)


def _pots(hc: Session, **query: Any) -> None:
    hc.printer.listing(hc.client.get("/points/donations", **query), POT)


@app.command()
def give(
    ctx: typer.Context,
    ref: Annotated[str, typer.Argument(metavar="REF", help="居民编号，J 开头")],
    amount: Annotated[int, typer.Argument(metavar="AMOUNT", min=1, help="给多少分")],
    reason: Reason,
    area: Area = None,
) -> None:
    """把捐给邻居的积分给一位有难处的居民；超过社区规定的数，要第二个人批准（会先询问）。

    原因留在账上给工作人员看，不要写姓名和病情。
    """
    hc = session(ctx)
    hc.confirm(f"从捐给邻居的积分里给 {ref} {amount} 分？居民会收到通知，原因只有工作人员看得到。")
    answer = hc.client.post(at("points", ref, "give"), {"amount": amount, "reason": reason, "area": area})
    hc.printer.done(answer, waits(answer) or f"已给 {amount} 分，流水号 {answer['transfer_id']}，已告诉居民。")
