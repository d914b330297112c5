"""`python -m imv_core`."""

import sys

from imv_core.cli import main

sys.exit(main())
