"""What the cross-checks share."""

import unittest

import numpy as np

import driver


class OracleTest(unittest.TestCase):
    """Tests with one running driver, and equality of numbers bit by bit."""

    @classmethod
    def setUpClass(cls):
        cls.exmy = cls.enterClassContext(driver.Driver())

    def assert_same(self, ours, theirs, *inputs):
        """Equal bits, all NaNs alike; the message shows the first differences with their inputs."""
        ours, theirs = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
        wrong = np.flatnonzero(driver.bits(ours) != driver.bits(theirs))
        rows = [f"{[float(x[i]).hex() for x in inputs]}: ours {ours[i]!r}, theirs {theirs[i]!r}"
                for i in wrong[:5]]
        self.assertEqual(wrong.size, 0, "\n".join([f"{wrong.size} of {ours.size} differ"] + rows))
