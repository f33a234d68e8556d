"""Progress on a terminal: one line that never wraps, no control sequences where none are wanted."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import unittest

from program import ProgramTest, SECONDS, SMALL, changed, program

LONG = changed(SMALL, name="a-name-that-fills-the-line-of-a-small-terminal", training__steps=30000,
               training__eval_every=100,
               model__hidden=[16])


class Terminal(ProgramTest):
    def on_terminal(self, columns, *words, **environment):
        """Runs with stderr on a terminal; returns stdout and what the terminal got."""
        screen, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        environment = {**os.environ, "TERM": "xterm", **environment}
        running = subprocess.Popen([program(), "run", *words], cwd=self.folder, stdout=subprocess.PIPE,
                                   stderr=side,
                                   stdin=subprocess.DEVNULL, env=environment)
        os.close(side)
        got = b""
        while True:
            try:
                part = os.read(screen, 65536)
            except OSError:  # the other side is closed
                part = b""
            if not part:
                break
            got += part
        os.close(screen)
        out = running.communicate(timeout=SECONDS)[0].decode()
        self.assertEqual(running.returncode, 0, got)
        return out, got.decode()

    def lines(self, text):
        """What stands on the terminal between returns and line ends, without erasing."""
        return [line for line in re.split(r"[\r\n]+", text.replace("\x1b[K", "")) if line]

    def test_no_line_is_wider_than_the_terminal_and_each_tells_how_far_it_is(self):
        self.write("long.json", LONG)
        for columns in (40, 80):
            words = ("long.json", "training.optimizer.lr=0.05", "--out", str(columns))
            out, text = self.on_terminal(columns, *words)
            lines = self.lines(text)
            self.assertGreater(len(lines), 3)
            for line in lines:
                self.assertLessEqual(len(line), columns, line)
            found = [re.search(r"(\d+)/30000", line) for line in lines[:-1]]
            self.assertTrue(all(found), lines)
            steps = [int(match.group(1)) for match in found]
            self.assertEqual(steps, sorted(steps))
            self.assertIn("30000 steps", lines[-1])
            self.assertRegex(out, rf"^{columns}/\S+\n$")
            self.assertEqual(text.count("\n"), 1, "one line stays")

    def test_wide_characters_are_not_cut_in_the_middle(self):
        self.write("long.json", changed(LONG, name="ü" * 60))
        for columns in (40, 41):
            # It decodes, so no character is torn.
            _, text = self.on_terminal(columns, "long.json", "--out", str(columns))
            self.assertIn("ü", text)

    def test_no_colours_and_no_control_sequences_where_they_are_not_wanted(self):
        self.write("a.json", changed(LONG, training__steps=300))
        for index, environment in enumerate(({"TERM": "dumb"}, {"NO_COLOR": "1"}, {})):
            _, text = self.on_terminal(80, "a.json", "--out", str(index), **environment)
            self.assertIsNone(re.search(r"\x1b\[[0-9;]*m", text), "colours")
            if environment.get("TERM") == "dumb":
                self.assertNotIn("\x1b", text)
                self.assertNotIn("\r", text.replace("\r\n", "\n"))

    def test_quiet_is_quiet(self):
        self.write("a.json", SMALL)
        out, text = self.on_terminal(80, "a.json", "--quiet")
        self.assertEqual(text, "")
        self.assertRegex(out, r"^results/\S+\n$")


if __name__ == "__main__":
    unittest.main()
