"""The table of scenes that snapshots, pictures and key tests share: a scripted session each, at one moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pygent_engine.events import Envelope

from . import asking_scripts, board_scripts, command_scripts, story_scripts, work_scripts, writing_scenes
from .conversation_scripts import cards, diffs, odd
from .scripts import (
    IMAGE,
    answer,
    approval,
    ended_tasks,
    failed_pull,
    failed_turn,
    fallback,
    free_question,
    full_output,
    half_pulled,
    hostile,
    long,
    network_approval,
    overview,
    pulled,
    pulling,
    question,
    replaced,
    running,
    start,
    task_approval,
    tasks,
    three_calls,
    wide_output,
)
from .support.scene_session import SceneLaunch, SceneSession
from .support.script import Script

NOTICE = "No model is connected, so the offline demo answers.\nF1 says how to connect one."


@dataclass(frozen=True)
class Scene:
    """A session at one moment. `keys` are pressed once it is shown; `failure` keeps it from opening,
    `then` is what comes after the keys, `missing` is the image that it lacks, `report` what the doctor says. The files of
    `workspace` can be completed, and `awaits` is what the list above the composer shows at last."""

    name: str
    script: Callable[[], Script] | None
    keys: tuple[str, ...] = ()
    failure: str = ""
    notice: str = ""
    missing: str = ""
    workspace: str = "/home/user/project"
    awaits: str = ""
    then: Callable[[Script], Script] | None = None
    report: tuple[str, ...] = ()

    def envelopes(self) -> list[Envelope]:
        return [] if self.script is None else self.script().envelopes

    def late(self) -> list[Envelope]:
        """What comes after the keys."""
        if self.script is None or self.then is None:
            return []
        script = self.script()
        said = len(script.envelopes)
        return self.then(script).envelopes[said:]

    def launch(self) -> SceneLaunch:
        return SceneLaunch(
            SceneSession(self.envelopes()), self.failure, self.notice, self.workspace, missing=self.missing, diagnose=lambda: self.report
        )

    def now(self) -> float:
        """The time on the app's clock: a little after the last envelope."""
        return self.envelopes()[-1].at + 7 if self.script is not None else 0.0


SCENES: tuple[Scene, ...] = (
    Scene("overview", overview),
    Scene("start", start, notice=NOTICE),
    Scene("answer", answer),
    Scene("running", running),
    Scene("approval", approval),
    Scene("approval-reason", approval, ("n", *"keep dist")),
    Scene("network-approval", network_approval),
    Scene("task-approval", task_approval),
    Scene("approval-prefix", asking_scripts.prefixed),
    Scene("approval-padded", asking_scripts.padded),
    Scene("approval-long", asking_scripts.long_command, ("pagedown",)),
    Scene("approval-edit", asking_scripts.edit),
    Scene("three-wait", lambda: asking_scripts.three(task_approval()), ("tab",)),
    Scene("inbox-one", lambda: asking_scripts.many(1), ("alt+a",)),
    Scene("inbox-three", lambda: asking_scripts.many(3), ("alt+a", "tab")),
    Scene("inbox-thirty", lambda: asking_scripts.many(30), ("alt+a", *["tab"] * 11)),
    Scene("question", question, ("down",)),
    Scene("question-long", asking_scripts.twelve, ("down", "down")),
    Scene("question-lines", free_question, (*"tidy", "ctrl+j", *"or neat", "ctrl+j", *"but short")),
    Scene("free-question", free_question, tuple("tidy")),
    Scene("tasks", tasks),
    Scene("ended-tasks", ended_tasks, ("f6", "f6", "f6")),
    Scene("failed-turn", failed_turn),
    Scene("fallback", fallback),
    Scene("hostile", hostile),
    Scene("cannot-start", None, failure="Docker was asked for and does not answer; start it, or run with --no-docker."),
    Scene("image-missing", None, failure=f"Docker image {IMAGE} is not here.", missing=IMAGE),
    Scene("pulling", pulling),
    Scene("half-pulled", half_pulled, (*"say hello", "enter")),
    Scene("pulled", pulled),
    Scene("failed-pull", failed_pull),
    Scene("replaced", replaced),
    Scene("help", answer, ("f1",)),
    Scene("quit", tasks, ("ctrl+q",)),
    Scene("cancel", tasks, ("f6", "f6", "f6", "x")),
    Scene("queued", running, (*"then lint it", "enter")),
    Scene("commands", start, writing_scenes.COMMANDS),
    Scene("command-choices", start, writing_scenes.ARGUMENT),
    Scene("command-usage", running, writing_scenes.USAGE),
    Scene("files", start, writing_scenes.FILES, workspace=writing_scenes.PROJECT, awaits="src/cache.rs"),
    Scene("earlier-prompts", start, writing_scenes.EARLIER, awaits="why is the cache slow?"),
    Scene("shell", running, writing_scenes.SHELL),
    Scene("tall-prompt", start, writing_scenes.TALL),
    Scene("queue", running, writing_scenes.QUEUE),
    Scene("long", long),
    Scene("diffs", diffs),
    Scene("diffs-open", diffs, ("f6", "k", "k", "enter")),
    Scene("diffs-beside", diffs, ("f6", "f3")),
    Scene("cards", cards),
    Scene("cards-open", cards, ("f6", "o")),
    Scene("code-cursor", answer, ("f6", "j")),
    Scene("search", answer, ("f6", "slash", *"median", "enter", "n")),
    Scene("odd", odd),
    Scene("zoom", running, ("f6", "f3")),
    Scene("zoomed-board", ended_tasks, ("shift+f6", "f3")),
    Scene("resized", overview, ("alt+left", "alt+left", "alt+up")),
    Scene("no-side", overview, ("f4",)),
    Scene("themes", overview, (*"/theme", "enter", "down")),
    Scene("full-output", full_output, ("f6", "f6", "f")),
    Scene("cut-lines", wide_output, ("f6", "f6")),
    Scene("wrapped", wide_output, ("f6", "f6", "w")),
    Scene("output-search", wide_output, ("f6", "f6", "w", "slash", *"conn", "enter", "n")),
    Scene("output-no-match", running, ("f6", "f6", "slash", *"nowhere")),
    Scene("output-of-task", three_calls, ("f6", "f6", "left_square_bracket")),
    Scene("pick-call", three_calls, ("f6", "f6", "l")),
    Scene("full-kept", wide_output, ("f6", "f6", "f", "w")),
    Scene("full-search", full_output, ("f6", "f6", "f", "slash", *"cache", "enter", "n")),
    Scene("save-as", three_calls, ("f6", "f6", "s")),
    Scene("tools", command_scripts.tuned, (*"/tools", "enter", "down")),
    Scene("banned", command_scripts.tuned, (*"/banned", "enter")),
    Scene("persona", command_scripts.tuned, (*"/persona", "enter", *"re")),
    Scene("changes", diffs, (*"/diff", "enter")),
    Scene("doctor", start, (*"/doctor", "enter"), report=command_scripts.REPORT),
    Scene("board-empty", start, ("f2",)),
    Scene("board-three", board_scripts.three, ("f2", "j")),
    Scene("board-states", board_scripts.every_state, ("f2", "2")),
    Scene("board-hundred", lambda: board_scripts.many(100), ("f2",)),
    Scene("board-thousand", lambda: board_scripts.many(1000), ("f2", "G")),
    Scene("board-copied", board_scripts.three, ("f2", "y")),
    Scene("board-stalled", board_scripts.stalled, ("f2", "j")),
    Scene("board-conflict", board_scripts.conflict, ("f2",)),
    Scene("board-marked", board_scripts.every_state, ("f2", "j", "space", "j", "j", "space")),
    Scene("board-filtered", lambda: board_scripts.many(100), ("f2", "slash", *"failed start", "enter")),
    Scene("board-pane", board_scripts.every_state, ("f6", "f6", "f6", "f3")),
    Scene("new", running, (*"/new", "enter")),
    Scene("copied", answer, (*"/copy", "enter")),
    Scene("task-new", work_scripts.worked, (*"/task-new", "enter")),
    Scene("task-new-files", start, writing_scenes.TASK_FILES, workspace=writing_scenes.PROJECT, awaits="src/cache.rs"),
    Scene("task-new-copies", work_scripts.worked, (*"/task-new", "enter", *work_scripts.COPIES_WRITTEN)),
    Scene("task-retry", work_scripts.worked, (*"/task-retry task-1 task-2", "enter", "right", "tab", *"only the tests")),
    Scene("task-limits", work_scripts.capped, (*"/task-limits task-1", "enter", *"40", "tab")),
    Scene("task-looking", work_scripts.worked, (*"/task-diff task-1", "enter")),
    Scene("task-diff", work_scripts.listed, (*"/task-apply task-1", "enter", "down", "space")),
    Scene("task-diff-copied", work_scripts.listed, (*"/task-diff task-1", "enter", "y")),
    Scene("task-conflict", work_scripts.listed, (*"/task-apply task-1", "enter", "A", "y"), then=work_scripts.conflict),
    Scene("story-board", story_scripts.delegated, ("f2",)),
    Scene("story-inbox", story_scripts.delegated, ("alt+a",)),
    Scene("story-task", story_scripts.told, (*"/task-open task-3", "enter")),
    Scene("story-diff", story_scripts.merged, (*"/task-diff task-1", "enter")),
    Scene("story-conflict", story_scripts.applied, (*"/task-apply task-2", "enter", "A"), then=story_scripts.conflict),
    Scene("task-compare", work_scripts.copies, (*"/task-compare task-1", "enter")),
    Scene("task-between", work_scripts.copies, (*"/task-compare task-1", "enter", "b"), then=work_scripts.compared),
)


def scene(name: str) -> Scene:
    """The scene called `name`."""
    return next(scene for scene in SCENES if scene.name == name)
