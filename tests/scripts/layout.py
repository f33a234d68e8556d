"""Whether the texts of a figure lie inside it and apart from one another."""

from matplotlib.text import Text
from plots import style


def texts_inside(fig):
    """The texts that a figure shows, with their boxes in pixels."""
    fig.canvas.draw()
    renderer = fig.canvas.get_renderer()
    shown = lambda artist: isinstance(artist, Text) and artist.get_visible() and artist.get_text().strip()
    hidden = set()  # labels of ticks beyond the ends of their axis, which are not drawn
    for axes in fig.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks() + axis.get_minor_ticks():
                if not axes.axison or not low <= tick.get_loc() <= high:
                    hidden |= {id(tick.label1), id(tick.label2)}
    found = {id(artist): artist for artist in fig.findobj(shown) if id(artist) not in hidden}
    return [(artist.get_text(), artist.get_window_extent(renderer)) for artist in found.values()]


def check(test, fig, overlaps=()):
    """Nothing sticks out of the figure, no two texts lie on one another, but those of `overlaps`; closes it."""
    boxes = texts_inside(fig)
    test.assertGreater(len(boxes), 10)
    for text, box in boxes:
        inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= fig.bbox.x1 + 1 and box.y1 <= fig.bbox.y1 + 1
        test.assertTrue(inside, f"{text!r} sticks out")
    for i, (text, box) in enumerate(boxes):
        for other, second in boxes[:i]:
            width = min(box.x1, second.x1) - max(box.x0, second.x0)
            height = min(box.y1, second.y1) - max(box.y0, second.y0)
            if (text not in overlaps or other not in overlaps) and width > 1 and height > 3:  # pixels; 3: descenders
                test.fail(f"{text!r} and {other!r} overlap")
    style.plt.close(fig)
