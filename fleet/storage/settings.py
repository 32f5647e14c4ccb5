"""``[storage]`` of the centre's settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct


class BucketSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """A bucket of S3-compatible storage, for nothing else. ``key_file``: one line ``access key:secret key``, mode 0600; ``prefix``:
    before every name; ``ca_file``: certificate of the authority its server's certificate is of, if it is one of one's own;
    ``addressing``: whether the bucket stands in the path or in the host's name; ``encryption``: what the storage is asked to
    encrypt with (``AES256``); the documents are sealed as it is.
    """

    endpoint: Annotated[str, Meta(pattern=r"^https?://[^\s/?#]+/?$")]
    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    key_file: Path
    region: Annotated[str, Meta(pattern=r"^[a-zA-Z0-9-]{1,64}$")] = "us-east-1"
    prefix: Annotated[str, Meta(pattern=r"^([A-Za-z0-9_.-]+/)*$", max_length=200)] = ""
    ca_file: Path | None = None
    addressing: Literal["path", "virtual"] = "path"
    encryption: Literal["AES256", "aws:kms"] | None = None


class StorageSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Where sealed documents and what is published go: the data ``folder``, or the ``bucket``. ``both``: what is not there is
    looked for in the other, and removed from both; so while documents are moved (``tongban centre storage copy``).
    """

    place: Literal["folder", "bucket"] = "folder"
    both: bool = False
    bucket: BucketSettings | None = None
