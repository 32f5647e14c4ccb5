"""Pages a clerk adds with the applicant there (当场更正): a picture or a PDF of an office scanner, looked at before it is sealed.

They come from a machine of the office, not from an applicant; all the same a desk will open them, so that nothing in them may act.
"""

from __future__ import annotations

import io

import pikepdf
from pikepdf import Object, Pdf
from PIL import Image, ImageOps

from fleet.desk.pictures import LONGEST, MOST_PIXELS

MOST = 12 * 1024 * 1024
"""Bytes of one file; what is sealed may have 16 MiB."""
MOST_SHEETS = 60
"""Pages of one PDF."""
_ACTING = ("/OpenAction", "/AA", "/AcroForm", "/Names")
"""What of a PDF's catalogue may do something by itself, or carry files."""


class AdditionError(ValueError):
    """It cannot be added; the text (Chinese) is for the clerk."""


def page(data: bytes) -> bytes:
    """What is to be sealed: a baseline JPEG such as a terminal takes, or the PDF without what could act. :class:`AdditionError`."""
    if not data:
        raise AdditionError("文件是空的。")
    if len(data) > MOST:
        raise AdditionError(f"一个文件最大 {MOST // 1024 // 1024} MB，请分开扫描。")
    return _pdf(data) if data.startswith(b"%PDF-") else _picture(data)


def _picture(data: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            width, height = image.size
            if max(width, height) > LONGEST or width * height > MOST_PIXELS:
                raise AdditionError("图片太大，请按 A4、200 点扫描。")
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        if isinstance(error, AdditionError):
            raise
        raise AdditionError("读不懂这个文件，只收 JPEG、PNG 图片和 PDF。") from None
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=90, dpi=(200, 200))  # a new file: nothing a telephone writes beside the picture goes along
    return out.getvalue()


def _pdf(data: bytes) -> bytes:
    out = io.BytesIO()
    try:
        with Pdf.open(io.BytesIO(data)) as document:
            if not 1 <= len(document.pages) <= MOST_SHEETS:
                raise AdditionError(f"一个 PDF 最多 {MOST_SHEETS} 页。")
            _without(document.Root, *_ACTING, "/Metadata")
            _without(document.trailer, "/Info")  # a scanner writes its user's name there
            for sheet in document.pages:
                _without(sheet.obj, "/AA", "/Annots")
            document.remove_unreferenced_resources()
            document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    except pikepdf.PasswordError:
        raise AdditionError("这个 PDF 有密码，请去掉密码再上传。") from None
    except pikepdf.PdfError:
        raise AdditionError("这个 PDF 读不懂，请重新扫描。") from None
    made = out.getvalue()
    if len(made) > MOST:
        raise AdditionError(f"一个文件最大 {MOST // 1024 // 1024} MB，请分开扫描。")
    return made


def _without(of: Object, *names: str) -> None:
    for name in names:
        if name in of:
            del of[name]
