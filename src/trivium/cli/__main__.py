"""`python -m trivium.cli`, for where the script is not on the path.

Knows nothing.
"""

from __future__ import annotations

import sys

from trivium.cli import main

sys.exit(main())
