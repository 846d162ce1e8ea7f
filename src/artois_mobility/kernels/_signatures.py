"""Argument types of the kernels, stated once so that no kernel compiles twice.

Numba compiles anew for arrays that differ in being writable. An explicit signature with read-only
inputs takes both, and a wrong dtype is refused instead of compiled for.
"""

from typing import Final

from numba import types

READ_INT32: Final = types.Array(types.int32, 1, "C", readonly=True)
READ_INT64: Final = types.Array(types.int64, 1, "C", readonly=True)
READ_FLOAT64: Final = types.Array(types.float64, 1, "C", readonly=True)
READ_FLAGS: Final = types.Array(types.boolean, 1, "C", readonly=True)
READ_INT32_TABLE: Final = types.Array(types.int32, 2, "C", readonly=True)
READ_INT64_TABLE: Final = types.Array(types.int64, 2, "C", readonly=True)
READ_FLOAT64_TABLE: Final = types.Array(types.float64, 2, "C", readonly=True)
WRITE_FLAGS: Final = types.boolean[::1]
WRITE_INT32: Final = types.int32[::1]
WRITE_INT64: Final = types.int64[::1]
WRITE_FLOAT64: Final = types.float64[::1]
WRITE_INT32_TABLE: Final = types.int32[:, ::1]
WRITE_INT64_TABLE: Final = types.int64[:, ::1]
WRITE_FLOAT64_TABLE: Final = types.float64[:, ::1]
INT: Final = types.int64
FLOAT: Final = types.float64
NOTHING: Final = types.void
