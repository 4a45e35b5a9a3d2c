"""A recording of one's own: dropped on the page, looked at, and compared with models that ship."""

from .recording import MyRecording as MyRecording
