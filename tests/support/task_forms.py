"""What the tests of the forms for tasks share: scenes, and the ways to a form."""

from __future__ import annotations

from pygent_engine.events import Op
from pygent_tui.screens.form import Form
from tests import work_scripts
from tests.scenes import Scene
from tests.scripts import start
from tests.support.stage import Stage

WORKED = Scene("worked", work_scripts.worked)
CAPPED = Scene("capped", work_scripts.capped)
COPIES = Scene("copies", work_scripts.copies)
START = Scene("start", start)


async def opened(stage: Stage) -> Form:
    """The form that opens."""
    await stage.until(lambda: isinstance(stage.app.screen, Form) and stage.app.screen.focused is not None)
    form = stage.app.screen
    assert isinstance(form, Form)
    return form


def verdict(stage: Stage) -> str:
    return " ".join(stage.text(".verdict").split())


async def sent(stage: Stage) -> list[Op]:
    """What is asked of the session, once the form is gone."""
    await stage.until(lambda: not isinstance(stage.app.screen, Form))
    await stage.until(lambda: stage.ops)
    return stage.ops
