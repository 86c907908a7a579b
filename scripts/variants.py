#!/usr/bin/env python3
"""Makes the pictures in internal/realname/testdata/variants and their manifest: documents of people that do not exist,
rendered, photographed, scanned and spoilt by other programs than the project's own generator, so that the checks are
measured on what they were not made with. Pages come from variants_pages.py and are rendered by Chromium; photographs and
scans are made with OpenCV and Pillow; ImageMagick, cwebp and Pillow write the files.

Run from the repository's root. Needs: pip install pillow numpy opencv-python-headless segno; apt-get install chromium
imagemagick webp fonts-noto-cjk fonts-wqy-microhei fonts-wqy-zenhei fonts-arphic-ukai fonts-arphic-uming
"""
import io
import json
import os
import random
import subprocess
import sys
import tempfile

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

sys.path.insert(0, os.path.dirname(__file__))
import variants_pages as pages  # noqa: E402

OUT = "internal/realname/testdata/variants"
AS_OF = "2026-11-25"
LIMIT = 8 * 1024 * 1024
ZENHEI = "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"
rows = []
flat = {}


def render(names):
    """Every page as a picture, by Chromium."""
    with tempfile.TemporaryDirectory() as d:
        for name in names:
            html, w, h = pages.PAGES[name]()
            with open(f"{d}/p.html", "w", encoding="utf-8") as f:
                f.write(html)
            subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=2",
                            f"--window-size={w},{h}", f"--screenshot={d}/p.png", "--default-background-color=00000000", f"file://{d}/p.html"],
                           check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            flat[name] = Image.open(f"{d}/p.png").convert("RGBA")


# Surfaces.

def plain(w, h, colour, rng, grain=6):
    base = np.full((h, w, 3), colour, np.float32)
    low = cv2.resize(rng.normal(0, 1, (h // 160 + 2, w // 160 + 2, 1)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    return base + low[..., None] * 7 + rng.normal(0, grain, (h, w, 1))


def wood(w, h, colour, rng):
    lines = cv2.resize(rng.normal(0, 1, (h // 3, 6)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    fine = cv2.blur(rng.normal(0, 1, (h, w)).astype(np.float32), (61, 1))
    return np.array(colour, np.float32) * (1 + 0.1 * lines + 0.5 * fine)[..., None]


def checks(w, h, rng):
    y, x = np.mgrid[0:h, 0:w]
    k = ((x // 70 + y // 70) % 2).astype(np.float32)
    return np.stack([150 + 70 * k, 165 + 60 * k, 190 + 40 * k], -1) + rng.normal(0, 3, (h, w, 1))


# Cameras.

def photo(name, seed, size=(1300, 975), fill=0.8, tilt=0.0, lean=0.03, ground="wood", colour=(128, 94, 62), light=0.2, noise=1.5, shadow=True, shift=(0, 0)):
    """A hand-held picture of a page on something, by OpenCV."""
    rng = np.random.default_rng(seed)
    w, h = size
    src = np.array(flat[name])
    sh, sw = src.shape[:2]
    dw = fill * min(w, h * sw / sh)
    dh = dw * sh / sw
    a = np.deg2rad(tilt)
    rot = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    corners = np.array([[-dw, -dh], [dw, -dh], [dw, dh], [-dw, dh]]) / 2
    corners = corners * (1 + rng.uniform(-lean, lean, (4, 2)))
    corners = corners @ rot.T + [w / 2 + shift[0] * w, h / 2 + shift[1] * h]
    m = cv2.getPerspectiveTransform(np.float32([[0, 0], [sw, 0], [sw, sh], [0, sh]]), np.float32(corners))
    inside = cv2.warpPerspective(src, m, (w, h), flags=cv2.INTER_AREA)
    table = {"wood": lambda: wood(w, h, colour, rng), "plain": lambda: plain(w, h, colour, rng), "checks": lambda: checks(w, h, rng)}[ground]()
    alpha = inside[..., 3:].astype(np.float32) / 255
    if shadow:
        dark = cv2.GaussianBlur(np.roll(alpha[..., 0], (14, 9), (0, 1)), (0, 0), 14)
        table = table * (1 - 0.45 * dark[..., None])
    img = table * (1 - alpha) + inside[..., :3] * alpha
    y, x = np.mgrid[0:h, 0:w]
    img = img * (1 - light * (x / w * 0.7 + y / h * 0.3))[..., None] * rng.uniform(0.97, 1.03, 3)
    img = cv2.GaussianBlur(img.astype(np.float32), (0, 0), 0.6) + rng.normal(0, noise, (h, w, 3))
    return Image.fromarray(np.clip(img, 0, 255).astype(np.uint8))


def scan(name, width=1400, margin=0.04, seed=1, tone=(250, 250, 248), noise=1.2, page=False, angle=0.4):
    """A flatbed's picture, by Pillow."""
    rng = np.random.default_rng(seed)
    src = flat[name]
    w = int(width * (0.52 if page else 1 - 2 * margin))
    src = src.resize((w, int(w * src.height / src.width)), Image.LANCZOS).rotate(angle, Image.BICUBIC, expand=True)
    h = int(width * 1.414) if page else src.height + int(2 * margin * width)
    sheet = Image.new("RGB", (width, h), tone)
    sheet.paste(src, ((width - src.width) // 2, int(h * 0.16) if page else (h - src.height) // 2), src)
    a = np.asarray(sheet, np.float32) + rng.normal(0, noise, (h, width, 1)) + rng.normal(0, noise / 2, (h, width, 3))
    return Image.fromarray(np.clip(a, 0, 255).astype(np.uint8))


def whole(name, width=1300):
    """The page itself, as a screenshot is."""
    src = flat[name]
    img = Image.new("RGB", src.size, (255, 255, 255))
    img.paste(src, (0, 0), src)
    return img.resize((width, int(width * img.height / img.width)), Image.LANCZOS)


def tinted(img, seed=3, sigma=2.5):
    a = np.asarray(img, np.float32)
    return Image.fromarray(np.clip(a + np.random.default_rng(seed).normal(0, sigma, a.shape), 0, 255).astype(np.uint8))


# Files.

def put(img, file, row, codes=(), clean=False, **save):
    path = f"{OUT}/{file}"
    if isinstance(img, Image.Image) and file.endswith(".jpg") and "format" not in save:
        fit(img, path, save)
    elif isinstance(img, Image.Image):
        img.save(path, **save)
    else:
        with open(path, "wb") as f:
            f.write(img)
    note(file, row, codes, clean)


def fit(img, path, save):
    """The best quality that keeps the file small enough for a repository."""
    for q in (90, 86, 82, 78, 74, 70, 65, 60, 55, 50, 45, 40):
        if q <= save.get("quality", 86):
            img.save(path, **{**save, "quality": q})
            if os.path.getsize(path) <= 92 * 1024:
                return


def note(file, row, codes=(), clean=False):
    rows.append({"file": file, **row, "as_of": AS_OF, "expect": list(codes), "clean": clean})


def by(program, img, file, row, codes=(), clean=False):
    """Another program writes the file: arguments with IN and OUT."""
    with tempfile.TemporaryDirectory() as d:
        img.save(f"{d}/in.png")
        subprocess.run([a.replace("IN", f"{d}/in.png").replace("OUT", f"{OUT}/{file}") for a in program], check=True, stderr=subprocess.DEVNULL)
    note(file, row, codes, clean)


MAGICK = "/usr/bin/convert"


def magick(*args):
    return [MAGICK, "IN", *args]


def jpeg_bytes(img, quality):
    b = io.BytesIO()
    img.save(b, "JPEG", quality=quality)
    return b.getvalue()


def again(img, *qualities):
    for q in qualities:
        img = Image.open(io.BytesIO(jpeg_bytes(img, q))).convert("RGB")
    return img


def kernel(img, k):
    return Image.fromarray(cv2.filter2D(np.asarray(img), -1, k))


def box_of(img, x0, y0, x1, y1):
    return (int(x0 * img.width), int(y0 * img.height), int(x1 * img.width), int(y1 * img.height))


def clean_ones():
    p = pages.form
    put(whole("id1", 640), "id-screenshot.png", p("id1"), clean=True)
    put(photo("id1", 11, tilt=-4), "id-wood.jpg", p("id1"), clean=True)
    put(photo("id2", 12, ground="plain", colour=(60, 64, 72), tilt=6, fill=0.72), "id-slate.jpg", p("id2"), clean=True)
    put(photo("id3", 13, ground="checks", tilt=-9, fill=0.66, light=0.3), "id-checked-cloth.jpg", p("id3"), clean=True)
    put(photo("id4", 14, ground="plain", colour=(232, 230, 226), tilt=2, fill=0.86, light=0.1), "id-white-desk.jpg", p("id4"), clean=True, quality=76)
    put(scan("id2", page=True, width=1654, seed=5), "id-on-a4.jpg", p("id2"), clean=True, quality=80)
    put(scan("id1", width=660, seed=6, noise=0.3), "id-scan.tif", p("id1"), clean=True, compression="tiff_lzw")
    by(magick("-colors", "256", "-type", "Palette", "BMP3:OUT"), scan("id3", width=660, seed=7, noise=1), "id-scan.bmp", p("id3"), clean=True)
    put(scan("id4", width=660, seed=8, noise=0.3).convert("P", palette=Image.ADAPTIVE, colors=256), "id-scan.gif", p("id4"), clean=True)
    by(["cwebp", "-quiet", "-q", "82", "IN", "-o", "OUT"], photo("id1", 15, ground="plain", colour=(96, 120, 100), tilt=-7, fill=0.75), "id-phone.webp", p("id1"), clean=True)
    side = photo("id2", 16, colour=(150, 116, 80), tilt=3)
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn clockwise to see it
    exif[0x010F], exif[0x0110] = "Fictional", "Phone 1"
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 15.0, 0.0), 3: "E", 4: (120.0, 9.0, 0.0)})
    put(side.transpose(Image.ROTATE_90), "id-exif-turned.jpg", p("id2"), clean=True, exif=exif)
    put(photo("id3", 17, tilt=2, size=(1500, 1125), ground="plain", colour=(84, 60, 48)).transpose(Image.ROTATE_180), "id-upside-down.jpg", p("id3"), clean=True)
    put(photo("id4", 18, ground="plain", colour=(44, 58, 84), fill=0.8).transpose(Image.ROTATE_270), "id-on-its-side.jpg", p("id4"), clean=True)
    put(tinted(again(photo("id1", 19, ground="wood", colour=(100, 70, 52), tilt=5), 88, 74)), "id-sent-by-chat.jpg", p("id1"), clean=True, quality=76)
    by(magick("-interlace", "Plane", "-sampling-factor", "4:2:0", "-define", "jpeg:extent=92KB", "JPEG:OUT"), photo("id-long", 20, ground="plain", colour=(170, 172, 168), tilt=-3), "id-progressive.jpeg", p("id-long"), clean=True)
    half = np.asarray(photo("id2", 21, ground="plain", colour=(190, 180, 164), tilt=-5, fill=0.84), np.float32)
    y, x = np.mgrid[0:half.shape[0], 0:half.shape[1]]
    half = half * (1 - 0.3 / (1 + np.exp(-(x * 0.8 + y * 0.3 - 690) / 26)))[..., None]
    put(Image.fromarray(half.astype(np.uint8)), "id-half-shade.jpg", p("id2"), clean=True)
    dim = np.asarray(photo("id3", 22, ground="wood", tilt=1, fill=0.88), np.float32) * [0.62, 0.58, 0.5]
    put(Image.fromarray(dim.astype(np.uint8)), "id-evening-light.jpg", p("id3"), clean=True)
    by(["cwebp", "-quiet", "-lossless", "IN", "-o", "OUT"], whole("licence1", 1000), "licence-screenshot.webp", p("licence1"), clean=True)
    put(photo("licence1", 31, size=(1800, 1350), ground="wood", tilt=-2, fill=0.9), "licence-wood.jpg", p("licence1"), clean=True, quality=80)
    put(photo("licence2", 32, size=(1800, 1350), ground="plain", colour=(70, 74, 80), tilt=4, fill=0.86, lean=0.02), "licence-slate.jpg", p("licence2"), clean=True, quality=78)
    put(scan("licence2", width=1700, seed=33), "licence-scan.jpg", p("licence2"), clean=True, quality=72)
    by(magick("-quality", "75", "-unsharp", "0x1+0.8+0", "JPEG:OUT"), again(scan("licence1", width=1500, seed=34, noise=3), 60), "licence-copied-twice.jpg", p("licence1"), clean=True)
    put(scan("credit1", width=1500, seed=35), "credit-certificate-scan.jpg", p("credit1"), clean=True, quality=76)
    put(photo("org1", 36, size=(1800, 1350), ground="plain", colour=(128, 96, 70), fill=0.88, tilt=-3), "organisation-code-photo.jpg", p("org1"), clean=False, codes=[])
    put(photo("institution1", 37, size=(1800, 1350), ground="checks", fill=0.88, tilt=2), "institution-photo.jpg", p("institution1"), clean=True, quality=76)
    put(scan("society1", width=1500, seed=38), "society-scan.jpg", p("society1"), clean=True, quality=76)
    put(photo("passport1", 39, size=(1700, 1275), ground="plain", colour=(58, 60, 66), fill=0.86, tilt=-2), "passport-photo.jpg", p("passport1"), clean=True)
    put(photo("permit-hk", 40, ground="wood", fill=0.82, tilt=3), "permit-hongkong-photo.jpg", p("permit-hk"), clean=True)
    put(scan("permit-tw", width=1300, seed=41), "permit-taiwan-scan.jpg", p("permit-tw"), clean=True)


def spoilt_ones():
    p = pages.form
    clear = photo("id1", 51, tilt=3, ground="plain", colour=(120, 92, 70))
    desk = photo("id4", 52, tilt=-4, fill=0.84)
    by(magick("-colorspace", "Gray", "-define", "jpeg:extent=92KB", "JPEG:OUT"), clear, "grey-channel.jpg", p("id1"), ["document.not-colour"])
    put(tinted(desk.convert("L").convert("RGB"), 4, 0.8), "grey-in-rgb.jpg", p("id4"), ["document.not-colour"], quality=90)
    by(magick("-colorspace", "Gray", "-threshold", "52%", "-type", "Bilevel", "PNG:OUT"), photo("licence1", 53, size=(2400, 1800), ground="plain", colour=(180, 180, 180), noise=16), "copier.png", p("licence1"), ["document.not-colour"])
    by(magick("-colorspace", "Gray", "-sigmoidal-contrast", "6x50%", "-define", "jpeg:extent=92KB", "JPEG:OUT"), scan("licence2", width=1500, seed=54, noise=4), "fax-copy.jpg", p("licence2"), ["document.not-colour"])

    put(tinted(clear.filter(ImageFilter.GaussianBlur(9)), 5, 4), "out-of-focus.jpg", p("id1"), ["document.unclear"], quality=96)
    k = np.zeros((25, 25), np.float32)
    for i in range(25):
        k[i, i] = 1 / 25
    put(tinted(kernel(desk, k), 6, 3), "moved.jpg", p("id4"), ["document.unclear"], quality=95)
    put(tinted(Image.fromarray((np.asarray(desk, np.float32) * 0.13).astype(np.uint8)), 7, 2), "too-dark.jpg", p("id4"), ["document.unclear"], quality=97)
    put(tinted(Image.fromarray(np.clip(np.asarray(clear, np.float32) * 2.6, 0, 255).astype(np.uint8)), 8, 2), "too-bright.jpg", p("id1"), ["document.unclear"], quality=95)
    tiny = clear.resize((270, 202), Image.BILINEAR)
    put(tinted(tiny.resize((1300, 975), Image.BICUBIC), 9, 3), "enlarged.jpg", p("id1"), ["document.unclear"], quality=92)
    shine = np.asarray(photo("id2", 55, tilt=-2, fill=0.85), np.float32)
    y, x = np.mgrid[0:shine.shape[0], 0:shine.shape[1]]
    shine = shine + 330 * np.exp(-(((x - 780) / 180) ** 2 + ((y - 690) / 105) ** 2) ** 1.5)[..., None]
    put(Image.fromarray(np.clip(shine, 0, 255).astype(np.uint8)), "lamp.jpg", p("id2"), ["document.unclear"])

    big = photo("id3", 56, size=(1500, 1125), fill=0.8, tilt=2, ground="wood")
    put(big.crop((400, 0, 1500, 1125)), "left-side-cut.jpg", p("id3"), ["document.incomplete"])
    put(photo("id1", 57, fill=0.9, tilt=8, shift=(0.16, 0.2)), "corner-out.jpg", p("id1"), ["document.incomplete"])
    put(photo("id4", 58, fill=0.95, tilt=-1, shift=(0, 0.36), ground="plain", colour=(80, 84, 90)), "below-out.jpg", p("id4"), ["document.incomplete"])
    lic = photo("licence2", 59, size=(1800, 1350), fill=0.9, tilt=1)
    put(lic.crop((0, 0, 1296, 1350)), "seal-cut.jpg", p("licence2"), ["document.incomplete"])

    img = photo("id1", 61, tilt=-3, fill=0.85, ground="plain", colour=(90, 100, 112))
    d = ImageDraw.Draw(img)
    d.polygon([(550, 975), (607, 555), (643, 525), (685, 555), (737, 975)], fill=(214, 164, 132))
    d.ellipse((598, 511, 693, 624), fill=(222, 174, 144))
    d.ellipse((617, 522, 674, 582), fill=(238, 204, 186))
    put(img.filter(ImageFilter.GaussianBlur(0.8)), "thumb.jpg", p("id1"), ["document.covered"])
    img = photo("id2", 62, tilt=2, fill=0.86, ground="wood", colour=(120, 88, 62))
    ImageDraw.Draw(img).polygon([(485, 407), (737, 390), (750, 555), (497, 575)], fill=(250, 240, 130))
    put(img.filter(ImageFilter.GaussianBlur(0.6)), "sticky-note.jpg", p("id2"), ["document.covered"])
    img = photo("id3", 63, tilt=0, fill=0.86, lean=0.01)
    area = box_of(img, 0.36, 0.68, 0.68, 0.76)
    part = img.crop(area)
    img.paste(part.resize((12, 3), Image.BILINEAR).resize(part.size, Image.NEAREST), area)
    put(img, "mosaic.jpg", p("id3"), ["document.covered"])
    img = photo("id4", 64, tilt=0, fill=0.86, lean=0.01)
    ImageDraw.Draw(img).rectangle(box_of(img, 0.2, 0.5, 0.5, 0.585), fill=(0, 0, 0))
    put(img, "black-bar.jpg", p("id4"), ["document.covered"])
    img = scan("licence1", width=1500, seed=65)
    d = ImageDraw.Draw(img)
    rng = random.Random(4)
    pts = [(150 + i * 16, 430 + rng.randint(-28, 28)) for i in range(40)]
    d.line(pts, fill=(28, 40, 120), width=26, joint="curve")
    put(img, "scribbled.jpg", p("licence1"), ["document.covered"])

    img = photo("id1", 71, tilt=1, fill=0.86).convert("RGBA")
    layer = Image.new("RGBA", (2400, 2400), (0, 0, 0, 0))
    d = ImageDraw.Draw(layer)
    f = ImageFont.truetype(ZENHEI, 52)
    for y in range(0, 2400, 190):
        for x in range(-300 + y % 380, 2400, 620):
            d.text((x, y), "仅限办理域名使用", font=f, fill=(110, 110, 120, 120))
    layer = layer.rotate(28, Image.BICUBIC).crop((450, 600, 450 + img.width, 600 + img.height))
    put(Image.alpha_composite(img, layer).convert("RGB"), "words-all-over.jpg", p("id1"), ["document.watermark"])
    by(magick("-font", ZENHEI, "-pointsize", "120", "-fill", "rgba(220,40,40,0.45)", "-gravity", "center", "-annotate", "-25x-25+0+0", "仅用于实名认证", "-define", "jpeg:extent=92KB", "JPEG:OUT"),
       photo("id4", 72, tilt=-2, fill=0.88, ground="plain", colour=(130, 120, 110)), "words-across.jpg", p("id4"), ["document.watermark"])
    by(magick("-font", ZENHEI, "-pointsize", "60", "-fill", "rgba(255,255,255,0.62)", "-stroke", "rgba(60,60,60,0.35)", "-strokewidth", "2", "-gravity", "center",
              "-annotate", "-20x-20-300-200", "仅供审核", "-annotate", "-20x-20+300-200", "仅供审核", "-annotate", "-20x-20-300+200", "仅供审核", "-annotate", "-20x-20+300+200", "仅供审核", "-annotate", "-20x-20+0+0", "仅供审核",
              "-define", "jpeg:extent=92KB", "JPEG:OUT"), photo("id2", 73, tilt=3, fill=0.86), "white-words.jpg", p("id2"), ["document.watermark"])
    by(magick("-font", "DejaVu-Sans-Bold", "-pointsize", "130", "-fill", "rgba(80,80,80,0.30)", "-gravity", "center", "-annotate", "-32x-32+0-150", "COPY ONLY", "-annotate", "-32x-32+0+250", "COPY ONLY", "-define", "jpeg:extent=92KB", "JPEG:OUT"),
       scan("licence1", width=1500, seed=74), "copy-only.jpg", p("licence1"), ["document.watermark"])

    put(photo("back1", 81, tilt=4, ground="plain", colour=(76, 82, 92)), "emblem-side-photo.jpg", p("id1"), ["document.wrong-side"])
    put(scan("back1", width=1300, seed=82), "emblem-side-scan.jpg", p("id1"), ["document.wrong-side"])
    put(photo("receipt", 83, size=(1400, 1200), fill=0.9, tilt=2), "receipt.jpg", p("id1"), ["document.unrecognised"])
    put(scan("letter", width=1400, seed=84), "letter.jpg", p("licence1"), ["document.unrecognised"])

    put(scan("licence-expired", width=1600, seed=91), "licence-expired.jpg", p("licence-expired"), ["document.expired"], quality=76)
    put(photo("passport-expired", 92, size=(1700, 1275), ground="wood", fill=0.86), "passport-expired.jpg", p("passport-expired"), ["document.expired"])
    put(photo("id1", 93, tilt=-2, fill=0.86), "other-number.jpg", {**p("id1"), "number": pages.neighbour("id1")}, ["verify.number-photo-mismatch"])
    put(scan("licence1", width=1600, seed=94), "other-code.jpg", {**p("licence1"), "number": pages.neighbour("licence1")}, ["verify.number-photo-mismatch"], quality=76)
    img = photo("id3", 95, tilt=0, fill=0.88, lean=0.01)
    area = box_of(img, 0.5, 0.66, 0.66, 0.78)
    part = img.crop(area).filter(ImageFilter.GaussianBlur(16))
    img.paste(part, area)
    put(img, "number-rubbed.jpg", p("id3"), ["verify.number-incomplete-in-photo"])
    put(photo("passport1", 96, size=(1700, 1275), fill=0.86, tilt=1), "passport-as-id.jpg", {**p("passport1"), "type": "SFZ", "number": pages.form("id1")["number"]}, ["verify.type-mismatch"])
    put(scan("id2", width=1300, seed=97), "id-as-passport.jpg", {**p("id2"), "type": "HZ", "number": "E12345678"}, ["verify.type-mismatch"])
    put(scan("org1", width=1500, seed=98), "organisation-code-as-licence.jpg", {**p("org1"), "type": "YYZZ", "number": pages.form("licence1")["number"]}, ["verify.type-mismatch"], quality=76)
    put(scan("licence2", width=1600, seed=99), "licence-as-certificate.jpg", {**p("licence2"), "type": "TYDMZ"}, ["verify.type-licence-as-certificate"], quality=76)
    put(photo("credit1", 100, size=(1800, 1350), fill=0.9), "certificate-as-licence.jpg", {**p("credit1"), "type": "YYZZ"}, ["verify.type-licence-as-certificate"], quality=76)
    put(scan("licence1", width=1600, seed=101), "other-name.jpg", {**p("licence1"), "name": "杭州溪山网络有限公司", "latin_name": ""}, ["verify.owner-name-mismatch"], quality=76)
    put(photo("licence2", 102, size=(1800, 1350), fill=0.9), "representative-as-owner.jpg", {**p("licence2"), "name": pages.REPRESENTATIVE["licence2"], "latin_name": ""}, ["verify.owner-name-is-representative"], quality=76)
    put(scan("licence-serial", width=1600, seed=103), "serial-as-code.jpg", {**p("licence-serial"), "number": pages.SERIAL}, ["verify.number-wrong-field"], quality=76)

    put(whole("id2", 520), "png-named.jpg", p("id2"), ["upload.format"], format="PNG")
    raw = jpeg_bytes(clear, 84)
    put(raw[: len(raw) * 5 // 9], "torn.jpg", p("id1"), ["upload.format"])
    put(clear.resize((640, 480)), "thumbnail.jpg", p("id1"), ["upload.too-small"], quality=70)


def main():
    os.makedirs(OUT, exist_ok=True)
    for f in os.listdir(OUT):
        os.remove(f"{OUT}/{f}")
    render(pages.PAGES)
    clean_ones()
    spoilt_ones()
    total = 0
    for r in rows:
        size = os.path.getsize(f"{OUT}/{r['file']}")
        total += size
        if size < 55 * 1024 and "upload.too-small" not in r["expect"]:
            sys.exit(f"{r['file']} has {size} bytes")
    with open(f"{OUT}/manifest.jsonl", "w", encoding="utf-8") as f:
        for r in rows:
            f.write(json.dumps(r, ensure_ascii=False) + "\n")
    print(len(rows), "pictures,", total, "bytes")
    if total > LIMIT:
        sys.exit("more than the repository should carry")


if __name__ == "__main__":
    main()
