"""A finder of pages that is learned from drawn desks: not the terminal's yet, but measured beside it (``bench/pages.py``).

``scenes.py`` draws desks and keeps them, ``views.py`` makes of each as many views as are wanted, ``net.py`` is the net,
``learn.py`` learns it (with JAX, which nothing else depends on), ``export.py`` writes what OpenCV runs. ``python -m bench.finder``
does all of it. ``look.py``, ``shape.py``, ``found.py``, ``cut.py``, ``outline.py`` find pages by what was learned, with nothing but
what a terminal has; they are made to take the place of the modules in ``devices/camera`` that do so now.
"""
