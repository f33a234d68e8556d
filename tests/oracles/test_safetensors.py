"""The package safetensors: it reads what exmy writes, exmy reads what it writes, and both refuse hostile files.

Where the two decide differently, the difference is a test of its own.
"""

import json
import os
import struct
import subprocess
import tempfile
import unittest

import ml_dtypes
import numpy as np
import safetensors
import safetensors.numpy

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DRIVER = os.environ.get("EXMY_SAFETENSORS_DRIVER") or os.path.join(ROOT, "build", "test", "tests", "oracles",
                                                                   "exmy_safetensors_driver")
PROGRAM = os.environ.get("EXMY") or os.path.join(ROOT, "build", "test", "sim", "exmy")
DTYPES = {"BOOL": np.bool_, "U8": np.uint8, "I8": np.int8, "U16": np.uint16, "I16": np.int16, "U32": np.uint32,
          "I32": np.int32, "U64": np.uint64, "I64": np.int64, "F16": np.float16, "F32": np.float32, "F64": np.float64,
          "BF16": ml_dtypes.bfloat16, "F8_E4M3": ml_dtypes.float8_e4m3fn, "F8_E5M2": ml_dtypes.float8_e5m2}
SHAPES = [(), (1,), (7,), (0,), (2, 3), (3, 0, 2), (2, 1, 2, 2)]


def entry(dtype="U8", shape="[8]", offsets="[0,8]"):
    return f'{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}'


def file_of(header, data=b"12345678"):
    header = header if isinstance(header, bytes) else header.encode()
    return struct.pack("<Q", len(header)) + header + data


HOSTILE = {  # refused by both
    "empty": b"",
    "cut in the length": b"1234567",
    "header of 100000001 bytes": struct.pack("<Q", 100_000_001) + b"{}" + b" " * 1000,
    "header of 2^63 bytes": struct.pack("<Q", 2**63) + b"{}",
    "header beyond the file": struct.pack("<Q", 3) + b"{}",
    "no JSON": file_of("{"),
    "no object": file_of("[]", b""),
    "no UTF-8": file_of(b'{"\xff":' + entry().encode() + b"}"),
    "unknown dtype": file_of(f'{{"a":{entry(dtype="F33")}}}'),
    "dtype in small letters": file_of(f'{{"a":{entry(dtype="u8")}}}'),
    "wrong dtype for the size": file_of(f'{{"a":{entry(dtype="F32")}}}'),
    "no dtype": file_of('{"a":{"shape":[8],"data_offsets":[0,8]}}'),
    "no shape": file_of('{"a":{"dtype":"U8","data_offsets":[0,8]}}'),
    "no offsets": file_of('{"a":{"dtype":"U8","shape":[8]}}'),
    "one offset": file_of(f'{{"a":{entry(offsets="[8]")}}}'),
    "three offsets": file_of(f'{{"a":{entry(offsets="[0,4,8]")}}}'),
    "negative offset": file_of(f'{{"a":{entry(offsets="[-8,0]")}}}'),
    "offsets with a fraction": file_of(f'{{"a":{entry(offsets="[0.0,8.0]")}}}'),
    "offset of 2^64": file_of(f'{{"a":{entry(offsets="[0,18446744073709551616]")}}}'),
    "offset beyond the file": file_of(f'{{"a":{entry(shape="[9]", offsets="[0,9]")}}}'),
    "offsets backwards": file_of(f'{{"a":{entry(offsets="[8,0]")}}}'),
    "shape that overflows": file_of(f'{{"a":{entry(shape="[4294967296,4294967296,8]")}}}'),
    "shape that overflows in bits": file_of(f'{{"a":{entry("F64", "[2305843009213693953]")}}}'),
    "negative shape": file_of(f'{{"a":{entry(shape="[-8]")}}}'),
    "shape of another size": file_of(f'{{"a":{entry(shape="[4]")}}}'),
    "overlap": file_of(f'{{"a":{entry(shape="[6]", offsets="[0,6]")},"b":{entry(shape="[6]", offsets="[2,8]")}}}'),
    "hole": file_of(f'{{"a":{entry(shape="[3]", offsets="[0,3]")},"b":{entry(shape="[4]", offsets="[4,8]")}}}'),
    "hole at the start": file_of(f'{{"a":{entry(shape="[4]", offsets="[4,8]")}}}'),
    "bytes at the end": file_of(f'{{"a":{entry(shape="[4]", offsets="[0,4]")}}}'),
    "data cut off": file_of(f'{{"a":{entry()}}}', b"1234567"),
    "metadata with a number": file_of(f'{{"__metadata__":{{"k":1}},"a":{entry()}}}'),
    "metadata that is a list": file_of(f'{{"__metadata__":[],"a":{entry()}}}'),
}


class Safetensors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="exmy-safetensors-"))
        cls.driver = subprocess.Popen([DRIVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        cls.addClassCleanup(cls.driver.wait)
        cls.addClassCleanup(cls.driver.stdout.close)
        cls.addClassCleanup(cls.driver.stdin.close)

    def path(self, name, content=None):
        path = os.path.join(self.folder, name)
        if content is not None:
            with open(path, "wb") as file:
                file.write(content)
        return path

    def ask(self, *words):
        self.driver.stdin.write((" ".join(words) + "\n").encode())
        self.driver.stdin.flush()
        return json.loads(self.driver.stdout.readline())

    def read(self, path):
        with open(path, "rb") as file:
            return file.read()

    def described(self, content):
        """The package's description of a file, in our words."""
        return {name: {"dtype": array["dtype"], "shape": list(array["shape"]), "hex": bytes(array["data"]).hex()}
                for name, array in safetensors.deserialize(content)}

    def arrays(self):
        """Every dtype in every shape, random bits."""
        random = np.random.default_rng(1)
        found = {}
        for word, dtype in DTYPES.items():
            for shape in SHAPES:
                count = int(np.prod(shape, dtype=int))
                bits = random.integers(0, 2 if word == "BOOL" else 256, count * np.dtype(dtype).itemsize, np.uint8)
                found[f"{word} {shape}"] = np.frombuffer(bits.tobytes(), dtype).reshape(shape)
        found["é \u2028 \"\\ \U0001f600"] = np.arange(3, dtype=np.float32)
        found[""] = np.arange(2, dtype=np.float64)
        return found

    def test_exmy_reads_what_the_package_writes_and_the_package_what_exmy_writes(self):
        arrays = self.arrays()
        metadata = {"format": "np", "é": "\"\\\n"}
        theirs = safetensors.numpy.save(arrays, metadata)
        ours = self.path("ours")
        answer = self.ask("rewrite", self.path("theirs", theirs), ours)
        self.assertEqual(answer["arrays"], self.described(theirs))
        self.assertEqual({found["dtype"] for found in answer["arrays"].values()}, set(DTYPES))
        self.assertEqual(answer["metadata"], metadata)
        self.assertEqual(self.described(self.read(ours)), self.described(theirs))
        with safetensors.safe_open(ours, "numpy") as file:
            self.assertEqual(set(file.keys()), set(arrays))
            self.assertEqual(file.metadata(), metadata)
            for name, array in arrays.items():
                if array.dtype.kind != "V" and not name.startswith(("BF16", "F8")):  # numpy itself lacks those
                    found = file.get_tensor(name)
                    self.assertEqual((found.dtype, found.shape, found.tobytes()),
                                     (array.dtype, array.shape, array.tobytes()), name)
        self.assertEqual(self.ask("rewrite", ours, self.path("again")), answer)
        self.assertEqual(self.read(self.path("again")), self.read(ours))

    def test_the_package_reads_the_files_of_a_run(self):
        config = {"model": {"kind": "mlp", "hidden": [8]}, "data": {"kind": "digits"}, "name": "run",
                  "training": {"steps": 3, "optimizer": {"kind": "adam", "lr": 0.01}}}
        self.path("config.json", json.dumps(config).encode())
        command = [PROGRAM, "run", "config.json", "--quiet", "--out", "out"]
        stopped = subprocess.run([*command, "limits.wall_s=1e-9"], cwd=self.folder, stdout=subprocess.PIPE, check=False)
        self.assertEqual(stopped.returncode, 75)
        directory = os.path.join(self.folder, stopped.stdout.decode().strip())
        checkpoint = os.path.join(directory, "checkpoint", "step-000000000001")
        self.compare(os.path.join(checkpoint, "weights.safetensors"))
        state = self.compare(os.path.join(checkpoint, "state.safetensors"))
        self.assertLessEqual({"F32", "F64", "U64"}, {array["dtype"] for array in state.values()})
        subprocess.run(command, cwd=self.folder, stdout=subprocess.DEVNULL, check=True)
        path = os.path.join(directory, "weights.safetensors")
        self.compare(path)
        weights = safetensors.numpy.load_file(path)
        self.assertEqual({array.dtype for array in weights.values()}, {np.dtype(np.float32)})
        self.assertIn((64, 8), [tuple(sorted(array.shape, reverse=True)) for array in weights.values()])

    def compare(self, path):
        found = self.ask("describe", path)["arrays"]
        self.assertGreater(len(found), 0)
        self.assertEqual(found, self.described(self.read(path)))
        return found

    def test_both_refuse_hostile_files(self):
        for name, content in HOSTILE.items():
            with self.subTest(name):
                self.assertIn("corrupt", self.ask("describe", self.path("hostile", content)))
                with self.assertRaises(safetensors.SafetensorError):
                    safetensors.deserialize(content)

    def test_both_read_the_same_of_damaged_files(self):
        """Whatever the package refuses, we refuse; whatever both read is the same."""
        random = np.random.default_rng(2)
        arrays = {"a": np.arange(4, dtype=np.float32), "b": np.arange(3, dtype=np.uint8)}
        whole = safetensors.numpy.save(arrays, {"k": "v"})
        read = refused = stricter = 0
        for _ in range(3000):
            content = bytearray(whole)
            for _ in range(random.integers(1, 3)):
                content[random.integers(8, len(whole))] ^= 1 << random.integers(0, 8)
            answer = self.ask("describe", self.path("damaged", content))
            try:
                theirs = self.described(bytes(content))
            except safetensors.SafetensorError:
                theirs = None
            if theirs is None:
                self.assertIn("corrupt", answer, bytes(content))
                refused += 1
            elif "corrupt" in answer:
                stricter += 1
            else:
                self.assertEqual(answer["arrays"], theirs, bytes(content))
                read += 1
        self.assertGreater(read, 100)
        self.assertGreater(refused, 100)
        self.assertLess(stricter, refused)

    def differs(self, content, *, ours, theirs):
        """Whether each of the two reads a file."""
        self.assertEqual("arrays" in self.ask("describe", self.path("different", content)), ours)
        try:
            safetensors.deserialize(content)
            self.assertTrue(theirs, content)
        except safetensors.SafetensorError as error:
            self.assertFalse(theirs, error)

    def test_difference_a_name_twice(self):
        """The package takes one of the two; we refuse what is ambiguous."""
        self.differs(file_of(f'{{"a":{entry()},"a":{entry()}}}'), ours=False, theirs=True)

    def test_difference_more_keys_of_an_array(self):
        self.differs(file_of('{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8],"more":1}}'), ours=False, theirs=True)


if __name__ == "__main__":
    unittest.main()
