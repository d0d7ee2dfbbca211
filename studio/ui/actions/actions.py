"""All actions of the window in one table: it feeds tool bar, menu, tooltips and the list of keys."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, Qt
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


def tr(text: str) -> str:
    """Offer a text of a table for translation: by this name alone, and without a context, lupdate finds it."""
    return text


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("menu", tr("Menu"), tr("Everything the studio can do"), "menu", ("F10",)),
    ActionSpec("open", tr("Open"), tr("Open a picture to paint"), "open", ("Ctrl+O",)),
    ActionSpec("open_project", tr("Open project"), tr("Open everything that was saved as one file"), "open",
               ("Ctrl+Shift+O",)),
    ActionSpec("save_project", tr("Save project"), tr("Save photos, styles, settings and history as one file"),
               keys=("Ctrl+S",)),
    ActionSpec("save_project_as", tr("Save project as"), tr("Save the project under another name"),
               keys=("Ctrl+Shift+S",)),
    ActionSpec("clear_recent", tr("Clear the list"), tr("Forget which files were opened"), "remove"),
    ActionSpec("bring_back", tr("Bring back"), tr("Go on with what was on the canvas before"), "undo"),
    ActionSpec("cancel_opening", tr("Cancel"), tr("Do not open the picture"), "close"),
    ActionSpec("leave_out_outlines", tr("Leave them out"), tr("Keep of the regions what is found in any photo"),
               "close"),
    ActionSpec("take_strokes_along", tr("Take strokes along"),
               tr("Have what was brushed on the photo before in this one, too"), "brush"),
    ActionSpec("paste", tr("Paste"), tr("Paste a picture from the clipboard"), "paste", ("Ctrl+V",)),
    ActionSpec("blend", tr("Blend with"), tr("Lay a second photo over the first"), "blend", ("Ctrl+B",)),
    ActionSpec("paste_blend", tr("Paste and blend"), tr("Lay the picture in the clipboard over the photo"), "blend",
               ("Ctrl+Shift+B",)),
    ActionSpec("paste_style", tr("Paste as style"), tr("Paint in the style of the picture in the clipboard"), "style",
               ("Ctrl+Shift+V",)),
    ActionSpec("paste_mix", tr("Paste and mix in"), tr("Mix the picture in the clipboard in as a style"), "mix",
               ("Ctrl+Shift+M",)),
    ActionSpec("undo", tr("Undo"), tr("Take back the last change"), "undo", ("Ctrl+Z",)),
    ActionSpec("redo", tr("Redo"), tr("Redo the change that was taken back"), "redo", ("Ctrl+Shift+Z", "Ctrl+Y")),
    ActionSpec("reset_sliders", tr("Reset all sliders"), tr("Reset every setting to its default"), "reset"),
    ActionSpec("load_settings", tr("Load settings"), tr("Paint with the settings in a file, or of an exported picture"),
               "open"),
    ActionSpec("save_settings", tr("Save settings"), tr("Save these settings as a file")),
    ActionSpec("restore_preset", tr("Undo"), tr("Bring back the preset as it was"), "undo"),
    ActionSpec("compare", tr("Compare"), tr("Photo and artwork, with a line to drag"), "compare", ("C",), True),
    ActionSpec("show_before", tr("Show the photo"), tr("Hold to see the photo"), "before", ("\\",), is_held=True),
    ActionSpec("fit", tr("Fit"), tr("Show the whole picture"), "fit", ("F", "Ctrl+0")),
    ActionSpec("actual_size", tr("100 %"), tr("One pixel of the picture per pixel of the screen"), "actual-size",
               ("1", "Ctrl+1")),
    ActionSpec("repeat", tr("Repeat the pattern"), tr("Show copies of a seamless pattern all around it"), keys=("R",),
               is_checkable=True),
    ActionSpec("background", tr("Canvas background"), tr("Another grey around the picture, or black or white"),
               keys=("G",)),
    ActionSpec("soft_proof", tr("Show as printed"), tr("Show the artwork in the colours of your printer"), keys=("P",),
               is_checkable=True),
    ActionSpec("proof_profile", tr("Printer profile"), tr("Choose the ICC profile of the printer and its paper")),
    ActionSpec("proof_gamut", tr("Mark what cannot be printed"),
               tr("Mark colours that the printer cannot reproduce"), is_checkable=True),
    ActionSpec("proof_relative", tr("Relative colorimetric"), tr("Proof with printable colours left as they are"),
               is_checkable=True),
    ActionSpec("proof_perceptual", tr("Perceptual"), tr("Proof with all colours compressed, so that gradations stay"),
               is_checkable=True),
    ActionSpec("proof_saturation", tr("Saturation"), tr("Proof with colours as saturated as the printer can print"),
               is_checkable=True),
    ActionSpec("proof_absolute", tr("Absolute colorimetric"), tr("Proof with colours not adapted to the paper's white"),
               is_checkable=True),
    ActionSpec("live", tr("Live"), tr("See every change at once, before you finish"), "live", ("L",), True),
    ActionSpec("refine_mains", tr("On mains power"), tr("Refine the Live picture automatically, but not on battery"),
               is_checkable=True),
    ActionSpec("refine_always", tr("Always"), tr("Refine the Live picture automatically, even on battery"),
               is_checkable=True),
    ActionSpec("refine_never", tr("Never"), tr("Leave the Live picture as it is"), is_checkable=True),
    ActionSpec("variations", tr("Variations"), tr("A grid of small pictures that differ in what you choose"),
               "variations", ("V",), True),
    ActionSpec("finish", tr("Finish"), tr("Paint the finished artwork"), "finish", ("Ctrl+Return", "Ctrl+Enter")),
    ActionSpec("keep_painting", tr("Keep painting"), tr("Continue from the finished picture"), "finish",
               ("Ctrl+Shift+Return", "Ctrl+Shift+Enter")),
    ActionSpec("larger_half", tr("Half as large again"), tr("Paint the finished picture half as large again")),
    ActionSpec("larger_twice", tr("Twice as large"), tr("Paint the finished picture twice as large")),
    ActionSpec("keep_draft", tr("Keep draft"), tr("Put the Live picture into the history"), keys=("Ctrl+K",)),
    ActionSpec("stop", tr("Stop"), tr("Stop painting and keep the picture so far"), "stop", ("Esc",)),
    ActionSpec("export", tr("Export"), tr("Save the picture on the canvas as a file"), "export", ("Ctrl+E",)),
    ActionSpec("export_again", tr("Export again"), tr("Save it as last time, under the next free name"),
               keys=("Ctrl+Shift+E",)),
    ActionSpec("print", tr("Print"), tr("Print the artwork, or write it as a PDF"), keys=("Ctrl+P",)),
    ActionSpec("show_export", tr("Show in folder"), tr("Open the folder of the exported file"), "folder"),
    ActionSpec("use_settings", tr("Use its settings"), tr("Paint with the settings and styles of that picture")),
    ActionSpec("add_offered", tr("Add them"), tr("Make styles of these pictures, in the gallery under Mine"), "add"),
    ActionSpec("remove_added", tr("Undo"), tr("Take the styles that were added out of the gallery again"), "undo"),
    ActionSpec("use_taught", tr("Use it"), tr("Paint your picture in the style that was taught last"), "brush"),
    ActionSpec("rights_mine", tr("Mine"), tr("I made it myself")),
    ActionSpec("rights_permitted", tr("Permitted"), tr("Its maker lets me show what is painted from it")),
    ActionSpec("rights_public_domain", tr("Public domain"), tr("Nobody holds rights to it any more")),
    ActionSpec("show_styles", tr("Show my styles"), tr("Open the folder of your own styles"), "folder"),
    ActionSpec("restore_style", tr("Undo"), tr("Bring back the removed style"), "undo"),
    ActionSpec("copy", tr("Copy"), tr("Copy the picture on the canvas to the clipboard"), "copy", ("Ctrl+C",)),
    ActionSpec("region_new", tr("New region"), tr("A region of your own, to be drawn"), "add", ("N",)),
    ActionSpec("region_whole", tr("Whole picture"), tr("Show settings and styles of the whole picture again"),
               keys=("Shift+N",)),
    ActionSpec("region_protect", tr("Protect"), tr("What is in this region stays recognisable, though it is painted"),
               "shield", ("K",), True),
    ActionSpec("region_off", tr("Leave the photo"), tr("This region is not painted: the photo stays"), "picture",
               ("Shift+K",), True),
    ActionSpec("region_rename", tr("Rename"), tr("Call the region something else"), keys=("F2",)),
    ActionSpec("region_duplicate", tr("Duplicate"), tr("The same region once more, with the same settings"),
               keys=("Ctrl+J",)),
    ActionSpec("region_up", tr("Raise"), tr("Lay the region over the next one"), keys=("Ctrl+Shift+Up",)),
    ActionSpec("region_down", tr("Lower"), tr("Lay the region under the one before"), keys=("Ctrl+Shift+Down",)),
    ActionSpec("region_delete", tr("Delete region"), tr("Paint here as everywhere else"), "delete", ("Ctrl+Delete",)),
    ActionSpec("mask_invert", tr("Invert"), tr("Swap what is inside the region and what is outside"),
               keys=("Ctrl+I",)),
    ActionSpec("mask_grow", tr("Grow"), tr("Make the region a little larger"), keys=("Ctrl+]",)),
    ActionSpec("mask_shrink", tr("Shrink"), tr("Make the region a little smaller"), keys=("Ctrl+[",)),
    ActionSpec("mask_feather", tr("Feather"), tr("Make the border of the region a little softer"), keys=("Shift+F6",)),
    ActionSpec("mask_save", tr("Save mask"), tr("Save the mask of the region as a greyscale PNG"), "export"),
    ActionSpec("mask_load", tr("Load mask"), tr("Use a greyscale picture as the mask: white is inside"), "open"),
    ActionSpec("mask_overlay", tr("Show mask"), tr("Show in red what lies outside the region"), "mask", ("Q",), True),
    ActionSpec("tool_brush", tr("Brush"), tr("Add to the region; [ and ] change the size"), "brush", ("B",), True),
    ActionSpec("tool_eraser", tr("Eraser"), tr("Take away from the region; [ and ] change the size"), "eraser", ("E",),
               True),
    ActionSpec("tool_lasso", tr("Lasso"), tr("Draw around a part of the picture"), "lasso", ("Shift+L",), True),
    ActionSpec("tool_polygon", tr("Polygon"), tr("Click corner by corner; Enter or a double click closes it"),
               "polygon", ("Shift+P",), True),
    ActionSpec("tool_rectangle", tr("Rectangle"), tr("Drag from corner to corner"), "rectangle", ("M",), True),
    ActionSpec("tool_gradient", tr("Gradient"), tr("Drag from where the region is full to where it ends"),
               "gradient", ("Shift+G",), True),
    ActionSpec("tool_similar", tr("Similar colour"), tr("Click a colour; [ and ] change how similar others must be"),
               "wand", ("W",), True),
    ActionSpec("render_many", tr("Render many"), tr("Paint many pictures, or whole folders"),
               "many", ("Ctrl+Shift+R",)),
    ActionSpec("teach", tr("Teach a style"), tr("Let the studio learn a style from a handful of pictures"), "style",
               ("Ctrl+T",)),
    ActionSpec("train_classifier", tr("Train a classifier"),
               tr("Train a classifier on the subfolders of a folder, and see how good it is"), "tag",
               ("Ctrl+Shift+T",)),
    ActionSpec("library", tr("Library"), tr("All pictures in your folders, found by similarity"), "library",
               ("Ctrl+L",), True),
    ActionSpec("more_like_this", tr("More like this"),
               tr("Find pictures in the library like the one on the canvas, or like the selected region"), "library",
               ("Ctrl+Shift+L",)),
    ActionSpec("compare_works", tr("Compare two works"), tr("Two works side by side: what they share, and where"),
               "compare", ("Ctrl+Shift+C",)),
    ActionSpec("influence", tr("Influence"),
               tr("The dated works of the library in time, each with the earlier ones most like it"), "history",
               ("Ctrl+Shift+I",)),
    ActionSpec("stronger", tr("Stronger"), tr("More strength"), keys=("]",)),
    ActionSpec("weaker", tr("Weaker"), tr("Less strength"), keys=("[",)),
    ActionSpec("find_style", tr("Find a style"), tr("Search the gallery"), "search", ("Ctrl+F",)),
    ActionSpec("next_area", tr("Next area of the window"),
               tr("Move the focus to gallery, picture, settings and buttons in turn"), keys=("F6",)),
    ActionSpec("gallery", tr("Styles"), tr("Show or hide the gallery of styles"), keys=("F7",), is_checkable=True),
    ActionSpec("panel", tr("Settings"), tr("Show or hide the sliders"), keys=("F8",), is_checkable=True),
    ActionSpec("history", tr("History"), tr("Show or hide the results so far"), keys=("F9",), is_checkable=True),
    ActionSpec("hide_panels", tr("Only the picture"), tr("Hide everything but the canvas"), "panel", ("Tab",), True,
               is_held=True),
    ActionSpec("full_screen", tr("Full screen"), tr("Use the whole screen"), "full-screen", ("F11",), True),
    ActionSpec("theme_dark", tr("Dark"), tr("Dark greys around the picture"), is_checkable=True),
    ActionSpec("theme_light", tr("Light"), tr("Light greys around the picture"), is_checkable=True),
    ActionSpec("theme_system", tr("As the system"), tr("Dark or light, as the system is set"), is_checkable=True),
    ActionSpec("shortcuts", tr("Keyboard shortcuts"), tr("All keys of the studio"), "info", ("F1",)),
    ActionSpec("diagnostics", tr("Copy diagnostics"), tr("Versions, device and settings, to report a problem"), "copy"),
    ActionSpec("about_art", tr("About the art"), tr("What styles and networks represent, and what is missing of them"),
               "info"),
    ActionSpec("about", tr("About Style Studio"), tr("Version, licences and credits"), "info"),
    ActionSpec("quit", tr("Quit"), tr("Close the studio"), "close", ("Ctrl+Q",)),
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
    return QCoreApplication.translate("", text)
