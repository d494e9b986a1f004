"""The output of one task's calls: what is kept of it live, and for older calls what the model was given. Pure."""

from __future__ import annotations

from pygent_engine.values import ToolResult

from .entries import Call
from .output import Buffer, Outputs, append
from .transcript import Transcript

_MOST = 20  # older calls beside those that are kept live
_REACH = 200  # entries that are looked at for them


def of_task(outputs: Outputs, talk: Transcript, selected: str | None, before: Outputs) -> Outputs:
    """The calls of the task of `talk`, oldest first. `before` is what this gave last: what did not change stays the same object."""
    live = {buffer.call_id: buffer for buffer in outputs.buffers if buffer.task_id == talk.task_id}
    made = {buffer.call_id: buffer for buffer in before.buffers}
    recent = talk.entries[-_REACH:]
    ended = [entry for entry in recent if isinstance(entry, Call) and entry.status != "running" and entry.call_id not in live]
    past = [made.get(call.call_id) if _whole(made.get(call.call_id)) else _made(call, talk.task_id) for call in ended[-_MOST:]]
    buffers = tuple(buffer for buffer in (*past, *live.values()) if buffer is not None)
    same = len(buffers) == len(before.buffers) and all(now is then for now, then in zip(buffers, before.buffers, strict=True))
    return before if same and selected == before.selected else Outputs(buffers, selected)


def _whole(buffer: Buffer | None) -> bool:
    return buffer is not None and buffer.result is not None


def _made(call: Call, task_id: str) -> Buffer:
    """What the model was given of a call, as its output."""
    status = "ok" if call.status == "running" else call.status
    result = ToolResult(call.call_id, call.result, status, call.exit_code, call.duration_s)
    empty = Buffer(call.call_id, task_id, call.name, call.summary, call.started_at, arguments=call.arguments, result=result)
    return append(empty, call.result) if call.result else empty
