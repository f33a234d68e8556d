"""Numbers and names as tables and pictures write them. Standard library only."""


def percent(share):
    """A share as a percentage in two digits, zero told from nearly zero: 0, <0.01, 0.31, 4.2, 37."""
    if share is None:
        return "-"
    value = 100 * share
    if value == 0:
        return "0"
    if value < 0.01:
        return "<0.01"
    return f"{value:.2f}" if value < 0.995 else f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


def shorten(text, size):
    """`text` in at most `size` characters, by leaving out its middle."""
    if len(text) <= size:
        return text
    tail = (size - 2) // 2
    return text[:size - 2 - tail] + ".." + text[len(text) - tail:]
