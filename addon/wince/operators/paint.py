"""Paint a skin: start the painter, load what it has painted, go back to the built-in skin, check the painter, fetch its models."""

import hashlib
from pathlib import Path

import bpy
from bpy.props import BoolProperty, StringProperty
from bpy_extras.io_utils import ImportHelper

from .. import preferences
from ..bridge import people
from ..core.errors import WinceError
from ..job import painter
from ..properties.paint import label_of
from ..stage import dress, painting
from . import painters
from .base import IntoOutputs, OnFace, Reporting
from .skins import check, materials_of, put_on

NO_PAINTER = "Name the painter's Python first: one that has wince[paint]"
OFFLINE = "Blender's online access is off: allow it in Preferences > System > Network"
RELEASE = "release"
PICTURES = "*.png;*.jpg;*.jpeg;*.tif;*.tiff;*.bmp"


class _WithPainter:
    """An operator that starts the painter; greyed out with a sentence while its Python is not named."""

    wait: BoolProperty(name="Wait", options={"HIDDEN", "SKIP_SAVE"}, description="Wait for the end, as scripts do")

    @classmethod
    def poll(cls, context):
        """Tell whether there is a painter."""
        if preferences.painter(context):
            return super().poll(context) if hasattr(super(), "poll") else True
        cls.poll_message_set(NO_PAINTER)
        return False


class WINCE_OT_paint_skin(_WithPainter, IntoOutputs, bpy.types.Operator):
    """Paint this person's skin in the background, in the painter's own Python, and put it on the face when it is done.
Cancelled and painted again with the same settings, it goes on"""

    bl_idname = "wince.paint_skin"
    bl_label = "Paint Skin"
    bl_options = {"REGISTER"}                             # noqa: RUF012 -- as Blender writes it: what it changes, it changes when it is done

    force: BoolProperty(name="Paint Over", options={"SKIP_SAVE"}, description="Begin anew, even where this was painted before")

    def act(self, context, face):
        """Write who it is, and have it painted when its turn comes."""
        check(face)                                       # refuse now what would be refused when it is painted
        who, order = face.person.identity, order_of(context, face, self.force)
        out = preferences.outputs(context) / "skins" / order.folder(who)
        name, label = f"{face.mesh_object.name}, seed {order.seed}", label_of(order.backend)
        task = painter.Painting(name, label, preferences.painter(context), who, order, out, face.armature.session_uid)
        task.worn = self.wait
        painters.enqueue(context, task, self.wait)
        if self.wait:
            return put_on(face, task.folder)
        others = painters.waiting_before(task)
        return f"{name}: {f'waits for {others} other' if others else 'is painted now'}, into {out}"


class WINCE_OT_load_painted_skin(OnFace, ImportHelper, bpy.types.Operator):
    """Put a painted skin from a folder, or any square picture on the face's atlas, on the face; the picture goes into the file"""

    bl_idname = "wince.load_painted_skin"
    bl_label = "Load Painted Skin"
    filename_ext = ".png"

    filter_glob: StringProperty(default=PICTURES, options={"HIDDEN"}, description="Which files are shown")
    force: BoolProperty(name="Even If of Another Person", options={"SKIP_SAVE"},
                        description="Load a skin that was painted for somebody else, or changed by hand; labels say so")

    def act(self, context, face):
        """Read the folder, and wear what is in it."""
        if not self.filepath:
            raise WinceError("no file was given: choose a folder that the painter has written, or its albedo.png")
        return put_on(face, bpy.path.abspath(self.filepath), self.force)


class WINCE_OT_built_in_skin(OnFace, bpy.types.Operator):
    """Show the built-in skin again, in place of a painted one; the painted one stays on the disk"""

    bl_idname = "wince.built_in_skin"
    bl_label = "Back to Built-in Skin"

    def act(self, context, face):
        """Take the picture off, and paint the built-in skin."""
        painting.bare(materials_of(face))
        dress.paint(face)
        return f"{face.mesh_object.name} has the built-in skin"


class WINCE_OT_check_painter(_WithPainter, Reporting, bpy.types.Operator):
    """Start the painter's Python and ask what it has: versions, device, free memory, models; or what is wrong, and the cure"""

    bl_idname = "wince.check_painter"
    bl_label = "Check Painter"
    bl_options = {"REGISTER"}                             # noqa: RUF012 -- as Blender writes it: nothing to undo

    def act(self, context):
        """Ask; the answer is shown in the panel and in the preferences."""
        from ..job.record import wince_version
        asked = painter.Check(preferences.painter(context), wince_version())
        painters.run(context, "check", asked, self.wait)
        return f"{asked.python} is asked"


class WINCE_OT_fetch_model(_WithPainter, Reporting, bpy.types.Operator):
    """Ask how large the chosen painter's models are and under which licence they come; then download them.
Nothing else in Wince goes to the network"""

    bl_idname = "wince.fetch_model"
    bl_label = "Fetch Model"
    bl_options = {"REGISTER"}                             # noqa: RUF012 -- as Blender writes it: nothing to undo

    sure: BoolProperty(name="Download", options={"HIDDEN", "SKIP_SAVE"}, description="Download, instead of asking for size and licence")

    @classmethod
    def poll(cls, context):
        """Tell whether there is something to fetch, and whether Blender may."""
        if not super().poll(context):
            return False
        sentence = "" if bpy.app.online_access else OFFLINE
        if not model_of(context.scene.wince_paint):
            sentence = "What paints now needs no model"
        if sentence:
            cls.poll_message_set(sentence)
        return not sentence

    def act(self, context):
        """Start asking, or downloading."""
        wanted = model_of(context.scene.wince_paint)
        helper = painter.Helper(wanted, preferences.painter(context), painter.fetch_words(wanted, self.sure))
        painters.run(context, "fetch", helper, self.wait, online=True)
        return f"{wanted} is {'downloaded' if self.sure else 'looked up'}"


def order_of(context, face, force=False):
    """Return the painter.Order that the panel's options make for a face.

    raises   WinceError for a picture or a file that is not there
    """
    options = context.scene.wince_paint
    pack = people.path_of(face.person.identity.pack_hash) or ""
    seed = options.seed if options.backend != painter.BUILT_IN else 0
    return painter.Order(options.backend, seed=seed, size=int(options.size), profile=options.profile,
                         device=preferences.get(context).painter_device, pack=pack, force=force, **_own_of(options))


def _own_of(options):
    """Return what matters for the chosen backend alone, arguments of painter.Order."""
    if options.backend == painter.PHOTO:
        photo = _file(options.photo, "picture", "choose a picture on the face's atlas in the Paint panel")
        places = _file(options.places, "file", "choose it under Places, or empty that field") if options.places else ""
        contents = hashlib.sha256(b"".join(Path(path).read_bytes() for path in (photo, places) if path)).hexdigest()
        return {"photo": photo, "places": places, "contents": contents, "further": _told(options, "licence")}
    if options.backend not in painter.WITH_MODELS:
        return {}
    model, words = options.model.strip(), ("prompt", "negative") if options.profile != RELEASE else ()
    if model and Path(bpy.path.abspath(model)).is_dir():
        model = str(Path(bpy.path.abspath(model)).resolve())
    further = (("strength", round(options.strength, 4)), ("tries", options.tries), *_told(options, *words))
    return {"model": model, "steps": options.steps, "further": further}


def _file(path, what, cure):
    """Return the whole path of a file that an option names."""
    whole = bpy.path.abspath(path)
    if not Path(whole).is_file():
        raise WinceError(f"{whole or f'no {what}'} is not there: {cure}")
    return str(Path(whole).resolve())


def _told(options, *names):
    """Return ((name, text), ...) of the texts among the options that are not empty."""
    texts = ((name, getattr(options, name).strip()) for name in names)
    return tuple((name, text) for name, text in texts if text)


def model_of(options):
    """Return what would be fetched for the options: a backend's name, or the hub id that was given; "" for none."""
    if options.backend not in painter.WITH_MODELS:
        return ""
    model = options.model.strip()
    return options.backend if not model or Path(bpy.path.abspath(model)).exists() else model


CLASSES = (WINCE_OT_paint_skin, WINCE_OT_load_painted_skin, WINCE_OT_built_in_skin, WINCE_OT_check_painter, WINCE_OT_fetch_model)
