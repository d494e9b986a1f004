"""The prompts that are kept between runs."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pygent_tui.memory.prompts import LONGEST, MOST, Kept, PromptFile, recall


def kept(text: str, workspace: str = "/w", at: float = 1.0) -> Kept:
    return Kept(text, workspace, at)


def prompts(folder: Path) -> PromptFile:
    return PromptFile(folder, lambda text: text.replace("sk-secret", "[api key]"))


# ------------------------------------------------------------------ unhappy


def test_before_anything_was_kept_there_is_nothing(tmp_path: Path) -> None:
    assert prompts(tmp_path / "state").read() == ([], "")


def test_lines_that_are_broken_are_told_and_the_file_is_put_aside(tmp_path: Path) -> None:
    file = prompts(tmp_path)
    file.append(kept("one"))
    path = tmp_path / "history"
    path.write_bytes(path.read_bytes() + b'{"text": 1, "workspace": "/w", "at": 1}\n[]\n\xff\xfe\n')
    file.append(kept("two"))
    broken = path.read_bytes()
    found = file.read()
    aside = tmp_path / "history.broken"
    assert found == ([kept("one"), kept("two")], f"3 prompts of the history could not be read; the file is kept as {aside}.")
    assert aside.read_bytes() == broken
    assert file.read() == ([kept("one"), kept("two")], "")


def test_a_line_that_a_crash_tore_takes_no_other_with_it(tmp_path: Path) -> None:
    file = prompts(tmp_path)
    for text in ("one", "two"):
        file.append(kept(text))
    path = tmp_path / "history"
    path.write_bytes(path.read_bytes()[:-5])
    file.append(kept("three"))
    assert file.read()[0] == [kept("one"), kept("three")]


def test_a_key_is_taken_out_before_it_is_kept(tmp_path: Path) -> None:
    prompts(tmp_path).append(kept("use sk-secret please"))
    assert prompts(tmp_path).read()[0] == [kept("use [api key] please")]
    assert b"sk-secret" not in (tmp_path / "history").read_bytes()


def test_nobody_else_may_read_it_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        prompts(tmp_path / "state").append(kept("one"))
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [tmp_path / "state", *(tmp_path / "state").iterdir()]}
    assert modes == {"state": 0o700, "history": 0o600, "history.lock": 0o600}


def test_a_prompt_that_is_very_long_is_not_kept(tmp_path: Path) -> None:
    prompts(tmp_path).append(kept("x" * (LONGEST + 1)))
    assert prompts(tmp_path).read() == ([], "")


# ------------------------------------------------------------------ happy


def test_what_two_apps_append_at_once_is_all_there_also_while_a_third_shortens_the_file(tmp_path: Path) -> None:
    path = tmp_path / "history"
    prompts(tmp_path).append(kept("first"))
    path.write_bytes(path.read_bytes() * (MOST + 600))

    def append(app: int) -> None:
        file = prompts(tmp_path)
        for number in range(50):
            file.append(kept(f"{app}-{number}"))
            if app == 2:
                file.read()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(append, range(3)))
    texts = [each.text for each in prompts(tmp_path).read()[0]]
    assert {f"{app}-{number}" for app in range(3) for number in range(50)} <= set(texts)
    assert [text for text in texts if text.startswith("0-")] == [f"0-{number}" for number in range(50)]


def test_of_too_many_the_oldest_are_dropped(tmp_path: Path) -> None:
    file = prompts(tmp_path)
    file.append(kept("0"))
    path = tmp_path / "history"
    line = path.read_text()
    path.write_text("".join(line.replace('"0"', f'"{number}"') for number in range(MOST + 501)))
    assert [each.text for each in file.read()[0]] == [str(number) for number in range(501, MOST + 501)]
    assert path.read_text().count("\n") == MOST


def test_any_text_comes_back_as_it_was(tmp_path: Path) -> None:
    texts = ["two\nlines\r\n", "\u2028\x1b[31m\x00", "\ud800 half", "ünï"]
    for text in texts:
        prompts(tmp_path).append(kept(text))
    assert [each.text for each in prompts(tmp_path).read()[0]] == texts


def test_what_is_walked_back_through_are_the_prompts_of_this_workspace_then_those_of_others_each_once() -> None:
    all_kept = [kept("a", "/w"), kept("b", "/other"), kept("c", "/w"), kept("a", "/other"), kept("a", "/w"), kept("d", "/other")]
    assert recall(all_kept, "/w") == ["b", "d", "c", "a"]
