"""The loop of one agent: query the model, approve and run its calls, append what came of them. It cannot delegate."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from inspect import GEN_CREATED, getgeneratorstate

from .approvals import Gate
from .calls import Calls, cleaned_message
from .errors import ModelError, PygentError
from .events import ReplyCompleted, Steered, StepEnded, StepStarted, TurnEnded, TurnStarted
from .models.protocol import Model
from .models.reply import message_to_dict
from .outbox import Post
from .replies import Replies, Reply
from .runtime import Runtime
from .said import CallIds, Said
from .seat import Seat
from .tools.toolbox import Toolbox
from .turn import Turn
from .untrusted import clean_text
from .values import INCOMPLETE, INTERRUPTED, ROOT_TASK, JsonDict, Limits, Message, RunResult
from .worker import Blocking, LeftBehind, Work, Worker

_LET_GO_S = 3.0  # for a turn that stands still to hear its cancel
_BUSY = "This agent is busy with a turn; interrupt it, or steer it."
_CUT_OFF = {
    INCOMPLETE: "The reply broke off before its end; nothing of it was run.",
    "length": "The reply met the model's length limit; nothing of it was run.",
    "content_filter": "The model's content filter ended the reply; nothing of it was run.",
}


class Loop:
    """One agent over one model and one runtime. One turn at a time; `interrupt` and `steer` come from any thread."""

    def __init__(
        self,
        model: Model,
        model_name: str,
        runtime: Runtime,
        toolbox: Toolbox,
        *,
        system_msg: str,
        gate: Gate,
        limits: Limits,
        post: Post,
    ) -> None:
        self.model = model
        self.model_name = model_name
        self.runtime = runtime
        self.history: list[JsonDict] = [{"role": "system", "content": system_msg}]
        self._toolbox = toolbox
        self._gate = gate
        self._running = threading.Lock()
        self._turn: Turn | None = None
        self._said = Said()
        self._call_ids = CallIds()
        self._wire(Seat(ROOT_TASK, post, limits))

    def take_seat(self, seat: Seat) -> None:
        """Work as the task of `seat` from now on; not during a turn."""
        self._worker.release()
        self._wire(seat)

    def _wire(self, seat: Seat) -> None:
        self._seat = seat
        self._gate = seat.gate or self._gate
        self._worker = seat.worker or Worker(f"pygent-worker-{seat.task_id}")
        self._replies = Replies(self.model, self.model_name, seat.post)
        self._calls = Calls(self._toolbox, self.runtime, self._gate, seat.post, seat.task_id)

    def step(self, user_msg: str) -> Message:
        """Add the message, get one reply and run its calls. Raises ModelError when there is no usable reply.

        As `run`, raises PygentError while another turn runs.
        """
        result, error = self._run_turn(user_msg, one_step=True)
        if error is not None:
            raise error
        if result.reply is None:
            raise ModelError(result.reason)
        return result.reply

    def run(self, user_msg: str) -> RunResult:
        """Steps until `stop`, a reply without calls, a limit, an interrupt or a failure; none of these raises.

        Raises PygentError while another turn runs.
        """
        return self._run_turn(user_msg, one_step=False)[0]

    def interrupt(self) -> bool:
        """End the running turn; False when there is none."""
        if (turn := self._turn) is not None:
            turn.cancel.because(INTERRUPTED)
        return turn is not None

    def steer(self, text: str) -> None:
        """Put `text` before the model at the next step of this turn, or at the first of the next."""
        self._said.steer(text)

    def limit(self, limits: Limits) -> None:
        """Work within `limits` from now on, also in a turn that runs, and in the middle of a call."""
        self._seat = replace(self._seat, limits=limits)
        if (turn := self._turn) is not None:
            turn.limits = limits
            self._worker.look()

    def unread_steers(self) -> list[str]:
        """The steering messages that no step has read, which now none will."""
        return self._said.take_steers()

    def tell(self, text: str) -> None:
        """Put `text` before the model with the next prompt, as a user message ahead of it; of many, the last 20."""
        self._said.tell(text)

    def start_over(self) -> None:
        """Forget the conversation but for the system message. Raises PygentError while a turn runs."""
        if not self._running.acquire(blocking=False):
            raise PygentError(_BUSY)
        try:
            del self.history[1:]
            self._said.clear()
        finally:
            self._running.release()

    def close(self) -> None:
        """Let the worker go; the runtime belongs to whoever made it."""
        self.interrupt()
        self._worker.release()

    # ------------------------------------------------------------ one turn

    def _run_turn(self, user_msg: str, *, one_step: bool) -> tuple[RunResult, ModelError | None]:
        shown = clean_text(user_msg)  # before anything begins: what is no text raises here
        if not self._running.acquire(blocking=False):
            raise PygentError(_BUSY)
        turn = self._turn = Turn(self._seat.limits)
        if self._seat.cancel is not None:
            self._seat.cancel.listen(self.interrupt)
        work = self._whole_turn(turn, user_msg, shown, one_step=one_step)
        try:
            return self._worker.do(work, turn.cancel)
        except BaseException:
            if getgeneratorstate(work) == GEN_CREATED:  # no thread could be had: the turn that never began must not keep the agent
                work.close()
                self._running.release()
            raise

    def _whole_turn(self, turn: Turn, user_msg: str, shown: str, *, one_step: bool) -> Work[tuple[RunResult, ModelError | None]]:
        result, error = RunResult("interrupted", None, 0, turn.usage, "Interrupted."), None
        try:
            self._seat.post(TurnStarted(shown))
            self._prepare()
            self._hear()
            if told := self._said.take_told():
                self.history.append({"role": "user", "content": told})
            self.history.append({"role": "user", "content": user_msg})
            result, error = yield from self._steps(turn, one_step=one_step)
            return result, error
        finally:
            self._turn = None
            try:
                self._seat.post(TurnEnded(result.outcome, turn.steps, turn.usage, clean_text(result.reason)))
            finally:
                self._running.release()

    def _prepare(self) -> None:
        """What comes before each turn, on its thread."""

    def _hear(self) -> None:
        """What the model is told before each prompt and each step, on the turn's thread."""

    def _steps(self, turn: Turn, *, one_step: bool) -> Work[tuple[RunResult, ModelError | None]]:
        reply: Message | None = None
        while True:
            yield from self._stand(turn)
            if turn.cancel.is_set():
                return _cut_short(turn, reply), None
            if limit := turn.exhausted():
                if self._seat.stand is not None and self._seat.stand.due(turn):
                    continue  # it was limited at this very moment
                return RunResult("limit", reply, turn.steps, turn.usage, turn.explain(limit), limit), None
            got = yield from self._step(turn)
            reply = got.message or reply
            if turn.cancel.is_set():
                return _cut_short(turn, reply), None
            turn.faults = 0 if got.error is None else turn.faults + 1
            if got.error is not None:
                if not (yield from self._stand(turn, got.error)):
                    return RunResult("failed", reply, turn.steps, turn.usage, str(got.error)), got.error
                if turn.cancel.is_set():
                    return _cut_short(turn, reply), None
                continue
            if one_step or turn.stopped or (got.message and not got.message.tool_calls and not self._said.steers):
                return RunResult("finished", reply, turn.steps, turn.usage), None

    def _stand(self, turn: Turn, fault: ModelError | None = None) -> Work[bool]:
        """Stand still as long as the seat has reasons to; whether it had one. That time is none of the turn's."""
        held = False
        while self._seat.stand is not None and (hold := self._seat.stand.due(turn, fault)) and not turn.cancel.is_set():
            began, held, fault = time.monotonic(), True, None
            with suppress(LeftBehind):
                yield Blocking(partial(hold, turn.cancel), grace_s=_LET_GO_S)
            turn.hold(time.monotonic() - began)
        return held

    def _step(self, turn: Turn) -> Work[Reply]:
        number = turn.begin_step()
        self._hear()
        self._take_steers()
        self._seat.post(StepStarted(number))
        self._replies.model_name = self.model_name  # may have been changed since
        try:
            reply = yield from self._replies.next(self.history, self._toolbox.schemas(), turn)
            if reply.message is None:
                return reply
            yield from self._keep(reply.message, turn)
            if reply.error is None and (why := _CUT_OFF.get(reply.message.finish_reason or "")):
                return Reply(reply.message, ModelError(why))
            return reply
        finally:
            self._seat.post(StepEnded(number))

    def _take_steers(self) -> None:
        for text in self._said.take_steers():
            self.history.append({"role": "user", "content": text})
            self._seat.post(Steered(clean_text(text)))

    def _keep(self, message: Message, turn: Turn) -> Work[None]:
        """Append a reply and the results of its calls."""
        if message.usage is not None:
            turn.usage += message.usage
        self.history.append(message_to_dict(message))
        answered = [(call, self._call_ids.shown(call, self._seat.task_id)) for call in message.tool_calls]
        self._seat.post(ReplyCompleted(cleaned_message(message, [shown for _, shown in answered]), message.usage))
        for call, shown in answered:
            result = yield from self._calls.run(shown, turn)
            self.history.append({"role": "tool", "tool_call_id": call.id, "content": result.content})


def _cut_short(turn: Turn, reply: Message | None) -> RunResult:
    outcome, reason, limit = turn.cut_short()
    return RunResult(outcome, reply, turn.steps, turn.usage, reason, limit)
