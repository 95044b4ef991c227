"""What every command works with: the printer, the client of the logged-in worker, and the asking before damage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import Self

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from admin_cli import login
from admin_cli.client import Client, Exit, Failure, Sent
from admin_cli.login import Login
from admin_cli.output import Printer


class Session:
    """Made once per run; the client only when a command needs the server."""

    def __init__(self, *, as_json: bool, yes: bool) -> None:
        self.printer = Printer(as_json=as_json)
        self._yes = yes
        self._open = ExitStack()

    @cached_property
    def client(self) -> Client:
        """Raises Failure when nobody is logged in."""
        found = login.current()
        if found is None:
            raise Failure(Exit.NOT_ALLOWED, "还没有登录，请先运行：hc login --server 地址 --token 令牌")
        return self.connect(found)

    def connect(self, to: Login) -> Client:
        """A client that is closed with the session."""
        return self._open.enter_context(Client(to))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def confirm(self, question: str) -> None:
        """Ask before something that cannot be undone, unless `--yes` was given. Raises Failure."""
        if self._yes:
            return
        try:
            agreed = typer.confirm(question, err=True)
        except typer.Abort:
            raise Failure(Exit.USAGE, "这一步需要确认：请加 --yes。") from None
        if not agreed:
            raise Failure(Exit.REFUSED, "没有执行。")

    @contextmanager
    def progress(self, what: str) -> Iterator[Sent]:
        """A bar on stderr while bytes go or come, where stderr is a terminal."""
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
        console = self.printer.err
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task(what, total=None)

            def moved(done: int, total: int | None) -> None:
                bar.update(task, completed=done, total=total)

            yield moved


def session(ctx: typer.Context) -> Session:
    """The session of this run."""
    return ctx.ensure_object(Session)
