"""Which commands have a prefix that a yes may be given to, and that nothing else passes under it."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent_engine.prefix import plain_words, prefix_of

GIVEN = {
    "git status": "git status",
    "  git   status  --short ": "git status",
    "git log -20 --oneline HEAD~3": "git log",
    "git diff --stat -- src tests": "git diff",
    "git commit -am 'Mend it; now && here $HOME'": "git commit",
    'git commit -m "it\'s done"': "git commit",
    "pytest -q -k 'one or two' tests/test_x.py::test_y": "pytest",
    "python -m pytest -x --tb=short": "python -m pytest",
    "npm run test": "npm run test",
    "npm test": "npm test",
    "make test-all": "make test-all",
    "cargo test --release -j4": "cargo test",
    "go test ./... -run=X -v": "go test",
    "rg -n 'a|b' -g '*.py' src": "rg",
    "ls -la src": "ls",
    "ls -1": "ls",
    "head -12 x": "head",
    "pwd": "pwd",
    "tsc -p web --noEmit": "tsc",
}

REFUSED = {
    "a second command": (
        "git status; rm x",
        "git status && rm x",
        "git status || rm x",
        "git status | sh",
        "git status & rm x",
        "git status\nrm x",
        "git status\rrm x",
        "git status\n",
    ),
    "an expansion": (
        "git status $(rm x)",
        "git status `rm x`",
        "git status $X",
        'git status "$X"',
        "git status ${X}",
        "ls ~",
        "ls ~/x",
        "ls --x=~",
    ),
    "file names that may be options": ("ls *", "ls ?", "ls [a-z]x", "ls {a,-b}", "ls !(x)"),
    "a redirection": ("git log > x", "git log >> x", "cat < x", "git log 2>x", "cat <<x"),
    "a compound": ("(git status)", "{ git status; }", "! git status", "if git status", "time git status", "function git"),
    "an assignment before it": ("PAGER=x git log", "GIT_DIR=x git status", "A+=b pytest"),
    "what a shell reads otherwise": (
        "git status\\",
        "git st\\atus",
        "git status #x",
        "git status 'x",
        'git status "x',
        'git log "!x"',
        "g'i't\\t",
    ),
    "characters that look like others": (
        "git\u00a0status",
        "git\u2003status",
        "git\tstatus",
        "git\x0bstatus",
        "g\u0456t status",
        "git status\u202e",
        "git status \u2013s",
        "git st\0atus",
        "\ufeffgit status",
        "git status\x1b[2K",
        "git status \udcff",
    ),
    "another name": (
        "gitstatus",
        "git statusx",
        "gits status",
        "/usr/bin/git status",
        "./git status",
        "git",
        "git -v status",
        "Git status",
    ),
    "code in its words": (
        "sh -c ls",
        "bash x.sh",
        "eval ls",
        "python -c 1",
        "python x.py",
        "python -m http.server",
        "node -e 1",
        "perl -e 1",
        "awk 1",
        "sed 1e",
        "ruby -e 1",
    ),
    "another command in its words": (
        "env ls",
        "sudo ls",
        "xargs ls",
        "find . -delete",
        "nice ls",
        "timeout 9 ls",
        "npx jest",
        "command ls",
        "exec ls",
        "watch ls",
    ),
    "what acts elsewhere": (
        "ssh host ls",
        "docker run x",
        "docker compose up",
        "kubectl get x",
        "curl x",
        "git push",
        "git fetch x",
        "git clone x",
    ),
    "what cannot be taken back": (
        "rm x",
        "mv a b",
        "cp a b",
        "tee x",
        "dd if=x",
        "chmod 777 x",
        "pip install x",
        "git checkout x",
        "git clean -fdx",
    ),
    "an option that names a program": (
        "git -c core.pager=x log",
        "git --exec-path=x status",
        "git status --exec=x",
        "git diff --ext-diff",
        "git grep -Ox y",
        "git rebase --exec x",
        "git log --textconv",
        "pytest -p evil",
        "tsc -plugins x",
        "pytest -c x.ini",
        "pytest --pdbcls=a:b",
        "cargo test --config x",
        "cargo +x test",
        "go test -exec x",
        "go vet --vettool=x",
        "go build -toolexec=x",
        "rg --pre x y",
        "mypy --python-executable x",
        "npm test --script-shell=x",
        "make SHELL=x",
        "make --eval=x",
        "ruff check --config x",
        "eslint --rulesdir x",
        "prettier --plugin=x",
    ),
    "an option that writes or removes elsewhere": (
        "git log --output=x",
        "git diff --outp=x",
        "pytest --basetemp=src",
        "pytest --junitxml=x",
        "mypy --junit-xml x",
        "cargo build --target-dir x",
        "go test -o x",
    ),
    "more than one target": ("make test deploy", "make", "npm run test -- x", "npm run test x", "npm run", "just a b", "npm test x"),
    "paths that lead out": (
        "cat /etc/passwd",
        "cat ../x",
        "cat a/../../x",
        "ls ..",
        "pytest /tmp/x.py",
        "git diff --no-index /etc/passwd x",
        "git log --since=../x",
        "git blame -L/x",
        "pytest -k../x",
        "cat '../x'",
        'cat "/etc/passwd"',
    ),
    "links that are met on the way": ("grep -R x .", "diff -r a b"),
    "options from a file": ("pytest @x", "pytest '@x'", "ls +x"),
    "what is read from its input": ("cat -", "ruff check -", "ls -12"),
    "nothing": ("", " ", "''", "'' status", "git ''"),
    "what is too long": ("git status " + "x" * 4000, "git status" + " " * 4000),
}


@pytest.mark.parametrize(("command", "prefix"), GIVEN.items())
def test_a_plain_command_of_a_known_tool_has_a_prefix(command: str, prefix: str) -> None:
    assert prefix_of(command) == prefix


@pytest.mark.parametrize("why", REFUSED)
def test_a_command_has_no_prefix_for(why: str) -> None:
    assert {command: prefix_of(command) for command in REFUSED[why]} == dict.fromkeys(REFUSED[why], "")


@given(st.sampled_from(list(GIVEN)), st.data(), st.sampled_from(";&|<>$`(){}*?[]!\\\n\r\t\0#\"'\x1b\x85\u2028\xa0"))
def test_what_a_shell_reads_otherwise_takes_a_command_its_prefix_wherever_it_stands(command: str, data: st.DataObject, sign: str) -> None:
    at = data.draw(st.integers(0, len(command)))
    changed = command[:at] + sign + command[at:]
    assert prefix_of(changed) == "" or plain_words(changed) == argv([changed])[0]


@given(st.text(max_size=200))
def test_a_command_that_has_a_prefix_begins_with_its_words(command: str) -> None:
    prefix = prefix_of(command)
    assert not prefix or plain_words(command)[: len(prefix.split(" "))] == tuple(prefix.split(" "))


_PIECES = st.sampled_from(
    [
        "git",
        "status",
        " ",
        "  ",
        "'",
        '"',
        "a",
        "~",
        "=",
        "x=~",
        "-",
        "--",
        "%1",
        "@",
        "+",
        ":",
        ",",
        "/",
        ".",
        "..",
        "0",
        "$x",
        "*",
        ";",
        "\\",
        "!",
    ]
)


@settings(max_examples=60)
@given(st.lists(st.lists(_PIECES, max_size=9).map("".join), min_size=40, max_size=40))
def test_the_words_of_a_plain_command_are_those_that_bash_makes_of_it(commands: list[str]) -> None:
    plain = [command for command in commands if plain_words(command)]
    assert argv(plain) == [plain_words(command) for command in plain]


def argv(commands: list[str]) -> list[tuple[str, ...]]:
    """The words that bash makes of each command."""
    script = 'words() { printf "%s\\0" "$@"; printf "\\1"; }\n' + "".join(f"words {command}\n" for command in commands)
    ran = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=True, env={"HOME": "/nowhere"})
    assert ran.stderr == ""
    return [tuple(words.split("\0")[:-1]) for words in ran.stdout.split("\1")[:-1]]
