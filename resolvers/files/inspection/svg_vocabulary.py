"""The vocabulary of SVG drawings: what programs draw, and what makes a drawing a program."""

from typing import Final

SVG: Final = "http://www.w3.org/2000/svg"
XML: Final = "http://www.w3.org/XML/1998/namespace"
# Browsers give elements of these a meaning; those of other vocabularies (metadata of editors) mean nothing to them.
ACTIVE_NAMESPACES: Final = frozenset(
    {
        "http://www.w3.org/1999/xhtml",
        "http://www.w3.org/1998/Math/MathML",
        "http://www.w3.org/1999/XSL/Transform",
        "http://www.w3.org/2001/xml-events",
        "http://www.w3.org/2002/xforms",
        "http://www.mozilla.org/xbl",
        "http://www.w3.org/ns/xbl",
    }
)

# SVG 1.1 and 2 without scripts, foreignObject, media, and fonts from elsewhere; flow* are texts of Inkscape.
ELEMENTS: Final = frozenset(
    (
        "a",
        "altGlyph",
        "altGlyphDef",
        "altGlyphItem",
        "animate",
        "animateColor",
        "animateMotion",
        "animateTransform",
        "circle",
        "clipPath",
        "color-profile",
        "cursor",
        "defs",
        "desc",
        "ellipse",
        "feBlend",
        "feColorMatrix",
        "feComponentTransfer",
        "feComposite",
        "feConvolveMatrix",
        "feDiffuseLighting",
        "feDisplacementMap",
        "feDistantLight",
        "feDropShadow",
        "feFlood",
        "feFuncA",
        "feFuncB",
        "feFuncG",
        "feFuncR",
        "feGaussianBlur",
        "feImage",
        "feMerge",
        "feMergeNode",
        "feMorphology",
        "feOffset",
        "fePointLight",
        "feSpecularLighting",
        "feSpotLight",
        "feTile",
        "feTurbulence",
        "filter",
        "flowDiv",
        "flowLine",
        "flowPara",
        "flowRegion",
        "flowRegionExclude",
        "flowRoot",
        "flowSpan",
        "font",
        "font-face",
        "font-face-format",
        "font-face-name",
        "font-face-src",
        "g",
        "glyph",
        "glyphRef",
        "hatch",
        "hatchpath",
        "hkern",
        "image",
        "line",
        "linearGradient",
        "marker",
        "mask",
        "mesh",
        "meshgradient",
        "meshpatch",
        "meshrow",
        "metadata",
        "missing-glyph",
        "mpath",
        "path",
        "pattern",
        "polygon",
        "polyline",
        "radialGradient",
        "rect",
        "set",
        "solidcolor",
        "stop",
        "style",
        "svg",
        "switch",
        "symbol",
        "text",
        "textPath",
        "title",
        "tref",
        "tspan",
        "use",
        "view",
        "vkern",
    )
)
ANIMATIONS: Final = frozenset({"animate", "animateColor", "animateMotion", "animateTransform", "set"})
IMAGES: Final = frozenset({"image", "feImage"})

# Attributes that hold an address, in every vocabulary.
ADDRESSES: Final = frozenset({"href", "src", "ping"})
# Attributes that hold names and geometry, which no program reads as CSS.
PLAIN: Final = frozenset({"class", "d", "id", "points", "transform", "viewBox", "x", "y"})
PLAIN_PREFIXES: Final = ("data-", "aria-")

# Instructions of Adobe's metadata, which nothing executes.
INSTRUCTIONS: Final = frozenset({"xpacket", "adobe-xap-filters"})
