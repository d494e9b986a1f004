"""The forms of tasks: a new one, its caps, how it begins again. What stands in them, and what is asked for by what was written. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle, islice
from typing import Literal

from pygent_engine.events import LimitTask, ResumeTask, RetryTask, StartTask
from pygent_engine.task_values import TaskView
from pygent_engine.values import UNLIMITED, Limits

from . import task_words
from .written import Field, Unfit, Values, Verdict, count, paths, seconds, unlisted, words

MOST_COPIES = 9
_COPIES = frozenset(map(str, range(1, MOST_COPIES + 1)))
_TITLE = 40  # characters

# ---------------------------------------------------------------- a new task


def new_task_fields(values: Values, model: str, personas: Sequence[str]) -> tuple[tuple[Field, ...], ...]:
    """The rows of the form, with what was written of it before."""
    who = (("", "as the session's"), *((name, name) for name in personas))
    rows = (
        (Field("prompt", "Prompt", hint="What is to be done; the task knows nothing else of this conversation", lines=5),),
        (Field("files", "Files", hint="none: it starts empty; . copies the whole workspace", paths=True),),
        (Field("persona", "Persona", choices=who),),
        (Field("model", "Model", hint=model), Field("copies", "Copies", hint="1")),
        (Field("steps", "Steps", hint="no cap"), Field("tokens", "Tokens", hint="no cap")),
        (Field("seconds", "Time", hint="no limit"), Field("step_seconds", "A step", hint="no limit")),
    )
    return filled(rows, values)


def filled(rows: tuple[tuple[Field, ...], ...], values: Values) -> tuple[tuple[Field, ...], ...]:
    """`rows` with `values` in them."""
    return tuple(tuple(replace(field, value=values.get(field.name, field.value)) for field in row) for row in rows)


def limits(values: Values, before: Limits = UNLIMITED) -> Limits:
    """The caps and times that were written; a field that there is none of stays as `before`."""
    return Limits(
        count(values["steps"], "Steps") if "steps" in values else before.steps,
        count(values["tokens"], "Tokens") if "tokens" in values else before.tokens,
        seconds(values["seconds"], "Time") if "seconds" in values else before.seconds,
        seconds(values["step_seconds"], "A step") if "step_seconds" in values else before.step_seconds,
    )


def starts(values: Values, group: str = "") -> tuple[StartTask, ...]:
    """The tasks that are asked for. Raises Unfit."""
    prompt = values.get("prompt", "").strip()
    if not prompt:
        raise Unfit("Write what is to be done.")
    models = words(values.get("model", ""), "Model") or ("",)
    number = max(_copies(values.get("copies", "")), len(models))
    if number > MOST_COPIES:
        raise Unfit(f"Copies: at most {MOST_COPIES} at once.")
    one = StartTask(prompt, paths(values.get("files", "")), values.get("persona", ""), models[0], "", limits(values))
    if number == 1:
        return (one,)
    asked = islice(cycle(models), number)
    return tuple(replace(one, model=model, title=_title(prompt, at, number, model), group=group) for at, model in enumerate(asked, 1))


def new_task_verdict(values: Values, known: Sequence[str], *, writing: bool = False) -> Verdict:
    """What a form for a new task would do. `writing`: the last path is still being written."""
    try:
        tasks = starts(values)
    except Unfit as unfit:
        return Verdict(str(unfit), "error" if values.get("prompt", "").strip() else "muted", fits=False)
    missing = unlisted(tasks[0].files, known)
    if writing and missing[-1:] == [*tasks[0].files[-1:]]:
        missing = missing[:-1]
    if missing:
        return Verdict(f"Not among the files that are listed: {', '.join(missing[:3])}.", "warn")
    given, role = _given(tasks[0].files)
    if len(tasks) == 1:
        return Verdict(f"Starts one task with {given}.", role)
    models = list(dict.fromkeys(task.model for task in tasks))
    spread = ", ".join(f"{sum(task.model == model for task in tasks)} × {model}" for model in models) if models != [""] else ""
    return Verdict(f"Starts {len(tasks)} copies{': ' + spread if spread else ''}, each with {given}; C compares them.", role)


def _given(files: Sequence[str]) -> tuple[str, Literal["text", "muted"]]:
    """What a task begins with; that this is nothing should be seen."""
    if not files:
        return "an empty workspace (. under Files copies this one)", "text"
    if "." in files:
        return "a copy of the whole workspace", "muted"
    return f"a copy of {files[0] if len(files) == 1 else f'{len(files)} paths'}", "muted"


def _copies(text: str) -> int:
    shown = text.strip().lower().removeprefix("x")
    if not shown:
        return 1
    if shown not in _COPIES:
        raise Unfit(f"Copies: write a number from 1 to {MOST_COPIES}.")
    return int(shown)


def _title(prompt: str, at: int, number: int, model: str) -> str:
    first = prompt.splitlines()[0].strip()
    short = first if len(first) <= _TITLE else f"{first[: _TITLE - 1].rstrip()}…"
    return f"{at}/{number} {short}" + (f" · {model}" if model else "")  # the number first: it is seen in the narrowest row


# ---------------------------------------------------------------- how it begins again

_MODES = (("resume", "resume: goes on with its history and files"), ("clean", "clean: begins anew, with neither"))


def retry_fields(views: Sequence[TaskView], personas: Sequence[str]) -> tuple[tuple[Field, ...], ...]:
    """The rows of the form for tasks that are over: one choice for all of them."""
    who = (("", "as before"), *((name, name) for name in personas))
    models = {view.model for view in views}
    return (
        (Field("mode", "How", "resume", choices=_MODES),),
        (Field("prompt", "Prompt", hint="nothing: goes on where it stopped; clean: the same prompt", lines=4),),
        (Field("model", "Model", hint=f"{models.pop()}, as before" if len(models) == 1 else "each as before"),),
        (Field("persona", "Persona", choices=who),),
    )


def retries(values: Values, task_ids: Sequence[str]) -> tuple[RetryTask, ...]:
    """What is asked for of each task. Raises Unfit."""
    model = words(values.get("model", ""), "Model")
    if len(model) > 1:
        raise Unfit("Model: name one, or none to stay with the one before.")
    mode: Literal["resume", "clean"] = "clean" if values.get("mode") == "clean" else "resume"
    prompt, persona = values.get("prompt", "").strip(), values.get("persona", "")
    return tuple(RetryTask(task_id, mode, prompt, "".join(model), persona) for task_id in task_ids)


def retry_verdict(values: Values, number: int) -> Verdict:
    try:
        retries(values, ())
    except Unfit as unfit:
        return Verdict(str(unfit), "error", fits=False)
    what = "It is" if number == 1 else f"All {number} are"
    if values.get("mode") == "clean":
        return Verdict(f"{what} queued again; files and history of before are deleted.", "warn")
    return Verdict(f"{what} queued again.")


# ---------------------------------------------------------------- what it may spend


def limit_fields(views: Sequence[TaskView]) -> tuple[tuple[Field, ...], ...]:
    """The rows of the form: the caps as they stand, with what is used. Of several tasks an empty field leaves each as it is."""
    if len(views) > 1:
        hint = "as each has it; none: no limit"
        names = (("steps", "Steps"), ("tokens", "Tokens"), ("seconds", "Time"), ("step_seconds", "A step"))
        return tuple((Field(name, label, hint=hint),) for name, label in names)
    view = views[0]
    now = view.limits
    return (
        (Field("steps", "Steps", _said(now.steps), f"no cap; {view.steps} used", replaced=True),),
        (Field("tokens", "Tokens", _said(now.tokens), f"no cap; {view.usage.total:,} used", replaced=True),),
        (Field("seconds", "Time", _said(now.seconds), "no limit, in all", replaced=True),),
        (Field("step_seconds", "A step", _said(now.step_seconds), "no limit", replaced=True),),
    )


def limiting(values: Values, views: Sequence[TaskView]) -> tuple[LimitTask | ResumeTask, ...]:
    """What is asked for: new caps, and that a task goes on which the old ones had paused. Raises Unfit."""
    written = values if len(views) == 1 else {name: text for name, text in values.items() if text.strip()}
    ops: list[LimitTask | ResumeTask] = []
    for view in views:
        new = limits(written, view.limits)
        if new != view.limits:
            ops.append(LimitTask(view.id, new))
        if capped(view, view.limits) and not capped(view, new):
            ops.append(ResumeTask(view.id))
    return tuple(ops)


def limits_verdict(values: Values, views: Sequence[TaskView]) -> Verdict:
    """What a form for caps would do."""
    try:
        ops = limiting(values, views)
    except Unfit as unfit:
        return Verdict(str(unfit), "error", fits=False)
    resumed = sum(isinstance(op, ResumeTask) for op in ops)
    if len(views) > 1:
        return Verdict(f"Holds for {len(views)} tasks" + (f"; {resumed} of them go on." if resumed else "."))
    used = f"Used: {views[0].steps} step{'s' if views[0].steps != 1 else ''}, {views[0].usage.total:,} tokens"
    if resumed:
        return Verdict(f"{used}; it goes on.")
    if capped(views[0], limits(values, views[0].limits)):
        return Verdict(f"{used}; so it stays paused.", "warn")
    return Verdict(f"{used}.")


def capped(view: TaskView, caps: Limits) -> bool:
    """Whether a paused task would be held by `caps`."""
    return bool(task_words.capped(replace(view, limits=caps, resumes_at=None)))


def assigned(text: Sequence[str]) -> Values:
    """The caps of a command's words: steps=40 tokens=200k seconds=10m step_seconds=90. Raises Unfit."""
    found: dict[str, str] = {}
    for word in text:
        name, sign, value = word.partition("=")
        if name not in ("steps", "tokens", "seconds", "step_seconds") or not sign:
            raise Unfit(f"{word}: write caps as steps=40 tokens=200k seconds=10m step_seconds=90; steps=none takes one away.")
        found[name] = value or "none"
    return found


def _said(cap: float | None) -> str:
    return "" if cap is None else f"{cap:g}" if cap < 100_000 else str(int(cap))
