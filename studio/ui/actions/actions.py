"""All actions of the window in one table: it feeds tool bar, menu, tooltips and the list of keys."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence

from studio.ui.theme.theme import icon
from studio.ui.widgets.plain_text import tool_tip

Actions = dict[str, QAction]


@dataclass(frozen=True)
class ActionSpec:
    """One action. keys: the first is shown.

    is_held: the window handles the key itself, because it acts while it is down, or in one place only.
    """

    name: str
    text: str
    tip: str
    icon: str = ""
    keys: tuple[str, ...] = ()
    is_checkable: bool = False
    is_held: bool = False


def _(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Actions", text))


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("menu", _("Menu"), _("Everything the studio can do"), "menu", ("F10",)),
    ActionSpec("open", _("Open"), _("Open a picture to paint"), "open", ("Ctrl+O",)),
    ActionSpec("open_project", _("Open project"), _("Open everything that was saved as one file"), "open",
               ("Ctrl+Shift+O",)),
    ActionSpec("save_project", _("Save project"), _("Save photos, styles, settings and history as one file"),
               keys=("Ctrl+S",)),
    ActionSpec("save_project_as", _("Save project as"), _("Save the project under another name"),
               keys=("Ctrl+Shift+S",)),
    ActionSpec("clear_recent", _("Clear the list"), _("Forget which files were opened"), "remove"),
    ActionSpec("bring_back", _("Bring back"), _("Go on with what was on the canvas before"), "undo"),
    ActionSpec("cancel_opening", _("Cancel"), _("Do not open the picture"), "close"),
    ActionSpec("paste", _("Paste"), _("Paste a picture from the clipboard"), "paste", ("Ctrl+V",)),
    ActionSpec("blend", _("Blend with"), _("Lay a second photo over the first"), "blend", ("Ctrl+B",)),
    ActionSpec("paste_blend", _("Paste and blend"), _("Lay the picture in the clipboard over the photo"), "blend",
               ("Ctrl+Shift+B",)),
    ActionSpec("paste_style", _("Paste as style"), _("Paint in the style of the picture in the clipboard"), "style",
               ("Ctrl+Shift+V",)),
    ActionSpec("paste_mix", _("Paste and mix in"), _("Mix the picture in the clipboard in as a style"), "mix",
               ("Ctrl+Shift+M",)),
    ActionSpec("undo", _("Undo"), _("Take back the last change"), "undo", ("Ctrl+Z",)),
    ActionSpec("redo", _("Redo"), _("Redo the change that was taken back"), "redo", ("Ctrl+Shift+Z", "Ctrl+Y")),
    ActionSpec("reset_sliders", _("Reset all sliders"), _("Reset every setting to its default"), "reset"),
    ActionSpec("load_settings", _("Load settings"), _("Paint with the settings in a file, or of an exported picture"),
               "open"),
    ActionSpec("save_settings", _("Save settings"), _("Save these settings as a file")),
    ActionSpec("restore_preset", _("Undo"), _("Bring back the preset as it was"), "undo"),
    ActionSpec("compare", _("Compare"), _("Photo and artwork, with a line to drag"), "compare", ("C",), True),
    ActionSpec("show_before", _("Show the photo"), _("Hold to see the photo"), "before", ("\\",), is_held=True),
    ActionSpec("fit", _("Fit"), _("Show the whole picture"), "fit", ("F", "Ctrl+0")),
    ActionSpec("actual_size", _("100 %"), _("One pixel of the picture per pixel of the screen"), "actual-size",
               ("1", "Ctrl+1")),
    ActionSpec("repeat", _("Repeat the pattern"), _("Show copies of a seamless pattern all around it"), keys=("R",),
               is_checkable=True),
    ActionSpec("background", _("Canvas background"), _("Another grey around the picture, black or white"), keys=("G",)),
    ActionSpec("soft_proof", _("Show as printed"), _("Show the artwork in the colours of your printer"), keys=("P",),
               is_checkable=True),
    ActionSpec("proof_profile", _("Printer profile"), _("Choose the ICC profile of the printer and its paper")),
    ActionSpec("proof_gamut", _("Mark what cannot be printed"), _("Colours that the printer does not have are marked"),
               is_checkable=True),
    ActionSpec("proof_relative", _("Relative colorimetric"), _("Proof with what can be printed left as it is"),
               is_checkable=True),
    ActionSpec("proof_perceptual", _("Perceptual"), _("Proof all colours drawn in, so that their steps stay"),
               is_checkable=True),
    ActionSpec("proof_saturation", _("Saturation"), _("Proof with colours as full as the printer has them"),
               is_checkable=True),
    ActionSpec("proof_absolute", _("Absolute colorimetric"), _("Proof with the colour of the paper as white"),
               is_checkable=True),
    ActionSpec("live", _("Live"), _("See every change at once, before you finish"), "live", ("L",), True),
    ActionSpec("refine_mains", _("On mains power"), _("Refine the Live picture automatically, but not on battery"),
               is_checkable=True),
    ActionSpec("refine_always", _("Always"), _("Refine the Live picture automatically, even on battery"),
               is_checkable=True),
    ActionSpec("refine_never", _("Never"), _("Leave the Live picture as it is"), is_checkable=True),
    ActionSpec("variations", _("Variations"), _("A grid of small pictures that differ in what you choose"),
               "variations", ("V",), True),
    ActionSpec("finish", _("Finish"), _("Paint the finished artwork"), "finish", ("Ctrl+Return", "Ctrl+Enter")),
    ActionSpec("keep_painting", _("Keep painting"), _("Continue from the finished picture"), "finish",
               ("Ctrl+Shift+Return", "Ctrl+Shift+Enter")),
    ActionSpec("larger_half", _("Half as large again"), _("Paint the finished picture half as large again")),
    ActionSpec("larger_twice", _("Twice as large"), _("Paint the finished picture twice as large")),
    ActionSpec("keep_draft", _("Keep draft"), _("Put the Live picture into the history"), keys=("Ctrl+K",)),
    ActionSpec("stop", _("Stop"), _("Stop painting and keep the picture so far"), "stop", ("Esc",)),
    ActionSpec("export", _("Export"), _("Save the picture on the canvas as a file"), "export", ("Ctrl+E",)),
    ActionSpec("export_again", _("Export again"), _("Save it as last time, under the next free name"),
               keys=("Ctrl+Shift+E",)),
    ActionSpec("print", _("Print"), _("Print the artwork, or write it as a PDF"), keys=("Ctrl+P",)),
    ActionSpec("show_export", _("Show in folder"), _("Open the folder of the exported file"), "folder"),
    ActionSpec("use_settings", _("Use its settings"), _("Paint with the settings and styles of that picture")),
    ActionSpec("add_offered", _("Add them"), _("Make styles of these pictures, in the gallery under Mine"), "add"),
    ActionSpec("remove_added", _("Undo"), _("Take the styles that were added out of the gallery again"), "undo"),
    ActionSpec("use_taught", _("Use it"), _("Paint your picture in the style that was taught last"), "brush"),
    ActionSpec("rights_mine", _("Mine"), _("I made it myself")),
    ActionSpec("rights_permitted", _("Permitted"), _("Whoever made it lets me show what is painted from it")),
    ActionSpec("rights_public_domain", _("Public domain"), _("Nobody has rights in it any more")),
    ActionSpec("show_styles", _("Show my styles"), _("Open the folder of your own styles"), "folder"),
    ActionSpec("restore_style", _("Undo"), _("Bring back the removed style"), "undo"),
    ActionSpec("copy", _("Copy"), _("Copy the picture on the canvas to the clipboard"), "copy", ("Ctrl+C",)),
    ActionSpec("region_new", _("New region"), _("A region of your own, to be drawn"), "add", ("N",)),
    ActionSpec("region_whole", _("Whole picture"), _("Settings and styles are those of the whole picture again"),
               keys=("Shift+N",)),
    ActionSpec("region_protect", _("Protect"), _("What is in this region stays recognisable, though it is painted"),
               "shield", ("K",), True),
    ActionSpec("region_off", _("Leave the photo"), _("This region is not painted: the photo stays"), "picture",
               ("Shift+K",), True),
    ActionSpec("region_rename", _("Rename"), _("Call the region something else"), keys=("F2",)),
    ActionSpec("region_duplicate", _("Duplicate"), _("The same region once more, with the same settings"),
               keys=("Ctrl+J",)),
    ActionSpec("region_up", _("Raise"), _("Lay the region over the next one"), keys=("Ctrl+Shift+Up",)),
    ActionSpec("region_down", _("Lower"), _("Lay the region under the one before"), keys=("Ctrl+Shift+Down",)),
    ActionSpec("region_delete", _("Delete region"), _("Paint here as everywhere else"), "delete", ("Ctrl+Delete",)),
    ActionSpec("mask_invert", _("Invert"), _("What is in the region and what is not change places"),
               keys=("Ctrl+I",)),
    ActionSpec("mask_grow", _("Grow"), _("Make the region a little larger"), keys=("Ctrl+]",)),
    ActionSpec("mask_shrink", _("Shrink"), _("Make the region a little smaller"), keys=("Ctrl+[",)),
    ActionSpec("mask_feather", _("Feather"), _("Make the border of the region a little softer"), keys=("Shift+F6",)),
    ActionSpec("mask_save", _("Save mask"), _("Save where the region is as a greyscale PNG"), "export"),
    ActionSpec("mask_load", _("Load mask"), _("Have the region where a greyscale picture is white"), "open"),
    ActionSpec("mask_overlay", _("Show mask"), _("Red where the region is not"), "mask", ("Q",), True),
    ActionSpec("tool_brush", _("Brush"), _("Add to the region; [ and ] change the size"), "brush", ("B",), True),
    ActionSpec("tool_eraser", _("Eraser"), _("Take away from the region; [ and ] change the size"), "eraser", ("E",),
               True),
    ActionSpec("tool_lasso", _("Lasso"), _("Draw around a part of the picture"), "lasso", ("Shift+L",), True),
    ActionSpec("tool_polygon", _("Polygon"), _("Click corner by corner; Enter or a double click closes it"), "polygon",
               ("Shift+P",), True),
    ActionSpec("tool_rectangle", _("Rectangle"), _("Drag from corner to corner"), "rectangle", ("M",), True),
    ActionSpec("tool_gradient", _("Gradient"), _("Drag from where all belongs to the region to where nothing does"),
               "gradient", ("Shift+G",), True),
    ActionSpec("tool_similar", _("Similar colour"), _("Click a colour; [ and ] change how alike it has to be"), "wand",
               ("W",), True),
    ActionSpec("render_many", _("Render many"), _("Paint many pictures, or whole folders"), "many", ("Ctrl+Shift+R",)),
    ActionSpec("teach", _("Teach a style"), _("Let the studio learn a style from a handful of pictures"), "style",
               ("Ctrl+T",)),
    ActionSpec("train_classifier", _("Train a classifier"),
               _("Let the studio learn to tell the classes of a folder apart, with an honest report"), "tag",
               ("Ctrl+Shift+T",)),
    ActionSpec("library", _("Library"), _("All pictures of your folders, found by what they are like"), "library",
               ("Ctrl+L",), True),
    ActionSpec("more_like_this", _("More like this"),
               _("Show what in the library is like the picture on the canvas, or the selected region"), "library",
               ("Ctrl+Shift+L",)),
    ActionSpec("compare_works", _("Compare two works"), _("Two works side by side: what they share, and where"),
               "compare", ("Ctrl+Shift+C",)),
    ActionSpec("influence", _("Influence"),
               _("The dated works of the library in time, each with the earlier ones it is like"), "history",
               ("Ctrl+Shift+I",)),
    ActionSpec("stronger", _("Stronger"), _("More strength"), keys=("]",)),
    ActionSpec("weaker", _("Weaker"), _("Less strength"), keys=("[",)),
    ActionSpec("find_style", _("Find a style"), _("Search the gallery"), "search", ("Ctrl+F",)),
    ActionSpec("next_area", _("Next area of the window"),
               _("Move the focus to gallery, picture, settings and buttons in turn"), keys=("F6",)),
    ActionSpec("gallery", _("Styles"), _("Show or hide the gallery of styles"), keys=("F7",), is_checkable=True),
    ActionSpec("panel", _("Settings"), _("Show or hide the sliders"), keys=("F8",), is_checkable=True),
    ActionSpec("history", _("History"), _("Show or hide the results so far"), keys=("F9",), is_checkable=True),
    ActionSpec("hide_panels", _("Only the picture"), _("Hide everything but the canvas"), "panel", ("Tab",), True,
               is_held=True),
    ActionSpec("full_screen", _("Full screen"), _("Use the whole screen"), "full-screen", ("F11",), True),
    ActionSpec("theme_dark", _("Dark"), _("Dark greys around the picture"), is_checkable=True),
    ActionSpec("theme_light", _("Light"), _("Light greys around the picture"), is_checkable=True),
    ActionSpec("theme_system", _("As the system"), _("Dark or light, as the system is set"), is_checkable=True),
    ActionSpec("shortcuts", _("Keyboard shortcuts"), _("All keys of the studio"), "info", ("F1",)),
    ActionSpec("diagnostics", _("Copy diagnostics"), _("Versions, device and settings, to report a problem"), "copy"),
    ActionSpec("about_art", _("About the art"), _("What styles and networks represent, and what is missing of them"),
               "info"),
    ActionSpec("about", _("About Style Studio"), _("Version, licences and credits"), "info"),
    ActionSpec("quit", _("Quit"), _("Close the studio"), "close", ("Ctrl+Q",)),
)  # fmt: skip


def make_actions(parent: QObject) -> Actions:
    """The table as QActions, by name."""
    actions: Actions = {}
    for spec in ACTIONS:
        action = QAction(translated(spec.text), parent)
        action.setObjectName(spec.name)
        if spec.icon:
            action.setIcon(icon(spec.icon))
        if spec.is_held:
            action.setText(f"{action.text()}\t{shown_keys(spec)}")  # the menu shows it all the same
        else:
            action.setShortcuts([QKeySequence(key) for key in spec.keys])
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setCheckable(spec.is_checkable)
        keys = shown_keys(spec)
        action.setToolTip(tool_tip(f"{translated(spec.tip)} ({keys})" if keys else translated(spec.tip)))
        actions[spec.name] = action
    return actions


def shown_keys(spec: ActionSpec) -> str:
    """The first key of an action, as this system writes it."""
    return QKeySequence(spec.keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if spec.keys else ""


def translated(text: str) -> str:
    """A text of the table in the user's language."""
    return QCoreApplication.translate("Actions", text)
