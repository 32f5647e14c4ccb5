"""librime by ctypes: words for letters. No state outlives a call, nothing is learned, and no function of ours is handed to C: under
``MemoryDenyWriteExecute`` there would be no memory to make one in.

``rime_api.h`` (BSD), the structs of librime 1.8 (Debian 12) and 1.13 (Debian 13): fields are only ever added at their ends.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_size_t, c_void_p, sizeof
from pathlib import Path
from typing import Any

LIBRARY = "librime.so.1"
SCHEMA = b"tongban"
_QUIET = 3
"""glog's FATAL: what it says below that could hold what somebody typed."""


class EngineError(Exception):
    """The library, or what it reads, is not as it must be."""


class _Traits(Structure):
    _fields_ = (
        ("data_size", c_int),
        ("shared_data_dir", c_char_p),
        ("user_data_dir", c_char_p),
        ("distribution_name", c_char_p),
        ("distribution_code_name", c_char_p),
        ("distribution_version", c_char_p),
        ("app_name", c_char_p),
        ("modules", c_void_p),
        ("min_log_level", c_int),
        ("log_dir", c_char_p),
        ("prebuilt_data_dir", c_char_p),
        ("staging_dir", c_char_p),
    )


class _Composition(Structure):
    _fields_ = (("length", c_int), ("cursor", c_int), ("start", c_int), ("end", c_int), ("preedit", c_char_p))


class _Candidate(Structure):
    _fields_ = (("text", c_char_p), ("comment", c_char_p), ("reserved", c_void_p))


class _Menu(Structure):
    _fields_ = (
        ("size", c_int),
        ("page", c_int),
        ("last", c_int),
        ("highlighted", c_int),
        ("count", c_int),
        ("candidates", POINTER(_Candidate)),
        ("keys", c_char_p),
    )


class _Context(Structure):
    _fields_ = (
        ("data_size", c_int),
        ("composition", _Composition),
        ("menu", _Menu),
        ("preview", c_char_p),
        ("labels", c_void_p),
    )


class _Commit(Structure):
    _fields_ = (("data_size", c_int), ("text", c_char_p))


class _Iterator(Structure):
    _fields_ = (("at", c_void_p), ("index", c_int), ("candidate", _Candidate))


_FUNCTIONS = (
    "setup set_notification_handler initialize finalize start_maintenance is_maintenance_mode join_maintenance_thread"
    " deployer_initialize prebuild deploy deploy_schema deploy_config_file sync_user_data create_session find_session"
    " destroy_session cleanup_stale_sessions cleanup_all_sessions process_key commit_composition clear_composition get_commit"
    " free_commit get_context free_context get_status free_status set_option get_option set_property get_property"
    " get_schema_list free_schema_list get_current_schema select_schema schema_open config_open config_close config_get_bool"
    " config_get_int config_get_double config_get_string config_get_cstring config_update_signature config_begin_map"
    " config_next config_end simulate_key_sequence register_module find_module run_task get_shared_data_dir"
    " get_user_data_dir get_sync_dir get_user_id get_user_data_sync_dir config_init config_load_string config_set_bool"
    " config_set_int config_set_double config_set_string config_get_item config_set_item config_clear config_create_list"
    " config_create_map config_list_size config_begin_list get_input get_caret_pos select_candidate get_version"
    " set_caret_pos select_candidate_on_current_page candidate_list_begin candidate_list_next candidate_list_end"
    " user_config_open candidate_list_from_index"
).split()
"""``rime_api_t`` in its order, as far as it is used here."""


class _Api(Structure):
    _fields_ = (("data_size", c_int), *((name, c_void_p) for name in _FUNCTIONS))


class Rime:
    """One thread's. ``data`` holds what ``dictionary.py`` built. Of a process there can be one only. :class:`EngineError`."""

    def __init__(self, data: Path) -> None:
        try:
            library = ctypes.CDLL(LIBRARY)
        except OSError as error:
            raise EngineError("the library is not there") from error
        library.rime_get_api.restype = POINTER(_Api)
        self._api = library.rime_get_api().contents
        if self._api.data_size < sizeof(_Api) - sizeof(c_int):
            raise EngineError("the library is too old")
        folder = str(data).encode()
        traits = _Traits(
            data_size=sizeof(_Traits) - sizeof(c_int),
            shared_data_dir=folder,
            user_data_dir=folder,
            distribution_name=b"Tongban",
            distribution_code_name=b"tongban",
            distribution_version=b"1",
            app_name=b"rime.tongban",
            min_log_level=_QUIET,
            log_dir=b"",  # to stderr, which leads nowhere; none at all would be a file in /tmp
            prebuilt_data_dir=folder,
            staging_dir=folder,
        )
        self._call("setup", None, POINTER(_Traits))(byref(traits))
        self._call("initialize", None, POINTER(_Traits))(byref(traits))
        self._session = self._call("create_session", c_size_t)()
        self._call("select_schema", c_int, c_size_t, c_char_p)(self._session, SCHEMA)
        self._key = self._call("process_key", c_int, c_size_t, c_int, c_int)
        self._clear = self._call("clear_composition", None, c_size_t)
        self._from = self._call("candidate_list_from_index", c_int, c_size_t, POINTER(_Iterator), c_int)
        self._next = self._call("candidate_list_next", c_int, POINTER(_Iterator))
        self._end = self._call("candidate_list_end", None, POINTER(_Iterator))
        self._select = self._call("select_candidate", c_int, c_size_t, c_size_t)
        self._context = self._call("get_context", c_int, c_size_t, POINTER(_Context))
        self._free_context = self._call("free_context", c_int, POINTER(_Context))
        self._commit = self._call("get_commit", c_int, c_size_t, POINTER(_Commit))
        self._free_commit = self._call("free_commit", c_int, POINTER(_Commit))
        if not self._session or not self.words("a", 0, 1):  # it says of no dictionary that it is one
            raise EngineError("the dictionary is not there")

    def words(self, letters: str, first: int, most: int) -> list[str]:
        """At most ``most`` candidates from the one of index ``first`` on, best first."""
        try:
            self._write(letters)
            return self._list(first, most)
        finally:
            self._clear(self._session)

    def take(self, letters: str, index: int) -> tuple[str, str] | None:
        """The candidate of that index, and the letters it leaves; ``None``: there is none."""
        try:
            self._write(letters)
            word = self._list(index, 1)
            if not word or not self._select(self._session, index):
                return None
            return word[0], self._rest(letters)
        finally:
            self._clear(self._session)

    def _write(self, letters: str) -> None:
        self._clear(self._session)
        for letter in letters:
            self._key(self._session, ord(letter), 0)

    def _list(self, first: int, most: int) -> list[str]:
        found: list[str] = []
        at = _Iterator()
        if not self._from(self._session, byref(at), first):
            return found
        while len(found) < most and self._next(byref(at)):
            found.append((at.candidate.text or b"").decode())
        self._end(byref(at))
        return found

    def _rest(self, letters: str) -> str:
        """What is not yet turned into words: committed, nothing; else the part of the line that is still letters."""
        commit = _Commit(data_size=sizeof(_Commit) - sizeof(c_int))
        if self._commit(self._session, byref(commit)):
            self._free_commit(byref(commit))
            return ""
        context = _Context(data_size=sizeof(_Context) - sizeof(c_int))
        if not self._context(self._session, byref(context)):
            return ""
        line = (context.composition.preedit or b"")[context.composition.start :].decode()
        self._free_context(byref(context))
        left = len(line.replace(" ", "").replace("'", ""))
        return letters[-left:] if left else ""

    def _call(self, name: str, gives: Any, *takes: Any) -> Callable[..., Any]:
        return ctypes.CFUNCTYPE(gives, *takes)(getattr(self._api, name))
