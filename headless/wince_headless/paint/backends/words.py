"""Long prompts for text encoders that read 77 tokens: cut into pieces, each embedded alone, their embeddings laid end to end."""


def pieces(text, fits):
    """Return a text in pieces that each fit, cut behind a comma where there is one in the later half, else between words.

    text     str
    fits     predicate: whether a text is read whole
    returns  list of str; [text] when it fits, [""] for an empty text. A single word that does not fit stays whole
    """
    if fits(text):
        return [text]
    out, left = [], text.split()
    while left:
        count = next((n for n in range(len(left), 1, -1) if fits(" ".join(left[:n]))), 1)
        if count < len(left):
            commas = [n for n in range(count // 2 + 1, count + 1) if left[n - 1].endswith(",")]
            count = commas[-1] if commas else count
        out.append(" ".join(left[:count]))
        left = left[count:]
    return out or [""]
