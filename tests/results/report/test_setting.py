"""Tables on paper: no number is broken, and letters are as large as the page allows."""

import pytest

from results.report.setting import LETTER, PADDING, PAGE, SIZES, setting

NUMBER = ["5\u00a0912", "(5\u00a0840–5\u00a0984)"]
NAME = ["Vårdcentral", "1", "Bengtsfors", "(syntetisk)"]
SOURCE = ["One", "of", "many", "words"] * 30


def column(cell: list[str], head: str = "Visits") -> list[list[str]]:
    return [[head], cell, cell]


def test_a_narrow_table_is_as_wide_as_what_it_holds() -> None:
    assert setting([column(NAME), column(NUMBER)]).shares is None
    assert setting([column(NAME), column(NUMBER)]).size == SIZES[0]


@pytest.mark.parametrize("numbers", range(1, 9))
def test_no_column_is_too_narrow_for_its_numbers(numbers: int) -> None:
    found = setting([column(NAME), *[column(NUMBER)] * numbers])
    if found.shares is not None:
        assert sum(found.shares) <= PAGE + 1e-9
        assert min(found.shares[1:]) >= (len(NUMBER[1]) * LETTER + PADDING) * found.size - 1e-9


def test_more_columns_make_smaller_letters() -> None:
    sizes = [setting([column(NAME), *[column(NUMBER)] * numbers]).size for numbers in range(1, 9)]
    assert sizes == sorted(sizes, reverse=True)
    assert (sizes[0], sizes[-1]) == (SIZES[0], SIZES[-1])


def test_running_text_takes_the_width_that_is_left() -> None:
    found = setting([column(NAME), column(NUMBER), column(SOURCE)])
    assert found.shares is not None
    assert found.shares[2] > found.shares[0] + found.shares[1]
    assert sum(found.shares) == pytest.approx(PAGE)


def test_a_long_head_does_not_make_a_column_wide() -> None:
    long = setting([column(NAME), *[column(["7"], head="Uppladdningsdoserna")] * 3])
    assert long.shares is None


def test_letters_are_no_larger_than_asked() -> None:
    assert setting([column(NAME)], largest=7.5).size == 7.5


def test_a_table_without_lines_is_set_by_its_heads() -> None:
    assert setting([[["Unit"]], [["Visits"]]]).shares is None
