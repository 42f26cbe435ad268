"""Every reply, one a row, as it lies in the log."""

from collections.abc import Mapping

import pandas as pd

from evals.suite import Suite


def report(frame: pd.DataFrame, suites: Mapping[str, Suite]) -> pd.DataFrame:
    """The replies of these suites, with all their columns."""
    return frame[frame["suite"].isin(list(suites))]
