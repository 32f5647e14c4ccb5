"""What is claimed to be fast, measured. Shares the tests' helpers: real broker, real hall, virtual hardware."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / folder) for folder in ("tests", "tests/screen")]
