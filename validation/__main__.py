"""``python -m validation``: exact answers through both engines."""

import sys

from validation.exact import main

sys.exit(main())
