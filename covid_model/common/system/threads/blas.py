"""One thread for NumPy's linear algebra, where this is imported before NumPy.

OpenBLAS starts a thread a core with NumPy. They spin while they wait, which takes the processor
from a network's pass, and our arrays are too small to gain from them.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
