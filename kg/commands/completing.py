"""Completion of command lines in bash, zsh and fish, by click's protocol.

In: the line that is being written, in the environment, as the scripts of `kg completion` pass it.
Out: what could come next, one item after another, on standard output.
Refuses: nothing; a key was pressed, nothing was asked: there are no messages and no other status.

The scripts differ from click's in this: bash splits words at `=` and `:`, so that it is given the
rest of the word only; and nothing follows a word that ends in `=`.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from contextlib import suppress

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    split_arg_string,
)

VARIABLE = "_KG_COMPLETE"
PROGRAM = "kg"
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")

BASH = """\
%(complete_func)s() {
    local type value
    COMPREPLY=()
    while IFS=, read -r type value; do
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done < <(COMP_LINE=$COMP_LINE COMP_POINT=$COMP_POINT COMP_WORDBREAKS=$COMP_WORDBREAKS \
        %(complete_var)s=bash_complete "$1" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace
    fi
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""
ZSH = """\
#compdef %(prog_name)s

%(complete_func)s() {
    local -a response plain open
    local type value help
    response=("${(@f)$(COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT-1)) \
        %(complete_var)s=zsh_complete ${~words[1]} 2>/dev/null)}")
    for type value help in "${response[@]}"; do
        case $type in
            dir) _path_files -/ ;;
            file) _path_files -f ;;
            plain)
                value=${value//:/\\:}
                [[ $help == _ ]] || value+=":$help"
                if [[ $value == *=* && ${value%%%%:*} == *= ]]; then
                    open+=("$value")
                else
                    plain+=("$value")
                fi ;;
        esac
    done
    (( $#open )) && _describe -V words open -U -S ''
    (( $#plain )) && _describe -V words plain -U
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""


class Whole(ShellComplete):
    """What shells have in common: words are completed as a whole, `--name=` included."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """What could stand in the place of the word; help has one line."""
        option, equals, value = incomplete.partition("=")
        if joined := equals and option.startswith("--"):
            args, incomplete = [*args, option], value
        self.ctx_args["obj"] = args
        found = super().get_completions(args, incomplete)
        for item in found:
            if item.type == "plain":
                item.value = f"{option}={item.value}" if joined else item.value
            item.help = CONTROL.sub(" ", item.help) if item.help else None
        return [item for item in found if not CONTROL.search(item.value)]


class Bash(Whole, BashComplete):
    """Bash, which completes the part of a word after the last of its word breaks."""

    source_template = BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor, and the beginning of the one at it."""
        line = os.environ["COMP_LINE"]
        args = split_arg_string(line)
        incomplete = "" if line[-1:].isspace() and not line.endswith("\\ ") else args.pop()
        return args[1:], incomplete

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """What could stand in the place of what bash takes for the word."""
        kept = max((incomplete.rfind(sign) + 1 for sign in "=:" if sign in breaks()), default=0)
        found = super().get_completions(args, incomplete)
        for item in found:
            if item.type == "plain":
                item.value = shlex.quote(item.value[kept:])
        return found


def breaks() -> str:
    """The characters that end a word for bash."""
    return os.environ.get("COMP_WORDBREAKS", "=:")


class Zsh(Whole, ZshComplete):
    """Zsh."""

    source_template = ZSH

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Three lines."""
        return f"{item.type}\n{item.value}\n{item.help or '_'}"


class Fish(Whole, FishComplete):
    """Fish, which adds no space to a word that ends in `=`."""


SHELLS: dict[str, type[Whole]] = {"bash": Bash, "zsh": Zsh, "fish": Fish}


def script(shell: str, program: click.Command) -> str:
    """The script that a shell reads once, to complete the command."""
    return SHELLS[shell](program, {}, PROGRAM, VARIABLE).source()


def complete(program: click.Command) -> None:
    """Answer a shell that asks what could come next, and end."""
    shell = os.environ[VARIABLE].partition("_")[0]
    # A fault of ours must not end up in the line that somebody is writing.
    with suppress(Exception):
        found = SHELLS[shell](program, {}, PROGRAM, VARIABLE).complete()
        click.echo(found.encode("utf-8", "replace"))
    sys.exit(0)
