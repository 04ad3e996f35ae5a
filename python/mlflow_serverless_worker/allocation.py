"""Memory that one request frees is kept for the next, and a loaded model is not searched for garbage."""

import ctypes
import gc

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3
"""Of mallopt(3), in glibc."""
KEPT_BYTES = 64 * 2**20
"""Free memory at a heap's end that stays ours."""
STEP_BYTES = 16 * 2**20
LARGE_BYTES = 32 * 2**20
"""What is larger comes from the kernel and goes back to it; glibc allows no more."""
YOUNG_OBJECTS = 50_000
"""Python's own 700 look for garbage hundreds of times while 10,000 rows of JSON become lists."""


def keep_freed_memory() -> None:
    """Otherwise pandas reading 10,000 rows of CSV faults in the same 17 MB anew each time: a third of its whole time."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):  # another C library
        return
    for option, value in ((M_TRIM_THRESHOLD, KEPT_BYTES), (M_TOP_PAD, STEP_BYTES), (M_MMAP_THRESHOLD, LARGE_BYTES)):
        mallopt(option, value)


def spare_loaded_objects() -> None:
    """Call when the model is loaded. What a model has set itself stays as it is."""
    gc.collect()
    gc.freeze()
    threshold, *others = gc.get_threshold()
    if 0 < threshold < YOUNG_OBJECTS:
        gc.set_threshold(YOUNG_OBJECTS, *others)
