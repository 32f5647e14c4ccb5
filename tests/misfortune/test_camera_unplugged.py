"""The camera's process is gone, and comes back."""

from desk_camera import desk_camera, first_preview

from devices.port import PageRefused, PageTaken


def test_an_unplugged_camera_is_absent_and_ready_when_it_is_back(tmp_path):
    with desk_camera(tmp_path, page="residence") as (virtual, driver, heard):
        driver.watch()
        first_preview(driver)
        before = heard.so_far
        virtual.inject("unplug")
        heard.fault("absent", since=before)
        assert driver.live() is None
        driver.take("while away")
        assert heard.answer("while away") == PageRefused("while away", "absent")
        gone_at = heard.so_far
        virtual.clear("unplug")
        heard.ready(since=gone_at)
        assert first_preview(driver)
        driver.take("back")
        assert isinstance(heard.answer("back"), PageTaken)


def test_a_camera_unplugged_while_resting_is_noticed(tmp_path):
    with desk_camera(tmp_path) as (virtual, _driver, heard):
        before = heard.so_far
        virtual.inject("unplug")
        heard.fault("absent", since=before)


def test_a_process_without_its_camera_is_absent_not_frozen(tmp_path):
    with desk_camera(tmp_path, page="residence") as (virtual, driver, heard):
        before = heard.so_far
        virtual.inject("no camera")
        driver.watch()
        heard.fault("absent", since=before)
        virtual.clear()
        assert first_preview(driver)
