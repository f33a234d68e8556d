"""The program must not call libm where a bit could depend on it: sqrt and fma are exact, everything else is not."""

import os
import re
import shutil
import subprocess
import unittest

FORBIDDEN = """exp exp2 exp10 expm1 log log2 log10 log1p logb pow sin cos tan sincos asin acos atan atan2 sinh cosh tanh
asinh acosh atanh erf erfc tgamma lgamma gamma cbrt hypot""".split()


# Objects whose results are no part of a run: intervals of `exmy compare`, and Eigen's step as a yardstick of `exmy bench`.
MAY = re.compile(r"statistics\.cpp\.o|plain_\w+\.cpp\.o")
LIBRARIES = ("sim/libexmy_sim.a", "formats/libexmy_formats.a", "formats/libexmy_functions.a")


def libraries():
    """The libraries that the program was linked from."""
    top = os.path.dirname(os.path.dirname(os.path.abspath(os.environ.get("EXMY", "/"))))
    return [os.path.join(top, name) for name in LIBRARIES]


@unittest.skipUnless(shutil.which("nm") and all(map(os.path.exists, libraries())), "needs nm, and EXMY in its build tree")
class Imports(unittest.TestCase):
    def undefined(self, library):
        """(object, symbol), one for each that the object leaves to others."""
        listing = subprocess.run(["nm", "-A", "--undefined-only", library], check=True, text=True,
                                 capture_output=True).stdout
        found = {(line.split(":")[1], re.split(r"[@\s]", line.split()[-1])[0]) for line in listing.splitlines()}
        self.assertGreater(len(found), 50, "the listing is one")
        return found

    def test_no_libm_function_that_is_not_exact(self):
        forbidden = {name + suffix for name in FORBIDDEN for suffix in ("", "f", "l")}
        found = {pair for library in libraries() for pair in self.undefined(library) if pair[1] in forbidden}
        self.assertEqual({(unit, name) for unit, name in found if not MAY.fullmatch(unit)}, set())
        self.assertTrue(any(MAY.fullmatch(unit) for unit, _ in found), "the names of the exceptions are still right")


if __name__ == "__main__":
    unittest.main()
