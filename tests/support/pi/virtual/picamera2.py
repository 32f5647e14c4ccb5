"""Found before the real picamera2, loads it, and puts a camera of the virtual pipeline in ``Picamera2``'s place.

So the camera's process runs unchanged: ``from picamera2 import Picamera2`` is all it says.
"""

import importlib
import sys
from pathlib import Path

import kms  # noqa: F401  (picamera2 wants it, and while it is loaded this folder is out of the way)

_here = str(Path(__file__).parent)
sys.path.remove(_here)
del sys.modules["picamera2"]
try:
    real = importlib.import_module("picamera2")
finally:
    sys.path.insert(0, _here)

import virtual_camera  # noqa: E402  (needs the real one in its place)

real.Picamera2 = virtual_camera.VirtualPicamera2
