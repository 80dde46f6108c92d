"""A server whose wall clock a test can move."""

import subprocess
from pathlib import Path


class Clock:
    """Hand `environment` to a server; `advance` moves that server's wall clock from then on."""

    def __init__(self, directory):
        source = Path(__file__).with_name("clock.c")
        library = Path(directory) / "clock.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source)], check=True)
        self._offset = 0
        self._file = Path(directory) / "clock-offset"
        self._file.write_text("0")
        self.environment = {"LD_PRELOAD": str(library), "TEST_CLOCK_FILE": str(self._file)}

    def advance(self, seconds):
        """Moves the clock on by so many seconds."""
        self._offset += seconds
        fresh = self._file.with_suffix(".new")
        fresh.write_text(str(self._offset))
        fresh.replace(self._file)
