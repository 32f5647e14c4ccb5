"""Nothing lies on the desk, and the citizen presses the button all the same."""

from desk_camera import desk_camera, first_preview

from devices.port import Finding, PageRefused, PageTaken


def test_an_empty_desk_is_refused_honestly_and_a_page_laid_then_is_taken(tmp_path):
    with desk_camera(tmp_path) as (virtual, driver, heard):
        driver.watch()
        assert first_preview(driver).startswith(b"\xff\xd8")
        driver.take("nothing there")
        assert heard.answer("nothing there") == PageRefused("nothing there", "page_not_found")
        virtual.lay("residence")
        driver.take("there it is")
        taken = heard.answer("there it is")
        assert isinstance(taken, PageTaken)
        assert (taken.width, taken.height, taken.findings) == (1654, 2339, ())
        assert taken.jpeg.startswith(b"\xff\xd8")


def test_without_its_lamp_a_page_is_taken_and_called_dark(tmp_path):
    with desk_camera(tmp_path, page="residence") as (virtual, driver, heard):
        virtual.inject("dark")
        driver.watch()
        driver.take("dark")
        taken = heard.answer("dark")
        assert isinstance(taken, PageTaken)
        assert taken.findings == (Finding("page_dark"),)


def test_nobody_looks_while_the_camera_rests(tmp_path):
    with desk_camera(tmp_path, page="residence") as (_virtual, driver, heard):
        driver.take("resting")
        assert heard.answer("resting") == PageRefused("resting", "page_not_found")
        assert driver.live() is None


def test_rest_forgets_every_picture(tmp_path):
    with desk_camera(tmp_path, page="residence") as (_virtual, driver, heard):
        driver.watch()
        first_preview(driver)
        driver.take("kept by others")
        assert isinstance(heard.answer("kept by others"), PageTaken)
        driver.rest()
        assert driver.live() is None
        held = [value for value in vars(driver).values() if isinstance(value, bytes | bytearray | memoryview) and len(value) > 100]
        assert held == []
