"""A real Blender window, driven as a person would: mouse and keyboard on a virtual screen.

    tree       the folder with a whole Blender 5.2 in it: where it is, and why it cannot be used here
    room       processes with a screen of their own, started in the tree; all of them end when the test does, however it ends
    questions  runs inside Blender: answers what the state is; nothing is ever done through it
    painter    stands in for the painter's Python, started by the add-on
    screen     the picture on the screen, and where a text stands in it
    artist     the hands: click what says "Modeling", drag a slider, press keys, keep a screenshot of each step

How the elements of the user interface are found.  Blender does not tell where its buttons are, so a text is looked for as a person
would: Blender draws the text with its own font (`questions.label`), and the screen is searched for that picture by normalised
cross-correlation, which does not care about colours. The same glyphs give 0.99, other words at most 0.8. What cannot be found is
an error that names the screenshot.
"""
