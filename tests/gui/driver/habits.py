"""What every Blender user does without thinking: change an editor, open the sidebar, pull a slider, search with F3, use a file dialog."""

import time

import numpy as np

from .artist import WAIT_S, Artist

ROW_PX = 21                     # distance of two rows of a panel at a resolution scale of 1
FIELD_PX = 90                   # from the middle of a label to the value beside it
VIEW = "VIEW_3D"


class User(Artist):
    """An artist who knows Blender."""

    def editor(self, now, to):
        """Change the editor of an area by the menu at the left of its header: from "PREFERENCES" to "3D Viewport"."""
        left, top, _, bottom = self.ask(f"area({now!r})")["HEADER"]
        self.click_at(left + 22, (top + bottom) / 2)
        self.click(to)

    def over_view(self):
        """Put the mouse over a place of the 3D view that no panel or face covers, where keys are meant for the view."""
        left, top, *_ = self.ask("area()")["WINDOW"]
        self.point(left + 330, top + 110)
        time.sleep(0.2)

    def in_view(self, *keys):
        """Press keys over the 3D view."""
        self.over_view()
        self.press(*keys)

    def settled(self, question, seconds=0.7):
        """Wait until the value of an expression inside Blender stays as it is, and return it."""
        end, value = time.monotonic() + WAIT_S, self.ask(question)
        while time.monotonic() < end:
            time.sleep(seconds)
            before, value = value, self.ask(question)
            if before == value:
                return value
        raise AssertionError(f"{question!r} goes on changing: see {self.keep('unsettled')}")

    def drawn_anew(self, before, part, least):
        """Return a part of the screen, int, once it is further than `least` grey levels on average from what it was; None: as it is."""
        end = time.monotonic() + WAIT_S
        while before is not None and np.abs(self.see()[part] - before).mean() <= least and time.monotonic() < end:
            time.sleep(0.3)
        time.sleep(1.5)                                     # edges are still being smoothed
        return self.see()[part].astype(int)

    @property
    def sidebar(self):
        """The sidebar's rectangle on the screen."""
        return self.ask("area()")["UI"]

    def open_tab(self, name):
        """Open the sidebar at a tab."""
        if "UI" not in self.ask("area()"):
            self.in_view("n")
            self.wait("'UI' in area()")
        self.click(name, self.sidebar, turned=True)
        self.over_view()

    def only(self, panel):
        """Open one panel of the tab and close the others (Ctrl-click on its title), and return the title's Spot."""
        end = time.monotonic() + WAIT_S
        while not self.spots(panel, self.sidebar) and time.monotonic() < end:
            self._ctrl_click("FACS Face")                   # it is further down than the sidebar reaches: close all but the first; a
            self.over_view()                                # window that was busy may have missed the click
        self._ctrl_click(panel)
        self.over_view()
        return self.find(panel, self.sidebar)

    def _ctrl_click(self, text):
        spot = self.find(text, self.sidebar)
        self._do("keydown", "ctrl")
        self.click_at(spot.x, spot.y)
        self._do("keyup", "ctrl")

    def fill(self, x, y, text):
        """Type a text into the field at a place."""
        self.click_at(x, y)
        self.click_at(x, y)
        self.press("ctrl+a")
        self.type(text)
        self.press("Return")
        self.see()                                          # a click before the field has let go would only end the typing

    def search(self, texts):
        """Open Blender's search with F3 and look for each text in turn; the text has to stand in the list of what was found."""
        self.over_view()
        area = self.ask("area()")
        left, top, right, bottom = area["WINDOW"]
        found = [left, top + 6 * ROW_PX, area["UI"][0] if "UI" in area else right, bottom]       # below the search's own field
        before = self.see()
        self.press("F3")
        while np.array_equal(before, self.see()):           # what is typed before the search is open would be shortcuts
            time.sleep(0.1)
        for text in texts:
            self.press("ctrl+a")
            self.type(text)
            self.find(text, found)
            self.keep(f"f3-{text.lower().replace(' ', '-')}")
        self.press("Escape", "Escape")

    def choose_file(self, name, button):
        """Choose a file that the dialog shows, and confirm."""
        for _ in range(5):
            self.find(name)
            in_list = min(self.spots(name), key=lambda spot: spot.y)
            self.click_at(in_list.x, in_list.y)
            if len(self.spots(name)) > 1:               # it stands in the name field as well: it is chosen
                break
        self.click(button)
