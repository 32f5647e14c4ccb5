"""The one name of libcamera that the camera's process uses."""


class Transform:
    def __init__(self, *, hflip: bool = False, vflip: bool = False) -> None:
        self.hflip, self.vflip = bool(hflip), bool(vflip)
