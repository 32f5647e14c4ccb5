"""The page lies half outside the picture, or out of focus, or face down, or was taken before."""

from desk_camera import desk_camera

from devices.port import Finding, PageTaken


def test_a_page_with_a_corner_outside_is_taken_and_it_is_said_where_it_is_cut_off(tmp_path):
    with desk_camera(tmp_path, page="cut_off") as (_virtual, driver, heard):
        driver.watch()
        driver.take("cut")
        taken = heard.answer("cut")
        assert isinstance(taken, PageTaken)
        cut = taken.findings[0]
        assert cut.code == "page_cut_off"
        assert cut.boxes
        assert all(left < right and top < bottom for left, top, right, bottom in cut.boxes)


def test_a_page_taken_twice_is_said_to_be_the_one_that_was_kept(tmp_path):
    with desk_camera(tmp_path, page="residence") as (virtual, driver, heard):
        driver.watch()
        driver.take("first")
        first = heard.answer("first")
        assert isinstance(first, PageTaken)
        driver.take("second", (("first", first.likeness),))
        second = heard.answer("second")
        assert isinstance(second, PageTaken)
        assert second.findings == (Finding("page_again", same="first"),)
        virtual.lay("contract")
        driver.take("third", (("first", first.likeness), ("second", second.likeness)))
        third = heard.answer("third")
        assert isinstance(third, PageTaken)
        assert third.findings == ()


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
