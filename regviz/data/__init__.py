"""Tables in: bundled sets, the user's own files, synthetic data and the digits. No models and no pictures."""

from regviz.data.bundled import bundled, bundled_names, open_table, opening_table, prostate_corrected, prostate_split
from regviz.data.csv_reader import read_table
from regviz.data.digits import Digits, digits
from regviz.data.errors import DataError, ResourceError
from regviz.data.lagged import Lagged, lagged
from regviz.data.resources import resource, resource_bytes
from regviz.data.synthetic import Synthetic, synthetic
from regviz.data.table import Table

__all__ = [
    "DataError", "Digits", "Lagged", "ResourceError", "Synthetic", "Table", "bundled", "bundled_names", "digits",
    "lagged", "open_table", "opening_table", "prostate_corrected", "prostate_split", "read_table", "resource",
    "resource_bytes", "synthetic",
]  # fmt: skip
