"""``python -m mqtt.documents FOLDER`` writes both documents (development only: msgspec needs PyYAML for it)."""

from __future__ import annotations

import sys
from pathlib import Path

from mqtt.documents.written import written

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for name, content in written().items():
    (folder / name).write_bytes(content)
