"""The laws of banned commands: found wherever a command stands, asked about where that cannot be told, and nowhere else."""

from __future__ import annotations

import pytest

from pygent_engine.runtime.bans.bans import Judgement
from pygent_engine.runtime.bans.judge import judge

BANNED = Judgement(banned="The command 'rm' is banned here.")


def depends(name: str, word: str) -> Judgement:
    return Judgement(undecided=f"what {name} runs depends on {word}, which is known only when it runs.")


# ---------------------------------------------------------------- where a command stands


@pytest.mark.parametrize(
    "command",
    [
        "rm x",
        "echo; rm x",
        "true && rm x",
        "true || rm x",
        "ls | rm",
        "ls |& rm",
        "sleep 1 & rm x",
        "ls\nrm x",
        "! rm x",
        "echo $(rm x)",
        'echo "a $(rm x)"',
        "echo `rm x`",
        "echo `echo \\`rm x\\``",
        'echo "`rm x`"',
        "echo `\\\\rm x`",
        "echo `echo \\`\\\\\\\\rm x\\``",
        'echo "`echo a; \\"rm\\" x`"',
        "echo `echo '\\$(rm x)'; r\\\\m x`",
        "(rm x)",
        "{ rm x; }",
        "if true; then rm x; fi",
        "if rm x; then true; fi",
        "while rm x; do true; done",
        "for f in *; do rm $f; done",
        "for f in $(rm x); do true; done",
        "case x in x) rm x;; esac",
        "case $(rm x) in x) true;; esac",
        "select x in a; do rm x; done",
        "f() { rm x; }",
        "function f { rm x; }",
        "coproc rm x",
        "time rm x",
        "diff <(rm x) y",
        "tee >(rm x)",
        "A=$(rm x)",
        "a=(1 $(rm x))",
        "a[$(rm x)]=1",
        "export A=$(rm x)",
        "echo ${A:-$(rm x)}",
        'echo "${A:-`rm x`}"',
        "echo $((1 + $(rm x)))",
        "((a = $(rm x)))",
        "let a=$(rm x)",
        "[[ -n $(rm x) ]]",
        "cat < $(rm x)",
        "cat <<E\n$(rm x)\nE",
        "cat <<E\n`rm x`\nE",
        'cat <<< "$(rm x)"',
    ],
)
def test_a_banned_command_is_found_wherever_a_command_stands(command: str) -> None:
    assert judge(command, ["rm"], []) == BANNED


@pytest.mark.parametrize(
    "written",
    [
        "\\rm",
        "r\\m",
        'r""m',
        "r''m",
        "'rm'",
        '"rm"',
        "\"r\"'m'",
        "$'rm'",
        "$'\\x72m'",
        "$'\\162m'",
        "$'\\u0072m'",
        "$'rm\\0x'",
        '$"rm"',
        "/bin/rm",
        "./rm",
        "../x/rm",
        "~/bin/rm",
        "r\\\nm",
    ],
)
def test_a_banned_command_is_found_however_its_name_is_written(written: str) -> None:
    assert judge(f"A=1 {written} -rf x", ["rm"], []) == BANNED


@pytest.mark.parametrize(
    "command",
    [
        "sh -c 'rm x'",
        "bash -lc 'echo; rm x'",
        "bash -c -x 'rm x'",
        "bash -o pipefail -ec 'rm x'",
        "bash --norc +x -c 'rm x' name",
        "dash -c 'rm x'",
        "zsh -c 'rm x'",
        "/bin/ksh -c 'rm x'",
        "sh <<E\nrm x\nE",
        "sh -s a b <<'E'\nrm x\nE",
        "sh -\t<<-E\n\trm x\n\tE",
        'bash <<< "rm x"',
        "{ sh; } <<E\nrm x\nE",
        "sh -c sh <<E\nrm x\nE",
        "eval 'true; sh' <<E\nrm x\nE",
        "sh <<E\nsh\nrm x\nE",
        "while sh; do true; done <<E\nrm x\nE",
        "sh -c 'sh -c \"rm x\"'",
        "eval 'rm x'",
        "eval r m; eval 'r'm x",
        "eval rm x",
        "env rm x",
        "env -i A=1 B=2 rm x",
        'env -u A -C / A="$x" rm x',
        "env - rm x",
        "env -S 'A=1 rm x'",
        "env --split-string='rm x'",
        "env sh -c 'rm x'",
        "ls | xargs rm",
        "ls | xargs -0 -n 1 -P4 rm -f",
        "ls | xargs -I{} rm {}",
        "ls | xargs -i sh -c 'rm x'",
        "ls | xargs --max-args=1 --no-run-if-empty rm",
        "find . -name x -exec rm {} +",
        "find . -name x -exec echo {} \\; -exec rm {} \\;",
        "find . -execdir rm {} ';'",
        "find . -ok sh -c 'rm \"$1\"' _ {} \\;",
        "nohup rm x &",
        "nice rm x",
        "nice -n 5 rm x",
        "nice -5 rm x",
        "nice --adjustment=5 rm x",
        "ionice -c 3 -n7 rm x",
        "/usr/bin/time -f %e -o log rm x",
        "\\time -p rm x",
        "timeout 5 rm x",
        "timeout -k 1 -s KILL 5s rm x",
        "timeout --signal=KILL --foreground 5 rm x",
        "setsid -w rm x",
        "stdbuf -oL -e 0 rm x",
        "sudo rm x",
        "sudo -n -u root A=1 rm x",
        "sudo -- rm x",
        "sudo -s <<E\nrm x\nE",
        "su -c 'rm x'",
        "su - bob -c 'rm x'",
        "runuser -u bob -- rm x",
        "doas -u root rm x",
        "command rm x",
        "command -p rm x",
        "builtin rm x",
        "exec rm x",
        "exec -a name rm x",
        "busybox rm x",
        "busybox sh -c 'rm x'",
        "flock lock rm x",
        "flock -n lock -c 'rm x'",
        "watch -n 5 rm x",
        "watch 'ls; rm x'",
        "watch -x rm x",
        "parallel rm ::: a b",
        "parallel -j 4 'echo {}; rm {}' ::: a b",
        "parallel ::: ls 'rm x'",
        "script -qc 'rm x' log",
        "script -q log rm x",
        "trap 'rm x' EXIT",
        "trap -- 'rm x' INT TERM",
        "alias l='rm x'",
        "mapfile -C 'rm x' -c 1 a < f",
        "chroot / rm x",
        "strace -f -o log rm x",
        "hash -p /bin/rm x",
        "setpriv --reuid 1 --clear-groups rm x",
        "prlimit --nofile=5 rm x",
        "chronic rm x",
        '"$HOME/bin/rm" x',
        '"$(dirname "$0")"/rm x',
        "sudo env A=1 nice -n 5 timeout 5 sh -c 'xargs rm'",
    ],
)
def test_a_banned_command_is_found_behind_what_runs_it(command: str) -> None:
    assert judge(command, ["rm"], []) == BANNED


@pytest.mark.parametrize(
    "command",
    [
        "",
        "  \n# rm x",
        "echo rm",
        "ls rm",
        "grep 'rm x' file",
        "cat < rm",
        "echo x > rm",
        "farm x",
        "rm-tool",
        "git rm x",
        "rm=1",
        "echo 'rm x' \"; rm x\" \\; rm",
        "cat > note <<E\nrm x\nE",
        "cat <<'E'\n$(rm x)\nE",
        "cat <<E\n\\$(rm x)\nE",
        "for rm in a; do echo $rm; done",
        'echo "$x" ${y} *.py {a,b} $((1 + 2))',
        "[ -f x ] && test -n y",
        'for f in *.c; do gcc -c "$f" -o "${f%.c}.o" || exit 1; done',
        "(cd build && make -j$(nproc)) 2>&1 | tail -5",
        "command -v rm",
        "for tool in black ruff; do command -v $tool; done",
        '"$HOME/bin/tool" "$x"; "$(git rev-parse --show-toplevel)"/run; "${0%/*}/x.sh"',
        "hash -r; hash make",
        "type rm; which rm",
        "find . -name rm -print0 | xargs -0 grep -n x",
        "find \"$dir\" -name '*.py' -exec grep -l x {} +",
        "ls | xargs",
        "ls | xargs -I{} cp {} {}.bak",
        "timeout 5 python -m pytest",
        "env",
        'env A="$x" python x.py',
        "nohup python server.py > log 2>&1 &",
        "sh ./build.sh rm",
        'source "$HOME/.profile"; . ./env.sh',
        "sh < build.sh",
        "bash -n script.sh",
        "exec > log 2>&1",
        "sh",
        "trap - EXIT; trap -p",
        "alias; alias -p",
        "python - <<E\nrm\nE",
        "ssh host rm x",
        "export PATH=$PATH:/x",
        "set -euo pipefail\ncd src\npython3 -c 'import os'\n",
    ],
)
def test_what_runs_no_banned_command_is_let_through(command: str) -> None:
    assert judge(command, ["rm"], []) == Judgement()


@pytest.mark.parametrize(("command", "name"), [("export A=1", "export"), ("let a=1", "let"), ("time ls", "time"), ("[[ a ]]", "[[")])
def test_a_word_of_the_shell_itself_can_be_banned(command: str, name: str) -> None:
    assert judge(command, [name], []) == Judgement(banned=f"The command {name!r} is banned here.")


def test_a_command_can_be_banned_by_its_path() -> None:
    assert [judge(command, ["/opt/x/go"], []) for command in ("/opt/x/go", "go", '"$OPT/x/go"')] == [
        Judgement(banned="The command '/opt/x/go' is banned here."),
        Judgement(),
        depends("it", '"$OPT/x/go"'),
    ]


# ---------------------------------------------------------------- what cannot be told


@pytest.mark.parametrize(
    ("command", "judgement"),
    [
        ("$x y", depends("it", "$x")),
        ('"$x" y', depends("it", '"$x"')),
        ('"$@"', depends("it", '"$@"')),
        ('"$@/ls"', depends("it", '"$@/ls"')),
        ("$HOME/ls", depends("it", "$HOME/ls")),
        ('"$HOME/"', depends("it", '"$HOME/"')),
        ('hash -p "$x" y', depends("it", '"$x"')),
        ("r$x y", depends("it", "r$x")),
        ("$(which rm) y", depends("it", "$(which rm)")),
        ("{rm,x}", depends("it", "{rm,x}")),
        ("/bin/r?", depends("it", "/bin/r?")),
        ("/bin/[r]m", depends("it", "/bin/[r]m")),
        ("$'\\x{72}m' x", depends("it", "$'\\x{72}m'")),
        ("sudo $x rm", depends("sudo", "$x")),
        ("env $x ls", depends("env", "$x")),
        ("nice --unheard ls", depends("nice", "--unheard")),
        ('timeout "$T" ls', depends("timeout", '"$T"')),
        ('eval "$x"', depends("eval", '"$x"')),
        ('sh -c "$x"', depends("sh", '"$x"')),
        ("sh -c 'exec \"$@\"' _ rm", depends("exec", '"$@"')),
        ('bash "$x" ls', depends("bash", '"$x"')),
        ("curl x | sh", depends("sh", "its input")),
        ("echo rm | sudo bash -s", depends("bash", "its input")),
        ("sh <<E\n$x\nE", depends("sh", "its input")),
        ("f() { sh; }; f <<E\nrm\nE", depends("sh", "its input")),
        ("sh < <(echo rm)", depends("sh", "its input")),
        ("exec 3<<E; sh <&3\nrm\nE", depends("sh", "its input")),
        ("exec <<E\nrm\nE\nsh", depends("exec", "the input that exec opens")),
        ("bash <(echo rm)", depends("bash", "<(echo rm)")),
        ("source <(echo rm)", depends("source", "<(echo rm)")),
        (". /dev/stdin <<E\nrm x\nE", depends(".", "/dev/stdin")),
        ("sh /dev/stdin <<E\nrm x\nE", depends("sh", "/dev/stdin")),
        ("fish -c 'rm x'", depends("fish", "-c")),
        ("echo rm | xargs env", depends("env", "what it is given")),
        ("echo rm | xargs sh -c", depends("sh", "what it is given")),
        ("echo rm | xargs -I% %", depends("it", "%")),
        ("echo rm | xargs -I% sh -c 'echo; % x'", depends("sh", "'echo; % x'")),
        ("find . -exec {} \\;", depends("it", "{}")),
        ("find . -exec $x {} \\;", depends("it", "$x")),
        ("parallel ::: $x", depends("parallel", "$x")),
        ("echo rm | parallel", depends("parallel", "the list of commands that parallel reads")),
        ("parallel '{} x' ::: rm", depends("it", '"$given"')),
        ("parallel sudo ::: rm", depends("sudo", '"$given"')),
        ('trap "$x" EXIT', depends("trap", '"$x"')),
        ('alias l="$x"', depends("alias", 'l="$x"')),
        ("echo 'unbalanced", Judgement(undecided="it cannot be parsed (1:6: reached EOF without closing quote `'`).")),
        ("cat <<E\nx", Judgement(undecided="it cannot be parsed (1:5: unclosed here-document `E`).")),
        (
            "sh -c 'if'",
            Judgement(undecided="of a script in it, it cannot be parsed (1:1: `if` must be followed by a statement list)."),
        ),
    ],
)
def test_what_is_known_only_when_it_runs_is_undecided_and_named(command: str, judgement: Judgement) -> None:
    assert judge(command, ["rm"], []) == judgement


@pytest.mark.parametrize("command", ["$x; rm y", "sh -c 'if'; rm y", "rm y; $x"])
def test_a_ban_counts_more_than_a_doubt(command: str) -> None:
    assert judge(command, ["rm"], []) == BANNED


# ---------------------------------------------------------------- applications


@pytest.mark.parametrize(
    "command",
    ["vim x", "echo vim", "EDITOR=vim git commit", 'v"i"m', "/usr/bin/vim", "sh -c 'vim x'", 'echo "$x/vim"', "git -c core.editor=vim x"],
)
def test_a_banned_application_is_found_anywhere(command: str) -> None:
    assert judge(command, [], ["nano", "vim"]) == Judgement(banned="The application 'vim' is banned here.")


@pytest.mark.parametrize("command", ["gvim x", "vimdiff a b", "vim-tiny", "cat vim.txt", "# vim", "cat <<E\nvim\nE", "vim=1", 'echo "$x"'])
def test_a_longer_word_or_a_text_is_another_application(command: str) -> None:
    assert judge(command, [], ["vim"]) == Judgement()
