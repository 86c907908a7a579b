#!/usr/bin/env python3
"""Makes the fonts that internal/world/papers embeds: subsets of Noto Sans CJK SC and Noto Serif CJK SC (Debian's
fonts-noto-cjk; SIL Open Font License 1.1) with the characters that the package's own texts have, and, for the sans, those
of the project's other Chinese texts, so that documents with other names can be drawn too.

Run from the repository's root: pip install fonttools, apt-get install fonts-noto-cjk, python3 scripts/papers_font.py
"""
import glob
import os
import sys

from fontTools import subset

LIMIT = 600 * 1024
OUT = "internal/world/papers/fonts"
NOTO = "/usr/share/fonts/opentype/noto/"


def characters(pattern):
    out = set()
    for path in glob.glob(pattern, recursive=True):
        with open(path, encoding="utf-8") as f:
            out |= set(f.read())
    return {c for c in out if ord(c) >= 0x20}


def main():
    plain = set(map(chr, range(0x20, 0x7F))) | set("·（）〈〉《》，。、；：—…×")
    own = plain | characters("internal/world/papers/*.go")
    more = own | characters("internal/diagnose/catalogue/*.toml") | characters("internal/realname/*.go")
    os.makedirs(OUT, exist_ok=True)
    total = 0
    for source, name, chars in (("NotoSansCJK-Regular.ttc", "sans.otf", more), ("NotoSerifCJK-Regular.ttc", "serif.otf", own)):
        options = subset.Options(font_number=2, hinting=False, layout_features=[], notdef_outline=True, glyph_names=False)
        options.drop_tables += ["GSUB", "GPOS", "vhea", "vmtx", "VORG", "BASE"]
        font = subset.load_font(NOTO + source, options)
        if "SC" not in str(font["name"].getDebugName(1)):
            sys.exit(f"{source}: number 2 is {font['name'].getDebugName(1)}")
        have = set(font.getBestCmap())
        absent = "".join(sorted(c for c in own if ord(c) not in have))
        if absent:
            sys.exit(f"{source} has no {absent!r}")
        s = subset.Subsetter(options)
        s.populate(text="".join(chars))
        s.subset(font)
        subset.save_font(font, f"{OUT}/{name}", options)
        size = os.path.getsize(f"{OUT}/{name}")
        total += size
        print(name, len(chars), "characters,", size, "bytes")
    if total > LIMIT:
        sys.exit(f"{total} bytes, at most {LIMIT}")


if __name__ == "__main__":
    main()
