"""`python -m regviz` is the `regviz` command."""

import sys

from regviz.cli import main

sys.exit(main())
