"""Many terminals in one process, to see what a centre and a broker bear: real sessions, real certificates, the real contract.

What they say is made up; how they say it is what a terminal does (``mqtt/window.py``, ``mqtt/report.py``). For a test stage of
its own only: what a swarm sends stands in the centre's database like everything else.
"""
