"""libcamera is stuck: the process greets, but no frame comes any more."""

import pytest
from desk_camera import desk_camera, first_preview

from devices.port import PageRefused, PageTaken


@pytest.mark.parametrize("fault", ["frozen", "half a frame"])
def test_a_frozen_camera_is_a_fault_until_frames_come_again_without_a_restart(tmp_path, fault):
    with desk_camera(tmp_path, page="residence") as (virtual, driver, heard):
        driver.watch()
        first_preview(driver)
        before = heard.so_far
        virtual.inject(fault)
        heard.fault("camera_frozen", since=before)
        assert driver.live() is None
        frozen_at = heard.so_far
        driver.take("while frozen")
        assert heard.answer("while frozen") == PageRefused("while frozen", "camera_frozen")
        virtual.clear()
        heard.ready(since=frozen_at)
        driver.take("again")
        assert isinstance(heard.answer("again"), PageTaken)


def test_a_greeting_alone_does_not_make_a_frozen_camera_ready(tmp_path):
    with desk_camera(tmp_path) as (virtual, driver, heard):
        driver.watch()
        first_preview(driver)
        before = heard.so_far
        virtual.inject("frozen")
        heard.fault("camera_frozen", since=before)
        driver.rest()
        answers = [f"tried {n}" for n in range(3)]
        for answer in answers:
            driver.take(answer)
            assert heard.answer(answer) == PageRefused(answer, "camera_frozen")
        assert driver.state().fault == "camera_frozen"


def test_a_camera_that_does_not_answer_at_all_is_mute(tmp_path):
    with desk_camera(tmp_path) as (virtual, _driver, heard):
        before = heard.so_far
        virtual.inject("mute")
        heard.fault("mute", since=before)
        mute_at = heard.so_far
        virtual.clear()
        heard.ready(since=mute_at)


def test_stopping_does_not_wait_for_a_frozen_camera(tmp_path):
    with desk_camera(tmp_path, page="residence") as (virtual, driver, _heard):
        driver.watch()
        first_preview(driver)
        virtual.inject("frozen")
        driver.take("never")
        driver.stop()
        assert driver.state().life == "absent"
