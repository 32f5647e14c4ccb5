"""The process that owns the camera: two of them, so that the one which answers never touches libcamera.

::

    terminal ──socket──▶ parent (server, keeper) ──socket pair──▶ child (worker, camera) ──▶ picamera2, libcamera
                         never waits; answers hello               one call at a time; may hang,
                         at any time with the truth               die, or lie: it is killed and started again

Runs in the *system's* Python with apt's ``python3-picamera2``; of ours it uses ``devices/protocols/frames.py`` and nothing
else (held by ``tests/unit/test_import_rules.py``). Both links speak the same framing. Pictures are in memory only: a copy
in flight in either process, and the camera's buffers, which go when nobody looks any more.
"""
