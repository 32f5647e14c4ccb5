"""How the page's net was learned, and is learned again: from drawn desks, with JAX, which nothing else depends on.

``scenes.py`` draws desks and keeps them, ``views.py`` makes of each as many views as are wanted, ``net.py`` is the net,
``learn.py`` learns it, ``export.py`` writes what OpenCV runs (``devices/camera/look.onnx``). ``python -m bench.finder`` does all
of it.
"""
