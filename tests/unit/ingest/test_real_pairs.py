"""Every real pair of one group, and of two hospitals of one system, is called not independent."""

import shutil
from pathlib import Path

from ingest.real_pairs import count_real_pairs


def test_all_real_pairs_of_one_group_or_one_system_are_not_independent(
    shared_data: Path, tmp_path: Path
) -> None:
    for folder in ("cms_dac", "ahrq", "cms_hospital"):
        for path in (shared_data / folder).glob("*.csv"):
            shutil.copyfile(path, tmp_path / path.name)
    found = count_real_pairs(tmp_path)
    assert found["same_group"] == {"pairs": 8254, "not_independent": 8254, "left_out": 0}
    assert found["same_system"] == {"pairs": 46437, "not_independent": 46437, "left_out": 0}
