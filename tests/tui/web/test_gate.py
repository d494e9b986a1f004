"""Who may come in: the Host, the Origin, the one-time token and the cookie, each alone and together."""

from __future__ import annotations

import pytest
from multidict import CIMultiDict

from pygent_tui.web.gate import Gate

GATE = Gate(8484)
FOREIGN_HOSTS = [
    "evil.example",
    "evil.example:8484",
    "127.0.0.1",
    "127.0.0.1:80",
    "127.0.0.1:8485",
    "127.0.0.2:8484",
    "localhost.evil.example:8484",
    "127.0.0.1.evil.example:8484",
    "0.0.0.0:8484",
    "[::1]:8484",
    "LOCALHOST:8484",
    "user@localhost:8484",
    "localhost:8484, evil.example",
    "",
]
FOREIGN_ORIGINS = [
    "null",
    "",
    "http://evil.example",
    "http://127.0.0.1",
    "http://127.0.0.1:8485",
    "https://127.0.0.1:8484",
    "http://localhost:8484",
    "http://127.0.0.1:8484.evil.example",
    "http://127.0.0.1:8484/",
    "file://",
]


def headers(**given: str) -> CIMultiDict[str]:
    return CIMultiDict(given)


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_foreign_host_is_refused_with_the_way_out(host: str) -> None:
    refusal = GATE.refusal(headers(host=host), must_tell_origin=False)
    assert refusal == "Only 127.0.0.1:8484 and localhost:8484 are served here; a tunnel needs the same port at both ends."


@pytest.mark.parametrize("count", [0, 2])
def test_a_request_has_exactly_one_host(count: int) -> None:
    assert GATE.refusal(CIMultiDict([("Host", "127.0.0.1:8484")] * count), must_tell_origin=False) != ""


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_foreign_origin_is_refused_wherever_it_is_told(origin: str) -> None:
    for must_tell in (False, True):
        assert GATE.refusal(headers(host="127.0.0.1:8484", origin=origin), must_tell_origin=must_tell) != ""


def test_an_origin_must_be_told_where_something_is_done() -> None:
    assert GATE.refusal(headers(host="127.0.0.1:8484"), must_tell_origin=True) != ""
    assert GATE.refusal(headers(host="127.0.0.1:8484"), must_tell_origin=False) == ""


def test_two_origins_are_none() -> None:
    both = CIMultiDict([("Host", "127.0.0.1:8484"), ("Origin", "http://127.0.0.1:8484"), ("Origin", "http://evil.example")])
    assert GATE.refusal(both, must_tell_origin=True) != ""


@pytest.mark.parametrize("host", ["127.0.0.1:8484", "localhost:8484"])
def test_the_page_itself_is_served_under_either_name(host: str) -> None:
    assert GATE.refusal(headers(host=host, origin=f"http://{host}"), must_tell_origin=True) == ""


def test_a_token_admits_once_and_only_the_right_one() -> None:
    gate = Gate(8484)
    token = gate.link.removeprefix("http://127.0.0.1:8484/?token=")
    assert [gate.admits(wrong) for wrong in ("", token[:-1], token + "a", gate.cookie, "\udcff\N{SNOWMAN}")] == [False] * 5
    assert [gate.admits(token), gate.admits(token)] == [True, False]


@pytest.mark.parametrize("cookie", ["", "pygent=", "pygent=x", "other={}", "pygent={}x", "pygent", ";;;=\N{SNOWMAN}", 'pygent="'])
def test_a_cookie_that_is_not_ours_is_nobody(cookie: str) -> None:
    assert not GATE.knows(headers(cookie=cookie.replace("{}", GATE.cookie)))


def test_our_cookie_is_found_among_others_of_the_host() -> None:
    assert GATE.knows(headers(cookie=f"other=1; pygent={GATE.cookie}"))
    assert GATE.knows(CIMultiDict([("Cookie", "a=1"), ("Cookie", f"pygent={GATE.cookie}; pygent=of-another-server; b=2")]))


def test_no_two_servers_share_a_secret() -> None:
    gates = [Gate(8484) for _ in range(20)]
    secrets = {secret for gate in gates for secret in (gate.link, gate.cookie, gate.room)}
    assert len(secrets) == 60
    assert all(gate.cookie not in gate.link and gate.room not in gate.link for gate in gates)
