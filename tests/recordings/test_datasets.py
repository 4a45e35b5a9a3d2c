"""Downloads from a local server that serves good, cut, corrupted, slow and missing files."""

import hashlib
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from isocortex import InputError
from isocortex.recordings import datasets


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    path = tmp_path_factory.mktemp("content") / "animal.npz"
    rng = np.random.default_rng(0)
    np.savez(path, resp=rng.normal(size=(90, 300)), stimuli=np.arange(0.0, 180.0, 2.0))
    return path.read_bytes()


@pytest.fixture
def server(content, tmp_path, monkeypatch):
    """Serve the data set on loopback; ``server.mood`` says how, ``server.asked`` counts the requests."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            host.asked += 1
            mood = host.mood.pop(0) if len(host.mood) > 1 else host.mood[0]
            if mood == "missing":
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if mood == "slow":
                time.sleep(1.0)
            body = bytearray(content)
            if mood == "corrupted":
                body[1000] ^= 255
            self.wfile.write(body[: len(body) // 2] if mood == "cut" else body)

        def log_message(self, *arguments):
            del arguments

    host = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host.mood, host.asked = ["good"], 0
    threading.Thread(target=host.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{host.server_port}/animal.npz"
    served = replace(
        datasets.DATASETS["stringer-2021"], address=address, md5=hashlib.md5(content).hexdigest(), file="animal.npz"
    )
    monkeypatch.setitem(datasets.DATASETS._entries, "stringer-2021", served)
    monkeypatch.setenv("ISOCORTEX_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    yield host
    host.shutdown()
    host.server_close()


def kept(tmp_path):
    return sorted(path.name for path in (tmp_path / "data").rglob("*") if path.is_file())


def test_a_good_file_is_kept_recorded_and_not_fetched_again(server, content, tmp_path):
    steps = []
    path = datasets.fetch("stringer-2021", progress=lambda *step: steps.append(step))
    assert path.read_bytes() == content
    assert kept(tmp_path) == ["animal.npz", "animal.npz.sha256"]
    assert path.with_name("animal.npz.sha256").read_text().strip() == hashlib.sha256(content).hexdigest()
    assert steps[0][0] == "download stringer-2021"
    assert steps[-1][1] == steps[-1][2]
    assert datasets.fetch("stringer-2021") == path
    assert server.asked == 1


@pytest.mark.parametrize("mood", ["cut", "corrupted", "missing"])
def test_a_bad_file_is_tried_thrice_and_never_kept(server, tmp_path, mood):
    server.mood = [mood]
    sentence = (
        "downloaded 3 times from .* with a wrong MD5"
        if mood == "corrupted"
        else r"could not be downloaded from .*put the file animal\.npz at"
    )
    with pytest.raises(InputError, match=sentence):
        datasets.fetch("stringer-2021")
    assert server.asked == 3
    assert kept(tmp_path) == []


def test_a_passing_fault_is_survived(server, content):
    server.mood = ["cut", "corrupted", "good"]
    assert datasets.fetch("stringer-2021").read_bytes() == content


def test_a_server_that_does_not_answer(server, tmp_path, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setenv("ISOCORTEX_DATA", str(tmp_path / "data"))
    address = f"http://127.0.0.1:{server.server_port}/animal.npz"
    slow = replace(datasets.DATASETS["stringer-2021"], address=address, file="animal.npz")
    monkeypatch.setitem(datasets.DATASETS._entries, "stringer-2021", slow)
    monkeypatch.setattr(datasets, "TIMEOUT", 0.2)
    monkeypatch.setattr(datasets, "RETRIES", 0)
    server.mood = ["slow"]
    with pytest.raises(InputError, match=r"could not be downloaded .*(Timeout|ConnectionError)"):
        datasets.fetch("stringer-2021")
    assert kept(tmp_path) == []


def test_no_network(monkeypatch, tmp_path):
    monkeypatch.setenv("ISOCORTEX_DATA", str(tmp_path))
    monkeypatch.setattr(datasets, "RETRIES", 0)
    nowhere = replace(datasets.DATASETS["stringer-2021"], address="http://127.0.0.1:9/x")
    monkeypatch.setitem(datasets.DATASETS._entries, "stringer-2021", nowhere)
    with pytest.raises(InputError, match=r"ConnectionError.*set ISOCORTEX_DATA"):
        datasets.fetch("stringer-2021")


def test_a_file_that_has_changed_since_is_noticed(server, tmp_path):
    path = datasets.fetch("stringer-2021")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(InputError, match=r"its sha256 is .*fetch it again"):
        datasets.fetch("stringer-2021")


def test_a_file_put_there_by_hand_is_checked(server, content):
    path = datasets.where("stringer-2021")
    path.parent.mkdir(parents=True)
    path.write_bytes(content[:-1])
    with pytest.raises(InputError, match="its md5 is"):
        datasets.fetch("stringer-2021")
    path.write_bytes(content)
    assert datasets.fetch("stringer-2021") == path
    assert server.asked == 0


def test_unknown_names_are_suggested():
    with pytest.raises(InputError, match="Did you mean 'stringer-2021'"):
        datasets.where("stringer-2012")
