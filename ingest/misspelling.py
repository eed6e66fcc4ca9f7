"""Misspells words as people do, reproducibly: one edit in one or two of the longer words."""

from random import Random

LEAST_LETTERS = 5  # shorter words are mostly typed right, and one edit often makes another word of them
TWO_WORDS = 0.3  # share of phrases with two long words in which both are misspelt; own choice, 2026-11-23
# The letters beside each letter on a keyboard of the United States, same row only.
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
# What sounds alike; each pair goes both ways.
_SOUNDS = (
    ("ph", "f"), ("y", "i"), ("ei", "ie"), ("c", "k"), ("ae", "e"), ("oe", "e"), ("rh", "r"), ("x", "ks"),
    ("us", "is"), ("ou", "u"), ("ea", "e"), ("ss", "s"), ("ll", "l"), ("rr", "r"), ("mm", "m"), ("nn", "n"),
    ("tt", "t"), ("pp", "p"), ("c", "s"), ("z", "s"), ("er", "ar"), ("ps", "s"),
)  # fmt: skip
_SWAPS = (*_SOUNDS, *((right, left) for left, right in _SOUNDS))


def misspelt(words: str, random: Random) -> str:
    """Get `words` with one edit in one of its words of five or more letters, sometimes in two.

    An edit leaves out, doubles or swaps letters, hits the key beside, or writes what sounds alike, each as
    often; the first letter stays but for sounds. Words without a long one come back as they are.
    """
    parts = words.split(" ")
    long = [place for place, part in enumerate(parts) if sum(map(str.isalpha, part)) >= LEAST_LETTERS]
    if not long:
        return words
    count = 2 if len(long) > 1 and random.random() < TWO_WORDS else 1
    for place in random.sample(long, count):
        parts[place] = edited(parts[place], random)
    return " ".join(parts)


def edited(word: str, random: Random) -> str:
    """Get a word of at least three letters with one edit; never the word itself."""
    ways = [_left_out, _doubled, _swapped, _neighbour, _sounding]
    random.shuffle(ways)
    for way in ways:
        made = way(word, random)
        if made.casefold() != word.casefold():
            return made
    return word + word[-1]


def _left_out(word: str, random: Random) -> str:
    place = random.randrange(1, len(word))
    return word[:place] + word[place + 1 :]


def _doubled(word: str, random: Random) -> str:
    place = random.randrange(1, len(word))
    return word[:place] + word[place] + word[place:]


def _swapped(word: str, random: Random) -> str:
    place = random.randrange(1, len(word) - 1)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _neighbour(word: str, random: Random) -> str:
    place = random.randrange(1, len(word))
    row = next((row for row in _ROWS if word[place].lower() in row), None)
    if row is None:
        return word
    at = row.index(word[place].lower())
    beside = [row[other] for other in (at - 1, at + 1) if 0 <= other < len(row)]
    return word[:place] + random.choice(beside) + word[place + 1 :]


def _sounding(word: str, random: Random) -> str:
    lower = word.lower()
    fitting = [(old, new) for old, new in _SWAPS if old in lower]
    if not fitting:
        return word
    old, new = random.choice(fitting)
    places = [place for place in range(len(word)) if lower.startswith(old, place)]
    place = random.choice(places)
    return word[:place] + new + word[place + len(old) :]
