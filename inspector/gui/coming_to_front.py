"""A window comes to the front because a second start asked for it.

Screens keep windows from pushing themselves before what a person is doing, unless they can show that the person wants
it: by the token that the start was given (Wayland), or by the moment of the click that started it (X11).
"""

from __future__ import annotations

import ctypes
import os
import re
import struct

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget


def come_to_front(window: QWidget, token: str = "") -> None:
    """Shows `window` before all others, also when it was minimised. `token`: what the screen gave the start."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized | Qt.WindowState.WindowActive)
    window.show()
    window.raise_()
    platform = QGuiApplication.platformName()
    if token and platform.startswith("wayland"):
        os.environ["XDG_ACTIVATION_TOKEN"] = token  # Qt takes it from there, and away, when it asks to be active
    window.activateWindow()
    if platform == "xcb":
        _tell_screen(int(window.winId()), token)


def moment_of(token: str) -> int:
    """When the click was, in milliseconds of the X server; 0 where the token does not say."""
    found = re.search(r"_TIME(\d{1,10})$", token)
    return int(found[1]) & 0xFFFFFFFF if found else 0


def end_of_start(token: str) -> list[bytes]:
    """What tells the screen that the start with this token is over, in the pieces of 20 bytes that a message holds.

    Until then the pointer says that something is being opened (Startup Notification Protocol 0.1).
    """
    escaped = token.replace("\\", r"\\").replace('"', r"\"")
    text = f'remove: ID="{escaped}"'.encode() + b"\0"
    return [text[place : place + 20].ljust(20, b"\0") for place in range(0, len(text), 20)]


class _Message(ctypes.Structure):
    """A client message, as the X protocol lays it out."""

    _fields_ = (
        ("type", ctypes.c_uint8), ("format", ctypes.c_uint8), ("sequence", ctypes.c_uint16),
        ("window", ctypes.c_uint32), ("kind", ctypes.c_uint32), ("data", ctypes.c_uint8 * 20),
    )  # fmt: skip


class _Screens(ctypes.Structure):
    """Where the first screen is described; its root window comes first there."""

    _fields_ = (("screen", ctypes.POINTER(ctypes.c_uint32)), ("rest", ctypes.c_int), ("index", ctypes.c_int))


class _Cookie(ctypes.Structure):
    _fields_ = (("sequence", ctypes.c_uint),)


_CLIENT_MESSAGE = 33
_FROM_A_PROGRAM, _FROM_A_PAGER = 1, 2
_TO_THE_WINDOW_MANAGER = 1 << 20 | 1 << 19  # SubstructureRedirect, SubstructureNotify
_TO_WHO_LISTENS = 1 << 22  # PropertyChange


def _tell_screen(window: int, token: str) -> None:
    """Asks the window manager to make the window the active one, as of the click, and says that the start is over.

    Qt asks too, but as of the last event that it saw, which is older than the click. Without a moment the request is
    that of a pager, which speaks for the person.
    """
    try:
        xcb = _library()
    except (OSError, AttributeError):
        return  # Qt asked already
    display = xcb.xcb_connect(None, None)
    try:
        if xcb.xcb_connection_has_error(display):
            return
        root = xcb.xcb_setup_roots_iterator(xcb.xcb_get_setup(display)).screen[0]
        moment = moment_of(token)
        wish = struct.pack("=5I", _FROM_A_PROGRAM if moment else _FROM_A_PAGER, moment, 0, 0, 0)
        messages = [(32, b"_NET_ACTIVE_WINDOW", wish, _TO_THE_WINDOW_MANAGER)]
        for number, piece in enumerate(end_of_start(token) if token else ()):
            kind = b"_NET_STARTUP_INFO" if number else b"_NET_STARTUP_INFO_BEGIN"
            messages.append((8, kind, piece, _TO_WHO_LISTENS))
        for bits, kind, piece, to in messages:
            data = (ctypes.c_uint8 * 20)(*piece)
            message = _Message(_CLIENT_MESSAGE, bits, 0, window, _atom(xcb, display, kind), data)
            xcb.xcb_send_event(display, 0, root, to, ctypes.byref(message))
        _atom(xcb, display, b"_NET_ACTIVE_WINDOW")  # an answer comes when all of it has been read
    finally:
        xcb.xcb_disconnect(display)


def _library() -> ctypes.CDLL:
    """The library that Qt itself speaks to the X server with, which is loaded already."""
    xcb = ctypes.CDLL("libxcb.so.1")
    pointer, number = ctypes.c_void_p, ctypes.c_uint32
    for name, gives, takes in (
        ("xcb_connect", pointer, (ctypes.c_char_p, pointer)),
        ("xcb_connection_has_error", ctypes.c_int, (pointer,)),
        ("xcb_get_setup", pointer, (pointer,)),
        ("xcb_setup_roots_iterator", _Screens, (pointer,)),
        ("xcb_intern_atom", _Cookie, (pointer, ctypes.c_uint8, ctypes.c_uint16, ctypes.c_char_p)),
        ("xcb_intern_atom_reply", ctypes.POINTER(number), (pointer, _Cookie, pointer)),
        ("xcb_send_event", _Cookie, (pointer, ctypes.c_uint8, number, number, pointer)),
        ("xcb_disconnect", None, (pointer,)),
    ):
        function = getattr(xcb, name)
        function.restype, function.argtypes = gives, takes
    return xcb


def _atom(xcb: ctypes.CDLL, display: int, name: bytes) -> int:
    reply = xcb.xcb_intern_atom_reply(display, xcb.xcb_intern_atom(display, 0, len(name), name), None)
    atom = int(reply[2]) if reply else 0  # behind the head of the reply, two words long
    free = ctypes.CDLL(None).free
    free.argtypes = (ctypes.c_void_p,)
    free(ctypes.cast(reply, ctypes.c_void_p))
    return atom
