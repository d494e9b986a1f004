"""The commands that a prefix can be given of, each with the options that may follow it. A table, and the way to read it.

Only what stands here has a prefix. Left out on purpose, for a further word can make them anything:
shells, `eval`, `exec`, `source`         their words are code
python, node, perl, ruby, awk, sed       so are theirs; `python -m pytest` is one tool of theirs
env, sudo, xargs, nice, time, npx, find  they run the command that follows, or delete
ssh, docker, kubectl, curl, git push     they act elsewhere, or on this machine as a whole
git -c, git --exec-path                  settings that name programs; so may `git config` and `git rebase --exec`
rm, mv, cp, tee, dd, chmod, pip install  what they do cannot be taken back, or runs what was fetched
grep -R, diff -r                         they follow every link that they meet, also one that leads out
make, npm run and their like             a further word is a further target, or code: each stands for one target alone
"""

from __future__ import annotations

from dataclasses import replace

from .frozen import frozen

TARGET = "*"


@frozen
class Rule:
    """What may follow a prefix. `short` are letters, each with a colon when it takes a value, and # for a number (-20);
    `long` are names. `dashed`: long names have one dash. `alone`: nothing follows. `paths`: so may the -- before paths. Words that are no
    options always may, unless they lead out of the workspace."""

    short: str = ""
    long: frozenset[str] = frozenset()
    dashed: bool = False
    alone: bool = False
    paths: bool = False


def _rule(short: str = "", long: str = "") -> Rule:
    return Rule(short, frozenset(long.split()))


def _git(short: str = "", long: str = "") -> Rule:
    return replace(_rule(short, long), paths=True)


_ALONE = Rule(alone=True)
_DIFF = """stat numstat shortstat name-only name-status cached staged color no-color word-diff unified patch no-patch summary check
    exit-code quiet ignore-all-space ignore-space-change ignore-blank-lines find-renames no-renames minimal patience histogram
    diff-filter merge-base no-ext-diff"""
_LOG = """oneline graph all decorate no-decorate max-count follow since until after before author grep merges no-merges reverse
    first-parent abbrev-commit abbrev pretty format date topo-order date-order branches tags remotes skip"""
_PYTEST = _rule(
    "qvxslhr:k:m:n:",
    """verbose quiet exitfirst showlocals tb maxfail lf last-failed ff failed-first nf new-first sw stepwise durations
    no-header no-summary co collect-only color strict-markers capture show-capture deselect ignore disable-warnings
    numprocesses dist cov no-cov timeout""",
)
_CARGO = _rule(
    "p:qvrj:",
    """all workspace release package features all-features no-default-features lib bins bin tests test examples example
    all-targets quiet verbose locked offline jobs keep-going no-run no-fail-fast message-format check""",
)
_GO = replace(_rule("", "v race run count short cover timeout bench benchmem parallel failfast json x n"), dashed=True)
_RUFF = _rule("qvne", "fix diff check select ignore extend-select extend-ignore output-format no-cache preview statistics quiet verbose")
_MYPY = _rule(
    "vp:m:",
    "strict ignore-missing-imports show-error-codes pretty no-error-summary explicit-package-bases check-untyped-defs no-incremental",
)
_GREP = "rniIlLwcvEFPoHhsxqA:B:C:e:m:"

RULES: dict[tuple[str, ...], Rule] = {
    ("git", "status"): _git("sbu:vz", "short branch porcelain long verbose untracked-files ignored show-stash no-renames"),
    ("git", "diff"): _git("pusbwzU:M", _DIFF),
    ("git", "log"): _git("pusbwn:S:G:L:i#", f"{_DIFF} {_LOG}"),
    ("git", "show"): _git("psbwU:", f"{_DIFF} {_LOG}"),
    ("git", "blame"): _git("L:wselM", "date show-email"),
    ("git", "branch"): _git("avrl", "list all remotes verbose show-current contains merged no-merged sort format"),
    ("git", "add"): _git("Avnu", "all update verbose dry-run intent-to-add"),
    ("git", "commit"): _git("am:vqs", "all message verbose quiet signoff amend no-edit allow-empty dry-run"),
    ("git", "ls-files"): _git("cdmosz", "cached deleted modified others stage exclude-standard full-name"),
    ("git", "rev-parse"): _git("", "show-toplevel abbrev-ref short verify is-inside-work-tree git-dir show-prefix"),
    ("git", "describe"): _git("", "tags always dirty long all abbrev match"),
    ("pytest",): _PYTEST,
    ("python", "-m", "pytest"): _PYTEST,
    ("python3", "-m", "pytest"): _PYTEST,
    ("uv", "run", "pytest"): _PYTEST,
    ("poetry", "run", "pytest"): _PYTEST,
    ("python", "-m", "unittest"): _rule("vqfcbk:", "verbose quiet failfast buffer locals"),
    ("python3", "-m", "unittest"): _rule("vqfcbk:", "verbose quiet failfast buffer locals"),
    ("ruff", "check"): _RUFF,
    ("ruff", "format"): _RUFF,
    ("mypy",): _MYPY,
    ("python", "-m", "mypy"): _MYPY,
    ("black",): _rule("qvl:", "check diff quiet verbose line-length color"),
    ("pip", "list"): _rule("", "outdated"),
    ("pip", "show"): _rule("f", "files"),
    **{("cargo", name): _CARGO for name in ("build", "check", "clippy", "test", "bench", "doc", "fmt", "tree")},
    **{("go", name): _GO for name in ("build", "test", "vet", "fmt", "list")},
    ("eslint",): _rule("", "fix ext quiet max-warnings color no-color"),
    ("prettier",): _rule("clw", "check write list-different"),
    ("tsc",): Rule("", frozenset(("p", "noEmit", "strict", "pretty", "project")), dashed=True),
    **{(tool, "test"): _ALONE for tool in ("npm", "pnpm", "yarn", "bun", "mvn", "gradle", "dotnet", "mix", "deno")},
    **{(tool, "build"): _ALONE for tool in ("dotnet", "gradle")},
    **{(tool, "run", TARGET): _ALONE for tool in ("npm", "pnpm", "yarn", "bun")},
    **{(tool, TARGET): _ALONE for tool in ("make", "just")},
    ("ls",): _rule("laAhrtSRF1dpisG", "all almost-all human-readable recursive reverse color"),
    ("cat",): _rule("nAbestTuvE", "number"),
    ("head",): _rule("n:c:qv#", "lines bytes quiet"),
    ("tail",): _rule("n:c:qv#", "lines bytes quiet"),
    ("wc",): _rule("lwcmL", "lines words bytes chars"),
    ("grep",): _rule(_GREP, "include exclude exclude-dir color ignore-case line-number recursive count files-with-matches context"),
    ("rg",): _rule(
        "niIlwcvFPoHhsxSuU.A:B:C:e:m:g:t:T:",
        "glob type type-not hidden no-ignore files files-with-matches no-heading count context ignore-case smart-case line-number color",
    ),
    ("du",): _rule("shacd:", "summarize human-readable max-depth all"),
    ("df",): _rule("hT", "human-readable"),
    ("diff",): _rule("uqNwbBU:", "unified brief color"),
    ("mkdir",): _rule("pv", "parents verbose"),
    ("pwd",): _ALONE,
}
