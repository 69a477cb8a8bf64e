"""Run a script as `python script.py` does, through a reader that can be given another text.

Knows nothing of what is planted.
"""

import os
import runpy
import sys

if __name__ == "__main__":
    del sys.argv[0]
    sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))
    _ = runpy.run_path(sys.argv[0], run_name="__main__")
