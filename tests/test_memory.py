"""The machine's memory, as each system tells it."""

import ctypes
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from isocortex import InputError
from isocortex.memory import physical_memory, require_memory


def test_linux_tells_its_pages(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "sysconf", lambda name: {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2**21}[name], raising=False)
    assert physical_memory() == 2**33


def test_macos_tells_it_by_sysctl(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    told = {("sysctl", "-n", "hw.memsize"): b"17179869184\n"}
    monkeypatch.setattr(subprocess, "run", lambda command, **how: SimpleNamespace(stdout=told[tuple(command)]))
    assert physical_memory() == 2**34


def test_windows_fills_in_64_bytes(monkeypatch):
    """MEMORYSTATUSEX: its own length (4 bytes), the load (4), then the physical memory (8)."""

    def fill(pointer):
        address = ctypes.addressof(pointer._obj)
        assert ctypes.c_uint32.from_address(address).value == 64
        ctypes.c_uint64.from_address(address + 8).value = 2**35
        return 1

    kernel = SimpleNamespace(GlobalMemoryStatusEx=fill)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    assert physical_memory() == 2**35


def test_a_quarter_is_too_much(monkeypatch):
    monkeypatch.setattr("isocortex.memory.physical_memory", lambda: 4 * 10**9)
    require_memory(10**9 - 1, "The array needs", "use less")
    with pytest.raises(InputError, match=r"The array needs 1.0 GB, more than a quarter of .* memory; use less\."):
        require_memory(10**9, "The array needs", "use less")
