"""These run with `make test-jina` only: the framework has an environment of its own."""

import os

collect_ignore_glob = [] if os.environ.get("JINA_PYTHON") else ["test_*.py"]
