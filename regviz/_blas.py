"""Imported before NumPy, this keeps BLAS on one thread: the work here is small, and threads that wait for each other
beside a live window cost far more than they bring. A variable that is set already is left alone.
"""

import os

VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")

for _name in VARIABLES:
    os.environ.setdefault(_name, "1")
