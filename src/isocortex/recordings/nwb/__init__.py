"""NWB files, read by h5py: what a session holds, and its responses around events."""

from .around import Align as Align
from .around import Around as Around
from .around import responses_around as responses_around
from .session import Session as Session
from .session import open_session as open_session
