"""Chaos: real processes in network namespaces, anything killed, cut off or filled at any point; afterwards nothing may be missing.

``python -m chaos --help`` (with ``PYTHONPATH=tests``). One seed is one run: its plan of faults and visits follows from the seed
alone, so a run that fails is done again with ``--seed N``, and ``--shrink`` leaves out what the failure does not need. How the
processes fall over each other is not in the seed: a race may need several goes (``--again 20``).
"""
