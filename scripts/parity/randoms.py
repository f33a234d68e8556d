"""The random numbers of NUMERICS.md section 6, written anew: Philox4x32-10 keyed by seed, name and step."""

WORD = 0xFFFFFFFF


def philox(key, counter):
    (k0, k1), (c0, c1, c2, c3) = key, counter
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & WORD, (p0 >> 32) ^ c3 ^ k1, p0 & WORD
        k0, k1 = (k0 + 0x9E3779B9) & WORD, (k1 + 0xBB67AE85) & WORD
    return c0, c1, c2, c3


def words(number):
    return number & WORD, number >> 32


def fnv1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


class Stream:
    def __init__(self, seed, name, step):
        self.key = philox(words(seed), (*words(fnv1a(name)), 0, 0))[:2]
        self.step = words(step)

    def word64(self, i):
        block = philox(self.key, (*words(i // 2), *self.step))
        return block[2 * (i % 2)] | block[2 * (i % 2) + 1] << 32

    def uniform(self, i):
        return (self.word64(i) >> 11) * 2.0**-53


def shuffled(seed, epoch, count):
    """The samples of an epoch in their order."""
    stream = Stream(seed, "shuffle", epoch)
    return sorted(range(count), key=lambda i: (stream.word64(i), i))
