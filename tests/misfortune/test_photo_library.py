"""A vendor's photo library that works, refuses, crashes, hangs or makes rubbish; real ones, compiled here."""

from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from serial_rig import polls, reader, until

from devices.idcard.photo import PHOTO_FAILED, PhotoLibrary
from devices.port import CardPhoto, CardRead
from kiosk.faults import table

SOURCE = r"""
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A face of sorts: an oval, lighter to the right. As raw BGR (bmp 0) or as a BMP, rows from the bottom, padded. */
static void draw(unsigned char *out, int bmp) {
    static const unsigned char head[54] = {'B', 'M', 0xCE, 0x97, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 102, 0, 0, 0,
                                           126, 0, 0, 0, 1, 0, 24, 0};
    int stride = bmp ? 308 : 306;
    if (bmp) { memcpy(out, head, 54); out += 54; }
    for (int y = 0; y < 126; y++)
        for (int x = 0; x < 102; x++) {
            int in = (x - 51) * (x - 51) * 2 + (y - 60) * (y - 60) < 3600;
            unsigned char *at = out + y * stride + x * 3;
            at[0] = in ? 120 : 220; at[1] = in ? 150 + x / 4 : 224; at[2] = in ? 200 : 228;
        }
}

int unpack(const unsigned char *wlt, unsigned char *out, int vendor) {
    if (memcmp(wlt, "WL", 2) != 0) return -4;
    switch (vendor) {
    case 0: draw(out, 0); return 1;
    case 1: draw(out, 1); return 1;
    case 2: return -5;
    case 3: *(volatile int *)0 = 1; return 1;
    case 4: for (;;) pause();
    case 5: for (;;) ;
    case 6: srand(7); for (int i = 0; i < 38556; i++) out[i] = (unsigned char)rand(); return 1;
    case 7: return 1;
    case 8: draw(out, 1); out[18] = 200; return 1;
    case 9: memset(out, 7, 1 << 26); return 1;
    case 10: return malloc(1 << 30) == NULL ? -1 : (memset(malloc(1 << 29), 1, 1 << 29), 1);
    case 11: abort();
    case 12: exit(0);
    default: return 0;
    }
}
"""
WORKS = {0: "raw", 1: "bmp"}
FAILS = {
    2: "not licensed",
    3: "writes through a null pointer",
    4: "hangs asleep",
    5: "hangs busy",
    6: "makes noise",
    7: "draws nothing",
    8: "makes a picture of another size",
    9: "writes far past the end",
    10: "wants a gigabyte",
    11: "aborts",
    12: "ends its process",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vendor")
    (folder / "wlt.c").write_text(SOURCE)
    subprocess.run(["gcc", "-shared", "-fPIC", "-O0", "-w", "-o", folder / "libwlt.so", folder / "wlt.c"], check=True)
    return folder / "libwlt.so"


@pytest.mark.parametrize("vendor", WORKS, ids=WORKS.values())
def test_a_photo_that_is_unpacked_comes_after_the_card_it_is_of(tmp_path: Path, library: Path, vendor: int) -> None:
    with reader(tmp_path, card="liu", photos=PhotoLibrary(library, vendor)) as rig:
        photo = Image.open(BytesIO(rig.events.first(CardPhoto).jpeg))
        assert photo.size == (102, 126)
        red, _, blue = photo.getpixel((51, 60))  # type: ignore[misc]
        assert red > blue
        assert rig.events.cards() == ["CardFound", "CardRead", "CardPhoto"]
        assert rig.driver.state().warning is None
        assert repr(rig.events.first(CardPhoto)) == "CardPhoto()"


@pytest.mark.parametrize("vendor", FAILS, ids=FAILS.values())
def test_whatever_a_library_does_the_card_is_read_and_staff_are_told(tmp_path: Path, library: Path, vendor: int) -> None:
    with reader(tmp_path, card="liu", photos=PhotoLibrary(library, vendor)) as rig:
        assert rig.events.first(CardRead).document.name == "刘试安"
        until(lambda: rig.driver.state().warning == PHOTO_FAILED)
        assert rig.driver.state().usable
        polls(rig, 1)
        assert rig.events.of(CardPhoto) == []
        assert list(library.parent.glob("core*")) == []


def test_a_library_that_is_not_there_is_a_warning_and_no_fault(tmp_path: Path) -> None:
    with reader(tmp_path, card="liu", photos=PhotoLibrary(tmp_path / "none" / "libwlt.so")) as rig:
        until(lambda: rig.driver.state().warning == PHOTO_FAILED)
        assert rig.driver.state().usable
    assert table()[PHOTO_FAILED].severity == "warning"


def test_without_a_library_there_is_no_photo_and_nothing_to_tell(tmp_path: Path) -> None:
    with reader(tmp_path, card="liu") as rig:
        rig.events.first(CardRead)
        polls(rig, 2)
        assert rig.events.cards() == ["CardFound", "CardRead"]
        assert rig.driver.state().warning is None
