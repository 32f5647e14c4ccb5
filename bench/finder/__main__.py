"""``python -m bench.finder MINUTES [fresh]``: draws the desks that are not drawn yet, goes on learning from what
``look.onnx`` knows (``fresh``: begins anew), and writes it there. Needs ``pip install jax onnx``, one core and 1 GB.

``python -m bench 找页`` measures it beside the others, on seeds it never saw.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.finder import export, learn, scenes
from devices.camera.look import MODEL

FOLDER = Path(".scenes")
SCENES = 7500


def main() -> None:
    scenes.draw_all(FOLDER, 0, SCENES)
    known = None if "fresh" in sys.argv[2:] else export.weights(MODEL)
    learned = learn.learn(FOLDER, FOLDER / "learned", float(sys.argv[1]), known)
    MODEL.write_bytes(export.model(learned).SerializeToString())


if __name__ == "__main__":
    main()
