"""Settings: wrong values are one sentence naming their source; flags win over the environment, it over the file."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from pygent_engine.errors import SettingsError
from pygent_engine.settings import DEFAULT_MODEL, Settings, inherited_environment, screen_environment, terminal_environment, user_file
from pygent_engine.values import Persona

KEY = "sk-canary-0123456789"


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A configuration file that says nothing, so that the user's own is not read."""
    path = tmp_path / "empty.toml"
    path.touch()
    return path


def complaint(flags: dict[str, object], environ: dict[str, str], config: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.load(flags, environ=environ, config_file=config)
    return str(caught.value)


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("PYGENT_MAX_TASKS", "many", "PYGENT_MAX_TASKS: 'many' is not a whole number of at least 1."),
        ("PYGENT_MAX_TASKS", "0", "PYGENT_MAX_TASKS: '0' is not a whole number of at least 1."),
        ("PYGENT_MAX_TASKS", "9" * 5000, f"PYGENT_MAX_TASKS: '{'9' * 78}… is not a whole number of at least 1."),
        ("PYGENT_STEP_TIMEOUT", "-1", "PYGENT_STEP_TIMEOUT: '-1' is not a number of seconds above 0."),
        ("PYGENT_TASK_TIMEOUT", "nan", "PYGENT_TASK_TIMEOUT: 'nan' is not a number of seconds above 0."),
        ("PYGENT_TASK_TIMEOUT", "inf", "PYGENT_TASK_TIMEOUT: 'inf' is not a number of seconds above 0."),
        ("PYGENT_MODEL", " ", "PYGENT_MODEL: ' ' is not a text that is not empty."),
        ("OPENAI_BASE_URL", "localhost:80", "OPENAI_BASE_URL: 'localhost:80' is not an http:// or https:// address."),
        ("OPENAI_BASE_URL", "http://[x", "OPENAI_BASE_URL: 'http://[x' is not an http:// or https:// address."),
        ("OPENAI_BASE_URL", "http://a b/", "OPENAI_BASE_URL: 'http://a b/' is not an http:// or https:// address."),
    ],
)
def test_a_wrong_variable_is_one_sentence_naming_it(variable: str, value: str, sentence: str, empty: Path) -> None:
    assert complaint({}, {variable: value}, empty) == sentence


@pytest.mark.parametrize("text", ["{", "[1]", '{"name": "x"}', '[{"title": "x"}]', '[{"name": ""}]', '[{"name": "x", "description": 1}]'])
def test_wrong_task_personas_say_what_their_shape_is(text: str, empty: Path) -> None:
    sentence = complaint({}, {"PYGENT_TASK_PERSONAS_JSON": text}, empty)
    assert sentence.startswith("PYGENT_TASK_PERSONAS_JSON: ")
    assert sentence.endswith('is not a list of personas like [{"name": "tester", "description": "writes tests"}].')


@pytest.mark.parametrize("word", ["perhaps", "2", "tru"])
def test_a_word_that_is_neither_yes_nor_no_is_refused(word: str, empty: Path) -> None:
    assert complaint({}, {"PYGENT_USE_DOCKER": word}, empty) == (
        f"PYGENT_USE_DOCKER: {word!r} is not one of 1, true, yes, on or 0, false, no, off (in a file: true or false)."
    )


def test_a_key_that_no_header_may_carry_is_refused_without_showing_it(empty: Path) -> None:
    sentence = complaint({}, {"OPENAI_API_KEY": f"{KEY}\nX-Other: 1"}, empty)
    assert sentence == "OPENAI_API_KEY: the value is not a key of printable ASCII characters without spaces."


@pytest.mark.parametrize("given", [["A"], ["1A=x"], ["=x"], ["A=x\0"], "A"])
def test_a_variable_for_the_runtime_needs_a_name_and_a_value(given: object, empty: Path) -> None:
    assert complaint({"env": given}, {}, empty) == "-e: the value is not NAME=VALUE (in a file: a table of texts)."


def test_a_wrong_flag_is_one_sentence_naming_it(empty: Path) -> None:
    assert complaint({"max_steps": "0"}, {}, empty) == "--max-steps: '0' is not a whole number of at least 1."


def test_terminal_escapes_of_a_wrong_value_are_not_passed_on(empty: Path) -> None:
    assert "\x1b" not in complaint({}, {"PYGENT_MAX_TASKS": "\x1b]52;c;x\x07"}, empty)


def test_a_flag_that_no_setting_has_is_an_error_of_the_program(empty: Path) -> None:
    assert complaint({"colour": "red"}, {}, empty) == "There is no setting named 'colour'."


@pytest.mark.parametrize(
    ("content", "key", "ending"),
    [
        ('max_tasks = "3"', "max_tasks", "'3' is not a whole number of at least 1."),
        ("max_tasks = true", "max_tasks", "True is not a whole number of at least 1."),
        ("use_docker = 'yes'", "use_docker", "'yes' is not one of 1, true, yes, on or 0, false, no, off (in a file: true or false)."),
        ("banned_commands = 'rm'", "banned_commands", "'rm' is not a list of names."),
        ("omit_tools = [1]", "omit_tools", "[1] is not a list of names."),
        ("image = 3", "image", "3 is not the name of a Docker image."),
        ("api_key = 12345678", "api_key", "the value is not a key of printable ASCII characters without spaces."),
        ("env = {A = 1}", "env", "the value is not NAME=VALUE (in a file: a table of texts)."),
    ],
)
def test_a_wrong_key_of_the_file_is_one_sentence_naming_both(content: str, key: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(content)
    assert complaint({}, {}, path) == f"{key} in {path}: {ending}"


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"max_tasks = ", "not valid TOML"), (b"\xff\xfe", "not valid TOML"), (b"a=" + b"[" * 100_000, "not valid TOML")],
)
def test_a_broken_file_is_one_sentence_naming_it(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes(content)
    sentence = complaint({}, {}, path)
    assert sentence.startswith(f"The configuration file {path} is {reason}: ")


def test_a_given_file_must_exist_and_be_a_file(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.toml", tmp_path):
        assert complaint({}, {}, path) == (
            f"The configuration file {path} does not exist or is not a file; name another one with --config."
        )


def test_a_misspelt_key_is_a_warning_and_the_rest_counts(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("modle = 'm'\nimage = 'i'\nzzz = 1\n")
    assert Settings.load(environ={}, config_file=path) == Settings(
        image="i",
        warnings=(
            f"{path}: the key 'modle' is unknown and was ignored; did you mean model?",
            f"{path}: the key 'zzz' is unknown and was ignored.",
        ),
    )


# ---------------------------------------------------------------- what is read


def test_without_any_source_the_defaults_stand(empty: Path) -> None:
    settings = Settings.load(environ={}, config_file=empty)
    assert settings == Settings()
    assert (settings.max_tasks, settings.image, settings.confirm_bash, settings.use_docker) == (3, "python:3.12-slim", True, None)
    assert settings.model_name == DEFAULT_MODEL


def test_every_variable_is_read(empty: Path) -> None:
    environ = {
        "PYGENT_MODEL": "m",
        "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
        "OPENAI_API_KEY": f" {KEY} ",
        "PYGENT_IMAGE": "i:1",
        "PYGENT_USE_DOCKER": "No",
        "PYGENT_NETWORK": "on",
        "PYGENT_RESOURCES": "cpus=0.5",
        "PYGENT_WORKSPACE": "w",
        "PYGENT_CONFIRM_BASH": "0",
        "PYGENT_APPROVALS": " ask",
        "PYGENT_NOTIFY": "off",
        "PYGENT_BANNED_COMMANDS": "rm, curl:wget",
        "PYGENT_BANNED_APPS": "docker",
        "PYGENT_MAX_TASKS": "5",
        "PYGENT_STEP_TIMEOUT": "1.5",
        "PYGENT_TASK_TIMEOUT": "60",
        "PYGENT_PERSONA_NAME": "Ada",
        "PYGENT_PERSONA": "is brief",
        "PYGENT_TASK_PERSONAS_JSON": '[{"name": "tester", "description": "tests"}, {"name": "writer"}]',
    }
    assert Settings.load(environ=environ, config_file=empty) == Settings(
        model="m",
        base_url="http://127.0.0.1:1/v1",
        api_key=KEY,
        image="i:1",
        use_docker=False,
        network=True,
        resources=(("cpus", 0.5),),
        workspace="w",
        confirm_bash=False,
        approvals="ask",
        notify="off",
        banned_commands=("rm", "curl", "wget"),
        banned_apps=("docker",),
        max_tasks=5,
        step_timeout=1.5,
        task_timeout=60.0,
        persona_name="Ada",
        persona="is brief",
        task_personas=(Persona("tester", "tests"), Persona("writer")),
    )


def test_every_field_is_a_key_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(
        "model='m'\nbase_url='https://h/v1'\napi_key='k'\nimage='i'\nuse_docker=true\nnetwork=true\nworkspace='w'\nconfirm_bash=false\n"
        "banned_commands=['rm']\nbanned_apps=['vim']\nmax_tasks=2\nstep_timeout=5\ntask_timeout=9.5\npersona_name='n'\npersona='p'\n"
        "approvals='never-write'\nnotify='bell'\nmouse=false\nomit_tools=['bash']\nmax_steps=7\n[env]\nA='1'\n[resources]\npids=9\n"
        "[keys]\n'output.wrap'='f7, w'\npane.search='ctrl+f'\n[[task_personas]]\nname='t'\ndescription='d'\n"
    )
    assert Settings.load(environ={}, config_file=path) == Settings(
        model="m",
        base_url="https://h/v1",
        api_key="k",
        image="i",
        use_docker=True,
        network=True,
        resources=(("pids", 9),),
        workspace="w",
        confirm_bash=False,
        approvals="never-write",
        notify="bell",
        mouse=False,
        keys=(("output.wrap", "f7, w"), ("pane.search", "ctrl+f")),
        banned_commands=("rm",),
        banned_apps=("vim",),
        max_tasks=2,
        step_timeout=5.0,
        task_timeout=9.5,
        persona_name="n",
        persona="p",
        task_personas=(Persona("t", "d"),),
        env=(("A", "1"),),
        omit_tools=("bash",),
        max_steps=7,
    )


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("model='file'\nimage='file'\nmax_tasks=1\n")
    settings = Settings.load({"model": "flag", "image": None}, environ={"PYGENT_MODEL": "env", "PYGENT_IMAGE": "env"}, config_file=path)
    assert settings == Settings(model="flag", image="env", max_tasks=1)


def test_what_is_forbidden_adds_up_so_that_no_source_lifts_a_ban(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("banned_commands=['rm']\nomit_tools=['bash']\nenv={A='1', B='1'}")
    settings = Settings.load(
        {"banned_commands": ["curl", "rm"], "omit_tools": ["stop"], "env": ["B=2=3", "C="]},
        environ={"PYGENT_BANNED_COMMANDS": "wget"},
        config_file=path,
    )
    assert settings == Settings(
        banned_commands=("rm", "wget", "curl"), omit_tools=("bash", "stop"), env=(("A", "1"), ("B", "2=3"), ("C", ""))
    )


def test_a_variable_that_is_set_but_empty_is_not_set(empty: Path) -> None:
    assert Settings.load(environ={"OPENAI_API_KEY": "", "PYGENT_MAX_TASKS": ""}, config_file=empty) == Settings()


def test_the_user_s_own_file_is_read_when_no_other_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert Settings.load(environ={}) == Settings()
    user_file().parent.mkdir()
    user_file().write_text("image='mine'")
    assert Settings.load(environ={}) == Settings(image="mine")


def test_nothing_in_the_current_folder_is_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pygent.toml", ".env", "config.py"):
        (tmp_path / name).write_text("image='theirs'\nbase_url='http://theirs'\nPYGENT_IMAGE=theirs\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    assert Settings.load(environ={}) == Settings()


def test_a_home_sign_in_a_workspace_is_expanded(empty: Path) -> None:
    assert Settings.load(environ={"PYGENT_WORKSPACE": "~/x"}, config_file=empty).workspace == str(Path.home() / "x")


@pytest.mark.parametrize(
    ("settings", "connected"),
    [
        (Settings(), False),
        (Settings(model="gpt"), False),
        (Settings(model="demo"), True),
        (Settings(api_key=KEY), True),
        (Settings(base_url="http://h"), True),
    ],
)
def test_a_key_an_endpoint_or_the_demo_counts_as_connected(settings: Settings, connected: bool) -> None:
    assert settings.connected is connected


# ---------------------------------------------------------------- what stays hidden


def test_the_key_is_in_no_representation_and_is_redacted_from_texts() -> None:
    settings = Settings(api_key=KEY, env=(("TOKEN", "t0ken"),))
    assert KEY not in repr(settings) and "t0ken" not in repr(settings)
    assert settings.redact(f"Bearer {KEY}, {KEY}") == "Bearer [api key], [api key]"


def test_a_placeholder_for_a_key_garbles_no_text() -> None:
    assert Settings(api_key="ollama").redact("run ollama") == "run ollama"
    assert replace(Settings(), api_key=None).redact("text") == "text"


def test_a_command_inherits_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("TERM", "xterm")
    inherited = inherited_environment()
    assert inherited["PATH"] == os.environ["PATH"]
    assert KEY not in inherited.values()
    assert terminal_environment()["TERM"] == "xterm"


def test_a_front_end_sees_what_the_terminal_and_its_programs_need_and_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "OPENAI_API_KEY": "sk-canary",
        "AWS_SECRET": "canary",
        "DISPLAY": ":7",
        "SSH_TTY": "/dev/pts/9",
        "PATH": "/bin",
    }.items():
        monkeypatch.setenv(name, value)
    seen = screen_environment()
    assert (seen["DISPLAY"], seen["SSH_TTY"], seen["PATH"]) == (":7", "/dev/pts/9", "/bin")
    assert not any("canary" in value for value in seen.values())


def test_the_mouse_is_the_apps_unless_a_flag_or_the_file_says_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "pygent.toml"
    file.write_text("mouse = false\n")
    loaded = [Settings.load(flags, environ={}, config_file=file).mouse for flags in ({}, {"mouse": True})]
    assert (Settings().mouse, loaded) == (True, [False, True])
