"""`hc`: the workers' command line. One file for each noun; all of them call the admin API and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any, Final

import typer

from admin_cli import (
    account,
    activities,
    areas,
    audit,
    chats,
    duty,
    issues,
    members,
    nlp,
    orders,
    outbox,
    points,
    points_donations,
    points_funds,
    points_rules,
    redemptions,
    rewards,
    services,
    stats,
    volunteers,
    workers,
)
from admin_cli.client import Exit, Failure
from admin_cli.output import clean
from admin_cli.session import Session

ANYWHERE: Final = ("--json", "--yes")

app = typer.Typer(
    name="hc",
    help="幸福社区工作人员的命令行工具。",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def _root(
    _json: Annotated[bool, typer.Option("--json", help="输出接口的 JSON；写在哪里都可以")] = False,
    _yes: Annotated[bool, typer.Option("--yes", help="需要确认的操作不再询问；写在哪里都可以")] = False,
) -> None:
    """The two options that may stand anywhere; `split` has taken them out before."""


app.command("login")(account.login)
app.command("whoami")(account.whoami)
for _name, _noun in (
    ("issues", issues.app),
    ("activities", activities.app),
    ("volunteers", volunteers.app),
    ("services", services.app),
    ("orders", orders.app),
    ("members", members.app),
    ("points", points.app),
    ("rewards", rewards.app),
    ("redemptions", redemptions.app),
    ("chats", chats.app),
    ("outbox", outbox.app),
    ("areas", areas.app),
    ("workers", workers.app),
    ("duty", duty.app),
    ("audit", audit.app),
    ("stats", stats.app),
    ("nlp", nlp.app),
):
    app.add_typer(_noun, name=_name)

points.app.add_typer(points_rules.app, name="rules")
points.app.add_typer(points_funds.app, name="funds")
points.app.command("award")(points_funds.award)
points.app.add_typer(points_donations.app, name="donations")


@cache
def commands() -> Any:
    """The tree of all commands as click sees it, built once; calling it runs one of them."""
    return typer.main.get_command(app)


def split(arguments: Sequence[str]) -> tuple[list[str], set[str]]:
    """The arguments without the options that may stand anywhere, and which of those there were."""
    end = list(arguments).index("--") if "--" in arguments else len(arguments)
    found = {word for word in arguments[:end] if word in ANYWHERE}
    return [word for word in arguments[:end] if word not in ANYWHERE] + list(arguments[end:]), found


def run(arguments: Sequence[str] | None = None) -> None:
    """The entry point; always ends the process."""
    rest, anywhere = split(sys.argv[1:] if arguments is None else arguments)
    try:
        with Session(as_json="--json" in anywhere, yes="--yes" in anywhere) as session:
            commands()(args=rest, prog_name="hc", obj=session)
    except Failure as failure:
        sys.stderr.write(clean(failure.message) + "\n")
        sys.exit(int(failure.code))
    except OSError as error:  # a file of the worker's own machine
        sys.stderr.write(f"文件读写失败：{error.filename or ''} {error.strerror or type(error).__name__}\n")
        sys.exit(int(Exit.USAGE))


if __name__ == "__main__":
    run()
