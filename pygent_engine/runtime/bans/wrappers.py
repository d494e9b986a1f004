"""What commands that run other commands make of their words: `env`, `xargs`, `sh -c`, `find -exec` and their like. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence

from .commands import DEVICES, Script, Simple, Stdin
from .options import Unclear, grammar
from .prefixes import PREFIXES
from .words import UNKNOWN, Word

Words = Sequence[Word]


Inner = Simple | Script
_Wrapper = Callable[[Words, Stdin], Iterator[Inner]]

_SOMETHING = Word(UNKNOWN, single=False, shown="what it is given")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_PLACEHOLDER = re.compile(r"\{[^{}\s]*\}")


def inner(name: str, words: Words, stdin: Stdin) -> Iterator[Inner]:
    """What the command `name`, given `words`, runs in its turn. Raises Unclear when that cannot be told."""
    if name in _SPECIAL:
        yield from _SPECIAL[name](words, stdin)
    elif name in PREFIXES:
        yield from _run(PREFIXES[name].read(words).rest, stdin)


def _run(words: Words, stdin: Stdin) -> Iterator[Inner]:
    if words:
        yield Simple(tuple(words), stdin)


def _shell_on(words: Words, stdin: Stdin) -> Iterator[Inner]:
    """A shell that is given `words`."""
    yield Simple((Word("sh"), *words), stdin)


def _script(word: Word | None, stdin: Stdin) -> Iterator[Inner]:
    if word is not None:
        yield Script(_said(word), stdin)


def _said(word: Word) -> str:
    if word.text is None:
        raise Unclear(word)
    return word.text


def _without_dash(words: Words) -> Words:
    """A lone dash is an option to these."""
    return words[1:] if words and words[0].text == "-" else words


def _joined(words: Words) -> str:
    return " ".join(map(_said, words))


# ---------------------------------------------------------------- wrappers with a way of their own


def _shell(words: Words, stdin: Stdin) -> Iterator[Inner]:
    read = grammar("abBcCdefhiklmnpPrstuvwxXDEHTo:O:", "rcfile= init-file= *", plus=True).read(words)
    rest = _without_dash(read.rest)
    operand = rest[0] if rest else None
    if "c" in read.options:
        yield from _script(operand, stdin)
    elif operand is None or "s" in read.options:
        yield from _script(Word(UNKNOWN if stdin is None else stdin, shown="its input"), "")
    elif operand.text is None or operand.known.startswith(DEVICES):
        raise Unclear(operand)


def _foreign_shell(words: Words, stdin: Stdin) -> Iterator[Inner]:
    if stdin is None or any(word.known.startswith("-") for word in words):
        raise Unclear(words[0] if words else Word(UNKNOWN, shown="its input"))
    return iter(())


def _source(words: Words, stdin: Stdin) -> Iterator[Inner]:
    if words and words[0].known.startswith(DEVICES):
        raise Unclear(words[0])
    return iter(())


def _command(words: Words, stdin: Stdin) -> Iterator[Inner]:
    if not words or words[0].text not in ("-v", "-V"):  # those only look it up, whatever it is
        yield from _run(grammar("p").read(words).rest, stdin)


def _exec(words: Words, stdin: Stdin) -> Iterator[Inner]:
    read = grammar("cla:").read(words)
    if not read.rest and stdin != "":
        raise Unclear(Word(UNKNOWN, shown="the input that exec opens"))
    yield from _run(read.rest, stdin)


def _eval(words: Words, stdin: Stdin) -> Iterator[Inner]:
    yield Script(_joined(words), stdin)


def _env(words: Words, stdin: Stdin) -> Iterator[Inner]:
    read = grammar("i0vu:C:S:P:", "ignore-environment null debug unset= chdir= split-string= argv0=").read(words)
    rest = list(read.rest)
    if text := read.options.get("S") or read.options.get("split-string"):
        rest = [Word("env"), *_split(text), *rest]
    else:
        while rest and (rest[0].text == "-" or (rest[0].single and _ASSIGNMENT.match(rest[0].known))):
            del rest[0]
    yield from _run(rest, stdin)


def _split(word: Word) -> list[Word]:
    text = _said(word)
    if "\\" in text or "$" in text:
        raise Unclear(word)
    try:
        return [Word(part) for part in shlex.split(text)]
    except ValueError as error:
        raise Unclear(word) from error


def _sudo(words: Words, stdin: Stdin) -> Iterator[Inner]:
    read = grammar(
        "ABbEeHiKklNnPSsVvC:D:g:h:p:R:r:T:t:u:U:",
        "askpass background preserve-env edit set-home login non-interactive preserve-groups shell stdin "
        "chdir= group= host= prompt= role= type= user= command-timeout= close-from= chroot=",
    ).read(words)
    rest = list(read.rest)
    while rest and rest[0].single and _ASSIGNMENT.match(rest[0].known):
        del rest[0]
    if not rest and {"s", "i", "shell", "login"} & read.options.keys():
        yield from _shell_on((), stdin)
    elif not {"e", "edit"} & read.options.keys():
        yield from _run(rest, stdin)


def _su(words: Words, stdin: Stdin) -> Iterator[Inner]:
    long = "command= session-command= shell= group= supp-group= user= whitelist-environment= login preserve-environment fast pty"
    read = grammar("c:s:g:G:u:w:lmpfP", long, permuted=True).read(words)
    text = read.options.get("c") or read.options.get("command") or read.options.get("session-command")
    if text is not None:
        yield from _script(text, stdin)
    elif "u" in read.options or "user" in read.options:
        yield from _run(read.rest, stdin)
    else:
        yield from _shell_on(_without_dash(read.rest)[1:], stdin)


def _xargs(words: Words, stdin: Stdin) -> Iterator[Inner]:
    read = grammar(
        "0oprtxa:d:E:e::I:i::J:L:l::n:P:R:s:",
        "null arg-file= delimiter= eof:: replace:: max-lines:: max-args= max-procs= max-chars= process-slot-var= "
        "interactive no-run-if-empty verbose exit open-tty show-limits",
    ).read(words)
    placeholders = [_said(word) or "{}" for name, word in read.options.items() if name in ("I", "i", "J", "replace")]
    if not read.rest:
        return
    if placeholders:
        yield from _run([word.holding_unknown(placeholders[-1]) for word in read.rest], "")
    else:
        yield from _run([*read.rest, _SOMETHING], "")


def _find(words: Words, stdin: Stdin) -> Iterator[Inner]:
    rest = list(words)
    while rest:
        if rest.pop(0).text not in ("-exec", "-execdir", "-ok", "-okdir"):
            continue
        run: list[Word] = []
        while rest and rest[0].text != ";" and not (rest[0].text == "+" and run and run[-1].known == UNKNOWN):
            run.append(rest.pop(0).holding_unknown("{}"))
        yield from _run(run, stdin)


def _parallel(words: Words, stdin: Stdin) -> Iterator[Inner]:
    rest = grammar("0kmqtuvXa:I:j:N:n:P:L:l:", "jobs= keep-order halt= bar progress null arg-file= max-args= will-cite").read(words).rest
    separator = next((at for at, word in enumerate(rest) if word.known.startswith(":::")), len(rest))
    text = _joined(rest[:separator])
    if text:
        replaced = _PLACEHOLDER.sub('"$given"', text)
        yield Script(replaced if replaced != text else f'{text} "$given"', stdin)
        return
    if separator == len(rest) or any(word.known.startswith(":::") for word in rest[separator + 1 :]):
        raise Unclear(Word(UNKNOWN, shown="the list of commands that parallel reads"))
    for word in rest[separator + 1 :]:
        yield from _script(word, stdin)


def _watch(words: Words, stdin: Stdin) -> Iterator[Inner]:
    read = grammar("bcCdeghprtvwxn:q:s:", "interval= exec beep color differences:: errexit chgexit no-title precise no-wrap").read(words)
    if {"x", "exec"} & read.options.keys():
        yield from _run(read.rest, stdin)
    else:
        yield Script(_joined(read.rest), stdin)


def _typescript(words: Words, stdin: Stdin) -> Iterator[Inner]:
    read = grammar(
        "adefkpqrc:I:O:B:E:m:o:t::T:",
        "append echo= flush force quiet return command= log-in= log-out= log-io= log-timing= logging-format= output-limit= timing::",
        permuted=True,
    ).read(words)
    text = read.options.get("c") or read.options.get("command")
    if text is not None:
        yield from _script(text, stdin)
    elif len(read.rest) > 1:  # elsewhere than on Linux a command follows the file
        yield from _run(read.rest[1:], stdin)
    else:
        yield from _shell_on((), stdin)


def _flock(words: Words, stdin: Stdin) -> Iterator[Inner]:
    long = "shared exclusive unlock nonblock no-fork close verbose timeout= conflict-exit-code="
    rest = grammar("eEnosuxFw:", long, operands=1).read(words).rest
    if rest and rest[0].text in ("-c", "--command"):
        yield from _script(rest[1] if len(rest) > 1 else None, stdin)
    else:
        yield from _run(rest, stdin)


def _mapfile(words: Words, stdin: Stdin) -> Iterator[Inner]:
    yield from _script(grammar("d:n:O:s:tu:C:c:").read(words).options.get("C"), stdin)


def _hash(words: Words, stdin: Stdin) -> Iterator[Inner]:
    path = grammar("lrdtp:").read(words).options.get("p")
    if path is not None:  # what another name stands for from now on
        yield Simple((path,), stdin)


def _trap(words: Words, stdin: Stdin) -> Iterator[Inner]:
    rest = grammar("lpP").read(words).rest
    if rest and rest[0].text != "-":
        yield from _script(rest[0], stdin)


def _alias(words: Words, stdin: Stdin) -> Iterator[Inner]:
    for word in words:
        _, equals, _ = word.known.partition("=")
        if equals or word.text is None:
            yield Script(_said(word).partition("=")[2], None)


_SPECIAL: dict[str, _Wrapper] = {
    "alias": _alias,
    "command": _command,
    "env": _env,
    "eval": _eval,
    "exec": _exec,
    "find": _find,
    "flock": _flock,
    "hash": _hash,
    "mapfile": _mapfile,
    "parallel": _parallel,
    "readarray": _mapfile,
    "runuser": _su,
    "script": _typescript,
    "su": _su,
    "sudo": _sudo,
    "trap": _trap,
    "watch": _watch,
    "xargs": _xargs,
    **dict.fromkeys(("sh", "ash", "bash", "dash", "ksh", "mksh", "rbash", "zsh"), _shell),
    **dict.fromkeys(("csh", "tcsh", "fish", "pwsh", "nu"), _foreign_shell),
    **dict.fromkeys(("source", "."), _source),
}
