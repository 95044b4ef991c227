"""Writes docs/hc.md from the commands and the endpoints that they call: `python -m tests.admin_cli.reference`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from admin_cli.main import commands as tree
from bot.api.admin.endpoint import Endpoint
from bot.api.admin.table import ENDPOINTS, PREFIX
from core.settings import ROOT

TARGET: Final = ROOT / "docs" / "hc.md"
HEAD: Final = """\
# `hc`: the workers' command line

Made from the commands themselves by `python -m tests.admin_cli.reference`; a test fails when it is out of date.

`hc login --server URL --token TOKEN` keeps the login in the user's configuration directory, readable by its owner only;
`HC_SERVER` and `HC_TOKEN` override it. `--json` anywhere prints the API's JSON. Commands that cannot be undone ask
first, or take `--yes` anywhere. `hc --install-completion` sets up completion for the shell.

| exit code | means |
|---|---|
| 0 | done |
| 1 | refused by a rule, or not found; the reason is on stderr |
| 2 | wrong usage, or a value that the server refuses (400) |
| 3 | not allowed, or not logged in |
| 4 | the server is unreachable or failed |

Whatever lies outside the worker's areas is refused with 3, also when it is only asked for.
"""


def reference() -> str:
    """The whole text."""
    by_command = {endpoint.command: endpoint for endpoint in ENDPOINTS}
    lines = [HEAD]
    noun: tuple[str, ...] = ()
    for path, command in commands():
        if len(path) > 1 and path[:-1] != noun:
            noun = path[:-1]
            lines.append(f"\n## `hc {' '.join(noun)}`\n")
        name = " ".join(path)
        lines.append(f"### `hc {name}{_usage(command)}`\n")
        lines.append(f"{command.help}\n")
        lines += [f"- {line}" for line in _parameters(command)]
        endpoint = by_command.get("whoami" if name == "login" else name)
        if endpoint is not None:
            lines.append(f"- API: `{endpoint.method} {PREFIX}{endpoint.path}`{_body(endpoint)}")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def commands() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with its path, nouns after the commands that have none."""
    root: Any = tree()
    alone = [(name, command) for name, command in root.commands.items() if not hasattr(command, "commands")]
    for name, command in alone:
        yield (name,), command
    for name, group in root.commands.items():
        yield from _within((name,), group)


def _within(path: tuple[str, ...], group: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The commands of a noun, and of the nouns within it."""
    for name, inner in getattr(group, "commands", {}).items():
        if hasattr(inner, "commands"):
            yield from _within((*path, name), inner)
        else:
            yield (*path, name), inner


def _given(command: Any) -> list[Any]:
    return [one for one in command.params if one.name != "help"]


def _usage(command: Any) -> str:
    """`NO --reason R`: arguments first, then the options that must be given."""
    arguments = [one.metavar or one.name.upper() for one in _given(command) if one.param_type_name == "argument"]
    options = [f"{one.opts[0]} {one.name.upper()}" for one in _given(command) if _is_option(one) and one.required]
    return "".join(f" {word}" for word in [*arguments, *options])


def _is_option(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "option")


def _parameters(command: Any) -> Iterator[str]:
    for one in _given(command):
        names = ", ".join([*one.opts, *one.secondary_opts]) if _is_option(one) else one.metavar or one.name.upper()
        yield f"`{names}`: {one.help}"


def _body(endpoint: Endpoint[Any]) -> str:
    """What it sends: fields with a `?` may be left out."""
    fields = [
        f"{field.alias or name}{'' if field.is_required() else '?'}"
        for name, field in endpoint.accepts.model_fields.items()
    ]
    if endpoint.uploads:
        fields.append("photo*")
    if not fields:
        return ""
    return f", {'query' if endpoint.method == 'GET' else 'body'} `{{{', '.join(fields)}}}`"


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
