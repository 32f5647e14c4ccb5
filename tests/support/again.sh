#!/usr/bin/env bash
# A test that failed among the others is run once more, alone: what fails alone fails. More than three are no accident of the crowd.
# Prints the name of every test it repeats. docs/decisions/tests-in-a-crowd.md says why.
set -euo pipefail
failed=$(.venv/bin/python - <<'PY'
import json, pathlib
print("\n".join(json.loads(pathlib.Path(".pytest_cache/v/cache/lastfailed").read_text())))
PY
)
count=$(grep -c . <<<"$failed" || true)
if [ "$count" -eq 0 ] || [ "$count" -gt 3 ]; then
  exit 1
fi
printf '\nFailed among the others, run again alone:\n%s\n' "$failed"
exec .venv/bin/pytest -q --last-failed --last-failed-no-failures none -m "not long"
