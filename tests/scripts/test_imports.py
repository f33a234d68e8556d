"""The program must not call libm where a bit could depend on it: sqrt and fma are exact, everything else is not."""

import os
import re
import shutil
import subprocess
import unittest

FORBIDDEN = """exp exp2 exp10 expm1 log log2 log10 log1p logb pow sin cos tan sincos asin acos atan atan2 sinh cosh tanh
asinh acosh atanh erf erfc tgamma lgamma gamma cbrt hypot""".split()


@unittest.skipUnless(os.environ.get("EXMY") and shutil.which("nm"), "needs EXMY (the program) and nm")
class Imports(unittest.TestCase):
    def test_no_libm_function_that_is_not_exact(self):
        listing = subprocess.run(["nm", "-D", "--undefined-only", os.environ["EXMY"]], check=True, text=True,
                                 capture_output=True).stdout
        symbols = {re.split(r"[@\s]", line.split()[-1])[0] for line in listing.splitlines() if line.split()}
        self.assertIn("memcpy", symbols)  # the listing is one
        forbidden = {name + suffix for name in FORBIDDEN for suffix in ("", "f", "l")}
        self.assertEqual(symbols & forbidden, set())


if __name__ == "__main__":
    unittest.main()
