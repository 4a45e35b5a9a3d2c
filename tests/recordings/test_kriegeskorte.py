import pytest

from isocortex import InputError, read_kriegeskorte


def test_missing_folder_and_file(tmp_path):
    with pytest.raises(InputError, match="There is no folder"):
        read_kriegeskorte(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"There is no file .*92_brainRDMs.mat"):
        read_kriegeskorte(tmp_path)


def test_a_file_that_is_no_matlab_file(tmp_path):
    (tmp_path / "92_brainRDMs.mat").write_bytes(b"MATLAB 5.0 MAT-file" + bytes(200))
    with pytest.raises(InputError, match="cannot be read as a MATLAB file"):
        read_kriegeskorte(tmp_path)
