"""Bans hold at any depth: whatever is wrapped around a command changes nothing of its judgement."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from pygent_engine.runtime.bans.bans import Judgement
from pygent_engine.runtime.bans.judge import judge


@dataclass(frozen=True)
class Written:
    """Shell text; `simple` when it is one command, which a prefix may stand before."""

    text: str
    simple: bool = True


Wrap = Callable[[Written], Written]


def _prefix(prefix: str) -> Wrap:
    return lambda inner: Written(f"{prefix} {inner.text if inner.simple else 'sh -c ' + shlex.quote(inner.text)}")


def _quoting(template: str) -> Wrap:
    return lambda inner: Written(template.replace("@", shlex.quote(inner.text)))


def _around(template: str) -> Wrap:
    return lambda inner: Written(template.replace("@", f"\n{inner.text}\n"), simple=False)


def _backticks(inner: Written) -> Written:
    if "\n" in inner.text or "\\\\\\`" in inner.text:  # the parser reads three levels
        return inner
    escaped = inner.text.replace("\\", "\\\\").replace("`", "\\`").replace("$", "\\$")
    return Written(f"echo a `{escaped}`")


def _document(inner: Written) -> Written:
    end = f"END{len(inner.text)}"
    return Written(f"sh <<'{end}'\n{inner.text}\n{end}", simple=False)


WRAPS: tuple[Wrap, ...] = (
    *map(_prefix, ("env -i A=1", "nice -n 5", "timeout -k 1 5", "sudo -u root", "command", "exec", "nohup", "stdbuf -oL")),
    *map(_prefix, ("busybox", "setsid", "ionice -c 3", "\\time -p", "find . -exec", "flock lock", "doas")),
    *map(_quoting, ("sh -c @", "bash -lc @ name", "eval @", "trap @ EXIT", "watch @", "su -c @", "script -qc @ log", "flock lock -c @")),
    *map(_around, ("true; { @ }", "(@)", "if true; then @ fi", "for i in 1 2; do @ done", "f() { @ }; f", "echo $(@)", 'echo "x $(@)"')),
    lambda inner: Written(f"A=1 {inner.text}" if inner.simple else inner.text, simple=False),
    *map(_around, ("while false; do @ done", "case x in x) @ ;; esac", "cat <(@)", "x=${y:-$(@)}", "cat <<E\n$(@)\nE\n", "[[ -n $(@) ]]")),
    _backticks,
    _document,
)


def _nested(base: str, wraps: list[Wrap]) -> str:
    written = Written(base)
    for wrap in wraps:
        written = wrap(written)
    return written.text


NESTS = st.lists(st.sampled_from(WRAPS), max_size=6)


# What these run gets one word more, so that even a harmless script is undecided.
ADDING = (_prefix("xargs -n 1"), _prefix("xargs -0"), _quoting("parallel @ ::: a"))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["rm x", "\\rm x", "/bin/rm", "r''m", "$'\\x72m' x", "$x y"]), st.lists(st.sampled_from(WRAPS + ADDING), max_size=6))
def test_whatever_is_wrapped_around_it_a_banned_command_never_passes(base: str, wraps: list[Wrap]) -> None:
    assert judge(_nested(base, wraps), ["rm"], [], seconds=20) != Judgement()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["ls -l", "echo 'it is' \"fine\"", "python -m pytest -q", "true"]), NESTS)
def test_whatever_is_wrapped_around_it_a_harmless_command_passes(base: str, wraps: list[Wrap]) -> None:
    assert judge(_nested(base, wraps), ["rm"], [], seconds=20) == Judgement()


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60) | st.text("rm $`'\"\\;|&(){}<>\n!#=[]*?", max_size=60))
def test_any_text_gets_a_judgement(command: str) -> None:
    assert isinstance(judge(command, ["rm"], ["vim"]), Judgement)
