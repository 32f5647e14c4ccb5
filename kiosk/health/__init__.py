"""Whether the machine itself is well: a file a check, each good, bad or unknown, never a guess.

A check reads what the kernel says under ``/sys`` and ``/proc`` (their roots are given, so tests lay their own), keeps what must
outlive a look, and answers with an outcome (``kiosk/verdict.py``). ``watch.py`` asks them all.
"""
