"""`python -m imv_core`."""

import sys

from imv_core.cli.commands import main

sys.exit(main())
