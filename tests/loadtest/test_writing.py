from pathlib import Path

import pytest

from meridian.core.errors import MeridianError
from meridian.loadtest.writing import Files


def test_a_folder_that_takes_nothing_is_named_as_it_was_given(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(MeridianError) as caught:
        Files(file / "below").require()
    assert str(caught.value) == (
        f"nothing can be written to the folder {file / 'below'}: Not a directory; name another with --out"
    )


def test_a_folder_that_is_missing_is_made_and_left_empty(tmp_path: Path) -> None:
    Files(tmp_path / "a" / "b").require()
    assert not list((tmp_path / "a" / "b").iterdir())
