"""A machine to install on: a Debian 13 root made once (`root`), started with systemd as its first process (`booted`), and the
packages of this tree (`packages`). Needs root; who may not has to be told so, and no test passes for lack of it.
"""
