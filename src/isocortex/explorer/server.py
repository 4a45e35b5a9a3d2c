"""The server of the explorer: on this machine alone, and for whoever has its token."""

import secrets
import socket
import webbrowser
from collections.abc import Callable, Mapping
from dataclasses import replace
from logging import ERROR, getLogger
from pathlib import Path
from threading import Event, Thread
from typing import Any

import panel as pn
from bokeh.server.auth_provider import AuthProvider
from tornado.ioloop import IOLoop
from tornado.web import Finish, RequestHandler

from ..errors import InputError
from .app import HOME, page
from .view import Context
from .views import all_views

LOOPBACK = "127.0.0.1"
REFUSED = "The explorer opens only with the token in its address. Use the address that isocortex explore printed."


class Token(AuthProvider):
    """Lets in whoever brings the token, in the address at first and in a cookie then, as Jupyter does."""

    def __init__(self, token: str) -> None:
        self.token = token
        super().__init__()

    @property
    def get_user(self) -> Callable[[RequestHandler], str]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The function that answers 403 with a sentence to who has no token."""
        return self._user

    @property
    def login_url(self) -> str:
        """Needed by Bokeh, and never used."""
        return "/"

    def _user(self, handler: RequestHandler) -> str:
        cookie = f"isocortex-{handler.request.host.rpartition(':')[2]}"  # cookies are shared by all ports
        asked, kept = handler.get_query_argument("token", ""), handler.get_cookie(cookie, "")
        if secrets.compare_digest(asked.encode(), self.token.encode()):
            handler.set_cookie(cookie, self.token, httponly=True, samesite="Strict")
        elif not secrets.compare_digest((kept or "").encode(), self.token.encode()):
            handler.set_status(403)
            handler.set_header("Content-Type", "text/plain; charset=utf-8")
            handler.write(REFUSED)
            raise Finish
        return "user"


class Explorer:
    """A server of the explorer; made by :func:`isocortex.explore`.

    Attributes
    ----------
    address : str
        With the token: whoever has it can see the pages.

    Raises
    ------
    InputError
        If the port is taken.
    """

    def __init__(
        self, folders: tuple[Path, ...] = (), systems: Mapping[str, Any] | None = None, *, port: int = 0
    ) -> None:
        pn.extension("tabulator", "filedropper")
        getLogger("bokeh.server.views.ws").setLevel(ERROR)  # it warns of every page that is closed while we compute
        self.context = Context(folders, systems or {})
        self._token, self._port = secrets.token_urlsafe(24), _bindable(port)
        self.address = f"http://{LOOPBACK}:{self._port}/?token={self._token}"
        self._pages = {name or "/": self._maker(name) for name in (HOME, *all_views(self.context.systems))}

    def serve(self, *, show: bool = True, background: bool = False) -> None:
        """Serve until Ctrl-C, or from a thread."""
        begun = Event()

        def ready() -> None:
            if not background:
                print(f"The explorer is at {self.address}\nCtrl-C ends it.", flush=True)
            if show:
                webbrowser.open(self.address)
            begun.set()

        if background:
            self._thread = Thread(target=self._run, args=(ready,), daemon=True)
            self._thread.start()
            begun.wait()
        else:
            self._run(ready)
            print("The explorer has ended.")

    def stop(self) -> None:
        """End the server that runs in a thread."""
        self._loop.add_callback(self._loop.stop)
        self._thread.join()

    def _run(self, ready: Callable[[], None]) -> None:
        """Make the server in the thread in which it runs, as Panel needs, call `ready` once it listens, and run it."""
        self._loop = IOLoop()
        server: Any = pn.serve(
            self._pages,  # pyright: ignore[reportArgumentType] (functions of no argument, by address)
            address=LOOPBACK,
            port=self._port,
            websocket_origin=[f"{LOOPBACK}:{self._port}"],
            auth_provider=Token(self._token),
            loop=self._loop,
            title="isocortex explorer",
            show=False,
            start=False,
            verbose=False,
        )
        server.start()
        ready()
        self._loop.start()
        server.stop()

    def _maker(self, name: str) -> Callable[[], Any]:
        def make() -> Any:
            words = {key: values[-1].decode() for key, values in pn.state.session_args.items() if values}
            return page(name, replace(self.context, query=words))

        return make


def _bindable(port: int) -> int:
    """Return a port that can be listened on, any free one for 0; the websocket is told its address before it is bound.

    Raises
    ------
    InputError
        If it is taken.
    """
    with socket.socket() as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind((LOOPBACK, port))
            asked.listen()
        except OSError as error:
            raise InputError(f"The explorer cannot listen on port {port}: {error.strerror}.") from error
        return asked.getsockname()[1]
