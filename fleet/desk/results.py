"""Results as PDF: what is uploaded is looked at before anybody relies on it, and what a hall prints is put together."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import pikepdf
from pikepdf import Name, Pdf

MOST = 12 * 1024 * 1024
"""Bytes of one result: what is sealed of it fits one document."""
MOST_PAGES = 200


class BadResultError(ValueError):
    """No PDF anybody should be handed; the text (Chinese) is for the screen."""


@dataclass(frozen=True, slots=True)
class Result:
    """``pages``: how many."""

    pdf: bytes = field(repr=False)
    pages: int


def looked_at(pdf: bytes) -> Result:
    """The file as it is: an electronic seal in it stays good. :class:`BadResultError`."""
    if len(pdf) > MOST:
        raise BadResultError(f"文件超过 {MOST // 1024 // 1024} MB，请压缩后再传。")
    if not pdf.startswith(b"%PDF-"):
        raise BadResultError("这不是 PDF 文件。结果文件只收 PDF。")
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            pages, root = len(document.pages), document.Root
            names = root.get(Name.Names, pikepdf.Dictionary())
            alive = any(key in names for key in (Name.JavaScript, Name.EmbeddedFiles)) or _acts(root.get(Name.OpenAction))
    except pikepdf.PasswordError:
        raise BadResultError("这个 PDF 设了打开密码，申请人打不开。请去掉密码再传。") from None
    except (pikepdf.PdfError, ValueError, TypeError, RecursionError):
        raise BadResultError("这个 PDF 已损坏，读不出来。") from None
    if alive:
        raise BadResultError("这个 PDF 里带有脚本或附件，不能交给申请人。请另存为普通 PDF 再传。")
    if not 1 <= pages <= MOST_PAGES:
        raise BadResultError(f"结果文件应当有 1 至 {MOST_PAGES} 页，这个有 {pages} 页。")
    return Result(pdf, pages)


def together(parts: Sequence[Result]) -> Result:
    """All pages in order, as one file to be printed. :class:`BadResultError` when that is too much."""
    if len(parts) == 1:
        return parts[0]
    out = io.BytesIO()
    with Pdf.new() as whole:
        for part in parts:
            with pikepdf.open(io.BytesIO(part.pdf)) as document:
                whole.pages.extend(document.pages)
        whole.save(out, deterministic_id=True)
    return looked_at(out.getvalue())


def _acts(action: pikepdf.Object | None) -> bool:
    """Whether opening it starts something: going to a page is nothing."""
    return isinstance(action, pikepdf.Dictionary) and action.get(Name.S) not in (None, Name.GoTo)
