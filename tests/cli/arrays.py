"""The safetensors file format, after its description."""

import json
import struct


def safetensors(arrays, dtype="F32", code="f"):
    """A file of {name: (shape, numbers)}."""
    header, data = {}, b""
    for name, (shape, numbers) in sorted(arrays.items()):
        part = struct.pack(f"<{len(numbers)}{code}", *numbers)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def arrays_of(data):
    """{name: (dtype, shape, bytes)} of a file."""
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    return {name: (a["dtype"], a["shape"], data[8 + length:][slice(*a["data_offsets"])]) for name, a in header.items()}
