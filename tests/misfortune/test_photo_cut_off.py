"""The page lies half outside the picture, or out of focus, or face down."""

from desk_camera import desk_camera

from devices.port import Finding, PageRefused, PageTaken


def test_a_page_with_a_corner_outside_is_refused_as_cut_off(tmp_path):
    with desk_camera(tmp_path, page="cut_off") as (_virtual, driver, heard):
        driver.watch()
        driver.take("cut")
        assert heard.answer("cut") == PageRefused("cut", "page_cut_off")


def test_a_blurred_page_is_taken_with_the_finding_said(tmp_path):
    with desk_camera(tmp_path, page="residence") as (virtual, driver, heard):
        virtual.inject("blurred")
        driver.watch()
        driver.take("blurred")
        taken = heard.answer("blurred")
        assert isinstance(taken, PageTaken)
        assert taken.findings == (Finding("page_blurred"),)
        virtual.clear("blurred")
        driver.take("sharp again")
        taken = heard.answer("sharp again")
        assert isinstance(taken, PageTaken)
        assert taken.findings == ()


def test_the_back_of_a_page_is_taken_and_called_blank(tmp_path):
    with desk_camera(tmp_path, page="blank") as (_virtual, driver, heard):
        driver.watch()
        driver.take("back")
        taken = heard.answer("back")
        assert isinstance(taken, PageTaken)
        assert taken.findings == (Finding("page_blank"),)
