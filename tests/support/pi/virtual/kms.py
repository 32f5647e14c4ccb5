"""Stands in for pykms, which picamera2 imports for previews on a screen; there is none here."""

import sys
from unittest import mock

sys.modules[__name__] = mock.MagicMock(name="kms")
