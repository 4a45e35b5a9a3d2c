"""The server answers this machine alone, and only who has its token."""

import socket
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytest.importorskip("panel")
import isocortex as ic
from isocortex.errors import InputError
from isocortex.explorer import inside

SYSTEM = """
import equinox as eqx
import jax.numpy as jnp
from isocortex.dynamics import System

class Spring(System):
    damping: float = 0.2
    variables: tuple[str, ...] = eqx.field(static=True, default=("<b>x</b>", "v"))

    def f(self, t, x):
        return jnp.stack([x[1], -x[0] - self.damping * x[1]])

class Broken(System):
    variables: tuple[str, ...] = eqx.field(static=True, default=("x",))

    def __check_init__(self):
        raise ValueError("no weights")

    def f(self, t, x):
        return -x

class Three(System):
    tau: float = 1.0
    variables: tuple[str, ...] = eqx.field(static=True, default=("x", "y", "z"))

    def f(self, t, x):
        return -x

seven = 7
"""


@pytest.fixture(scope="module")
def explorer():
    started = ic.explore(show=False, background=True)
    yield started
    started.stop()


def ask(explorer, path, headers=None):
    """Return status, cookie and text of an answer."""
    place = urlsplit(explorer.address)
    with closing(HTTPConnection(place.hostname, place.port, timeout=20)) as connection:
        connection.request("GET", path, headers=headers or {})
        with connection.getresponse() as answer:
            return answer.status, answer.getheader("Set-Cookie", ""), answer.read().decode()


def token(explorer):
    return urlsplit(explorer.address).query.removeprefix("token=")


@pytest.mark.parametrize("path", ["/", "/wilson-cowan", "/?token=", "/?token=wrong", "/lif?token=%C3%A9"])
def test_a_page_without_the_token_is_refused(explorer, path):
    status, cookie, text = ask(explorer, path)
    assert (status, cookie) == (403, "")
    assert text.startswith("The explorer opens only with the token in its address.")


def test_a_websocket_without_the_token_is_refused(explorer):
    upgrade = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Protocol": "bokeh, token",
        "Origin": f"http://127.0.0.1:{urlsplit(explorer.address).port}",
    }
    assert ask(explorer, "/lif/ws", upgrade)[0] == 403


def test_the_cookie_of_the_first_visit_opens_the_other_pages(explorer):
    status, cookie, text = ask(explorer, f"/?token={token(explorer)}")
    assert status == 200
    assert "Wilson–Cowan" in text
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert ask(explorer, "/", {"Cookie": cookie.split(";")[0]})[0] == 200
    assert ask(explorer, "/", {"Cookie": cookie.split("=")[0] + "=other"})[0] == 403


def test_other_machines_cannot_connect(explorer):
    port = urlsplit(explorer.address).port
    with socket.socket() as other:
        other.settimeout(5)
        failed = other.connect_ex(
            ("127.0.0.2", port)
        )  # an address of this machine that the explorer does not listen on
    assert failed


def test_the_page_fetches_nothing_from_outside(explorer):
    text = ask(explorer, f"/?token={token(explorer)}")[2]
    places = [part.split('"')[0] for mark in ('src="', 'href="') for part in text.split(mark)[1:]]
    assert [place for place in places if place.startswith(("http", "//"))] == []


def test_a_port_that_is_taken_is_a_sentence(explorer):
    with pytest.raises(InputError, match="cannot listen on port"):
        ic.explore(show=False, background=True, port=urlsplit(explorer.address).port)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("nothing", "A system is named as SYSTEM.py:CLASS, a class in a Python file, or MODULE:CLASS; got 'nothing'."),
        ("no_such_module:Thing", r"no_such_module cannot be imported \(ModuleNotFoundError: No module named"),
        ("isocortex.dynamics:WilsonCowen", "There is no class in isocortex.dynamics 'WilsonCowen'. Did you mean 'Wils"),
        ("missing.py:Spring", "There is no file missing.py."),
        ("mine.py:Broken", r"mine.py:Broken\(\) fails \(ValueError: no weights\)."),
        ("mine.py:seven", "seven in mine.py must be a class that returns the system"),
        ("mine.py:Three", "The explorer shows systems of one or two variables; mine.py:Three has 3."),
        ("isocortex.dynamics:LIF", "isocortex.dynamics:LIF must be a System of isocortex; it makes a LIF."),
    ],
)
def test_a_system_that_cannot_be_shown_is_a_sentence(tmp_path, monkeypatch, place, said):
    (tmp_path / "mine.py").write_text(SYSTEM)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=said):
        ic.explore(show=False, background=True, systems=[place])


def test_a_folder_that_does_not_exist_is_a_sentence(tmp_path):
    with pytest.raises(InputError, match="The explorer opens folders; "):
        ic.explore(tmp_path / "none", show=False, background=True)


def test_paths_outside_the_folders_are_refused(tmp_path):
    given, other = tmp_path / "given", tmp_path / "given-not"
    for folder in (given, other):
        folder.mkdir()
        (folder / "file").write_text("")
    (given / "link").symlink_to(other / "file")
    assert inside(given / "file", [given]) == (given / "file").resolve()
    for path in (other / "file", given / "link", given / ".." / "given-not" / "file", given / "absent", Path("/etc")):
        with pytest.raises(InputError, match="in the folders that the explorer was given"):
            inside(path, [given])
    with pytest.raises(InputError, match="in the folders"):
        inside(given / "file", [])


@pytest.mark.slow
def test_ctrl_c_ends_the_command_with_one_line():
    command = [sys.executable, "-m", "isocortex.cli", "explore", "--no-browser"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout is not None
    assert running.stdout.readline().startswith("The explorer is at http://127.0.0.1:")
    running.stdout.readline()
    running.send_signal(2)
    out, err = running.communicate(timeout=60)
    assert (out, err, running.returncode) == ("The explorer has ended.\n", "", 0)
