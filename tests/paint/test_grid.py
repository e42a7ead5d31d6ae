"""Views on a sheet: tiling is exact both ways, shapes are sensible, the words say where which view is."""

import pytest

torch = pytest.importorskip("torch")

from hypothesis import given  # noqa: E402
from hypothesis import settings as budget  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from wince_headless.paint.backends.sheet import Sheet, describe, sheet  # noqa: E402


def test_a_known_sheet_of_three():
    cells = torch.arange(3.0).reshape(3, 1, 1, 1).expand(3, 1, 1, 2)
    assert Sheet(2, 2, 3).tile(cells, torch.full((1, 1, 2), 9.0)).tolist() == [[[[0, 0, 1, 1], [2, 2, 9, 9]]]]


@given(st.integers(1, 12), st.integers(1, 3), st.integers(1, 4), st.integers(1, 4), st.integers(0, 99))
@budget(max_examples=60, deadline=None)
def test_untiling_gives_back_the_very_cells(count, channels, height, width, seed):
    of = sheet(count)
    cells = torch.randn(count, channels, height, width, generator=torch.Generator().manual_seed(seed))
    picture = of.tile(cells, torch.zeros(channels, height, width))
    assert picture.shape == (1, channels, of.rows * height, of.columns * width)
    assert torch.equal(of.untile(picture), cells)


def test_empty_cells_may_each_show_something_else():
    of = Sheet(2, 2, 2)
    picture = of.tile(torch.zeros(2, 1, 1, 1), torch.tensor([3.0, 4.0]).reshape(2, 1, 1, 1))
    assert picture.tolist() == [[[[0, 0], [3, 4]]]]


@pytest.mark.parametrize(("count", "shape"), [(1, (1, 1)), (2, (1, 2)), (3, (2, 2)), (4, (2, 2)), (5, (2, 3)), (6, (2, 3)), (7, (2, 4)),
                                              (8, (2, 4)), (9, (3, 3)), (10, (3, 4)), (12, (3, 4))])
def test_the_shape_of_sheets(count, shape):
    of = sheet(count)
    assert (of.rows, of.columns) == shape
    assert of.empty == shape[0] * shape[1] - count


def test_part_of_the_views_is_a_bug_and_not_a_smaller_sheet():
    with pytest.raises(ValueError, match="all views at once"):
        sheet(4).tile(torch.zeros(3, 1, 2, 2))


def test_one_view_keeps_its_prompt():
    assert describe(["a face, front view"], sheet(1)) == "a face, front view"


def test_the_words_of_a_sheet():
    prompts = [f"photograph of a woman of 34, {view}, even light" for view in ("front view", "left side", "right side")]
    assert describe(prompts, sheet(3)) == (
        "A sheet of 3 photographs of the same person, in a grid of 2 rows and 2 columns on plain grey: the same face, the same skin "
        "and the same even light in each. Each photograph: photograph of a woman of 34, even light. "
        "Top row, from left to right: front view; left side. Bottom row, from left to right: right side; plain grey.")


def test_views_whose_words_are_all_alike_are_still_told_apart():
    assert "another view; another view" in describe(["a face"] * 2, sheet(2))


def test_what_views_from_behind_leave_out_is_still_said_once():
    text = describe(["front view, brown eyes", "side view, brown eyes", "back view"], sheet(3))
    assert text.count("brown eyes") == 1 and "Each photograph: brown eyes." in text
    assert text.endswith("front view; side view. Bottom row, from left to right: back view; plain grey.")
