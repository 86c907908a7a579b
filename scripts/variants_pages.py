"""Pages of documents of people that do not exist, as HTML for a browser. Counties' digits (…95) are not allocated."""
import segno


def id_number(place, birth, serial):
    body = f"{place}{birth}{serial:03d}"
    s = sum(int(c) * (2 ** (17 - i) % 11) for i, c in enumerate(body))
    return body + "10X98765432"[s % 11]


def org_code(body):
    chars = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    s = sum(chars.index(c) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2)))
    return body + {10: "X", 11: "0"}.get(11 - s % 11, str(11 - s % 11))


def credit_code(kind, place, body):
    chars = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    code = kind + place + org_code(body)
    s = sum(chars.index(c) * (3**i % 31) for i, c in enumerate(code))
    return code + chars[(31 - s % 31) % 31]


SERIAL = "330195201903080417"

PEOPLE = {
    "id1": dict(name="顾念安", latin_name="Gu Nianan", sex="女", nation="汉", birth=(1993, 4, 18), number=id_number("330195", "19930418", 246), address="浙江省杭州市听雨区兰溪路27号4幢602室", valid_until="2039-06-01"),
    "id2": dict(name="霍知远", latin_name="Huo Zhiyuan", sex="男", nation="汉", birth=(1986, 11, 3), number=id_number("110195", "19861103", 573), address="北京市竹影区柳荫胡同9号", valid_until="2038-02-14"),
    "id3": dict(name="沈清欢", latin_name="Shen Qinghuan", sex="女", nation="满", birth=(1990, 8, 27), number=id_number("210295", "19900827", 318), address="辽宁省大连市晴川区海声街120号2单元", valid_until="2040-09-30"),
    "id4": dict(name="陆星河", latin_name="Lu Xinghe", sex="男", nation="汉", birth=(1978, 2, 5), number=id_number("510195", "19780205", 131), address="四川省成都市锦云区花重路88号", valid_until="2036-12-11"),
    "id-long": dict(name="迪力夏提·阿不都拉", latin_name="Dilixiati Abudula", sex="男", nation="维吾尔", birth=(1984, 6, 30), number=id_number("650195", "19840630", 455), address="新疆维吾尔自治区乌鲁木齐市天青区葡萄巷15号", valid_until="2037-03-20"),
}

ORGS = {
    "licence1": dict(name="杭州溪山网络科技有限公司", rep="顾念安", kind="有限责任公司(自然人投资或控股)", code=credit_code("91", "330195", "MA2B4XW7"), place="浙江省杭州市听雨区兰溪路88号3幢501室", capital="贰佰万元整", since="2018年05月16日", term="2018年05月16日至长期", office="听雨区市场监督管理局"),
    "licence2": dict(name="成都锦云图书有限责任公司", rep="陆星河", kind="有限责任公司", code=credit_code("91", "510195", "MA6C93HN"), place="四川省成都市锦云区花重路12号", capital="伍拾万元整", since="2016年09月01日", term="2016年09月01日至2046年08月31日", office="锦云区市场监督管理局"),
    "licence-expired": dict(name="大连晴川渔具有限公司", rep="沈清欢", kind="有限责任公司", code=credit_code("91", "210295", "MA0Y7TQ2"), place="辽宁省大连市晴川区海声街8号", capital="叁拾万元整", since="2013年04月10日", term="2013年04月10日至2023年04月09日", office="晴川区市场监督管理局"),
    "licence-serial": dict(name="杭州听雨茶业有限公司", rep="顾念安", kind="有限责任公司", code=credit_code("91", "330195", "MA2H5KRC"), place="浙江省杭州市听雨区兰溪路3号", capital="壹佰万元整", since="2019年03月08日", term="2019年03月08日至长期", office="听雨区市场监督管理局"),
    "credit1": dict(name="竹影区文物保护中心", rep="霍知远", kind="事业单位", code=credit_code("12", "110195", "40517236"), place="北京市竹影区柳荫胡同1号", term="2019年01月01日至2029年12月31日", office="竹影区登记管理局"),
    "org1": dict(name="大连晴川渔具有限公司", rep="沈清欢", kind="企业法人", code=org_code("59241873"), place="辽宁省大连市晴川区海声街8号", term="自2014年05月20日至2030年05月19日", office="晴川区质量技术监督局"),
    "institution1": dict(name="锦云区少年宫", rep="陆星河", kind="事业单位", code=credit_code("12", "510195", "45081927"), place="四川省成都市锦云区花重路60号", term="自2020年04月01日至2030年03月31日", office="锦云区登记管理局"),
    "society1": dict(name="听雨区围棋协会", rep="顾念安", kind="社会团体", code=credit_code("51", "330195", "50281746"), place="浙江省杭州市听雨区兰溪路30号", term="2018年07月01日至2028年06月30日", office="听雨区民政局"),
}
TYPES = {"licence1": "YYZZ", "licence2": "YYZZ", "licence-expired": "YYZZ", "licence-serial": "YYZZ", "credit1": "TYDMZ", "org1": "ORG", "institution1": "SYZS", "society1": "STDJZ"}
REPRESENTATIVE = {k: v["rep"] for k, v in ORGS.items()}
PASSPORTS = {
    "passport1": dict(name="霍知远", latin="HUO, ZHIYUAN", sex="男/M", number="EC4471902", birth="03 NOV 1986", issue="12 AUG 2021", expiry="11 AUG 2031", valid_until="2031-08-11", mrz=("P<CHNHUO<<ZHIYUAN<<<<<<<<<<<<<<<<<<<<<<<<<<<", "EC44719025CHN8611031M3108115<<<<<<<<<<<<<<04")),
    "passport-expired": dict(name="沈清欢", latin="SHEN, QINGHUAN", sex="女/F", number="EA3180624", birth="27 AUG 1990", issue="20 JAN 2014", expiry="19 JAN 2024", valid_until="", mrz=("P<CHNSHEN<<QINGHUAN<<<<<<<<<<<<<<<<<<<<<<<<<", "EA31806249CHN9008275F2401196<<<<<<<<<<<<<<02")),
}


def form(name):
    """What its holder would type."""
    if name in PEOPLE:
        p = PEOPLE[name]
        return dict(type="SFZ", subject="owner", number=p["number"], name=p["name"], latin_name=p["latin_name"], valid_until=p["valid_until"])
    if name in PASSPORTS:
        p = PASSPORTS[name]
        return dict(type="HZ", subject="owner", number=p["number"], name=p["name"], latin_name=p["latin"].replace(", ", " ").title(), valid_until=p["valid_until"])
    if name == "permit-hk":
        return dict(type="TXZ", subject="owner", number="H05518273", name="鄭浩然", latin_name="Cheng Ho Yin", valid_until="2030-05-06")
    if name == "permit-tw":
        return dict(type="TWSFZ", subject="owner", number="06713428", name="許雅雯", latin_name="Hsu Ya-Wen", valid_until="2029-10-10")
    o = ORGS[name]
    return dict(type=TYPES[name], subject="owner", number=o["code"], name=o["name"], latin_name="", valid_until="")


def neighbour(name):
    """Another number that is right in itself."""
    if name == "id1":
        return id_number("330195", "19930418", 264)
    return credit_code("91", "330195", "MA2B4XU7")


FONTS = "'Noto Sans CJK SC','WenQuanYi Micro Hei',sans-serif"
EMBLEM = """<svg viewBox="0 0 100 100" style="position:absolute;left:{x}px;top:{y}px;width:{w}px"><circle cx="50" cy="50" r="48" fill="#e2b13a"/>
<circle cx="50" cy="46" r="38" fill="#c8102e"/><path d="M50 16l4 12h13l-10 8 4 12-11-8-11 8 4-12-10-8h13z" fill="#f6d24b"/>
<path d="M26 62h48v10H26z M32 54l18-8 18 8v4H32z" fill="#f6d24b"/><path d="M10 62q10 34 40 34t40-34l-8 2q-10 22-32 22T18 64z" fill="#c8102e"/></svg>"""
FACE = """<svg viewBox="0 0 120 150" style="position:absolute;left:{x}px;top:{y}px;width:{w}px"><rect width="120" height="150" fill="{bg}"/>
<path d="M8 150c4-34 26-44 52-44s48 10 52 44z" fill="{coat}"/><path d="M48 84h24v30q-12 12-24 0z" fill="#d9a884"/>
<ellipse cx="60" cy="62" rx="27" ry="35" fill="#e9bd98"/><path d="M31 62c-4-40 12-50 29-50s33 10 29 50c-4-16-8-24-14-27q-18 6-32 0c-6 4-9 12-12 27z" fill="{hair}"/>
<path d="M44 60h9M67 60h9" stroke="#3b2a20" stroke-width="3.4"/><path d="M52 82q8 5 16 0" stroke="#ab5b50" stroke-width="3" fill="none"/><path d="M60 62v10" stroke="#c7936f" stroke-width="2"/></svg>"""


def page(w, h, body, css=""):
    return f"""<!doctype html><meta charset="utf-8"><style>*{{margin:0;padding:0;box-sizing:border-box}}html,body{{width:{w}px;height:{h}px;overflow:hidden;background:transparent}}
.d{{position:relative;width:{w}px;height:{h}px;overflow:hidden}} .d>*{{position:absolute;white-space:nowrap}}{css}</style><div class="d">{body}</div>""", w, h


def t(x, y, size, text, style=""):
    return f'<div style="left:{x}px;top:{y}px;font-size:{size}px;line-height:1.25;{style}">{text}</div>'


GUILLOCHE = """<svg width="100%" height="100%" style="position:absolute;left:0;top:0"><defs><pattern id="g" width="46" height="14" patternUnits="userSpaceOnUse"><path d="M0 7q11.5-12 23 0t23 0" fill="none" stroke="{a}" stroke-width=".8"/>
<path d="M0 11q11.5-9 23 0t23 0" fill="none" stroke="{b}" stroke-width=".6"/></pattern></defs><rect width="100%" height="100%" fill="url(#g)"/></svg>"""


def id_front(key, face=("#e9eff4", "#3b3f46", "#1d1b1a"), font=FONTS):
    p = PEOPLE[key]
    lab = f"color:#4a87b8;font-family:{FONTS}"
    val = f"color:#1b1b1d;font-family:{font}"
    y, m, d = p["birth"]
    first, second = p["address"][:11], p["address"][11:]
    third, second = second[11:], second[:11]
    body = GUILLOCHE.format(a="#b9d3e6", b="#e4c3cd") + t(40, 46, 23, "姓 名", lab) + t(118, 40, 31, p["name"], val)
    body += t(40, 98, 23, "性 别", lab) + t(118, 95, 27, p["sex"], val) + t(196, 98, 23, "民 族", lab) + t(270, 95, 27, p["nation"], val)
    body += t(40, 148, 23, "出 生", lab) + t(118, 145, 27, f'{y} <span style="{lab};font-size:23px">年</span> {m} <span style="{lab};font-size:23px">月</span> {d} <span style="{lab};font-size:23px">日</span>', val)
    body += t(40, 200, 23, "住 址", lab) + t(118, 196, 27, first + "<br>" + second + "<br>" + third, val + ";line-height:1.35")
    body += t(40, 340, 23, "公民身份号码", lab) + t(222, 332, 33, p["number"], "color:#141416;letter-spacing:3px;font-family:'DejaVu Sans Mono','Liberation Mono',monospace")
    body += FACE.format(x=436, y=46, w=204, bg=face[0], coat=face[1], hair=face[2])
    return page(684, 432, body, ".d{background:linear-gradient(100deg,#e3edf3,#f4eef0 55%,#dfeaf0);border-radius:22px}")


def id_back():
    body = GUILLOCHE.format(a="#bcd6e8", b="#e6c8d0") + EMBLEM.format(x=44, y=40, w=130)
    body += t(228, 52, 44, "中华人民共和国", f"letter-spacing:9px;font-family:{FONTS}") + t(222, 122, 62, "居民身份证", f"letter-spacing:16px;font-weight:bold;font-family:{FONTS}")
    body += t(150, 312, 24, "<b>签发机关</b>　杭州市公安局听雨分局", f"font-family:{FONTS}") + t(150, 366, 24, "<b>有效期限</b>　2019.06.01-2039.06.01", f"font-family:{FONTS}")
    return page(684, 432, body, ".d{background:linear-gradient(160deg,#e6eff4,#f3edf0);border-radius:22px}")


def table(rows, font, size=22):
    return "".join(f'<tr><td style="padding:7px 26px 7px 0;vertical-align:top;font-weight:bold">{a}</td><td style="padding:7px 0;white-space:normal;font-family:{font}">{b}</td></tr>' for a, b in rows)


def stamp(x, y, w, office):
    return f"""<svg viewBox="0 0 200 200" style="position:absolute;left:{x}px;top:{y}px;width:{w}px;opacity:.84"><circle cx="100" cy="100" r="92" fill="none" stroke="#d22b2b" stroke-width="7"/>
<path id="a" d="M32 112a70 70 0 1 1 136 0" fill="none"/><text font-size="23" fill="#d22b2b" font-family="Noto Serif CJK SC"><textPath href="#a" startOffset="50%" text-anchor="middle">{office}</textPath></text>
<path d="M100 66l8 25h26l-21 15 8 25-21-15-21 15 8-25-21-15h26z" fill="#d22b2b"/></svg>"""


def licence(key, font="'Noto Serif CJK SC'", paper="#fbf7ea", edge="#b58b3a", copy=True):
    o = ORGS[key]
    qr = segno.make(f"https://licence.example/{o['code']}", error="m").svg_inline(scale=3, border=1, light="#fff")
    left = table([("名　　称", o["name"]), ("类　　型", o["kind"]), ("法定代表人", o["rep"]), ("经营范围", "软件开发、信息技术咨询服务；图书、文具、日用品销售。（依法须经批准的项目，经相关部门批准后方可开展经营活动）")], font)
    right = table([("注册资本", o["capital"]), ("成立日期", o["since"]), ("营业期限", o["term"]), ("住　　所", o["place"])], font)
    body = EMBLEM.format(x=552, y=54, w=96) + t(0, 152, 68, "营业执照", "width:1200px;text-align:center;letter-spacing:26px;font-weight:bold;font-family:'Noto Serif CJK SC'")
    body += t(0, 248, 26, "（副　本）" if copy else "", "width:1200px;text-align:center;font-family:'Noto Serif CJK SC'")
    body += t(96, 160, 21, "统一社会信用代码", "font-weight:bold") + t(96, 190, 24, o["code"], "font-family:'DejaVu Sans',sans-serif")
    if key == "licence-serial":
        body += t(96, 118, 17, "证照编号：" + SERIAL, "")
    body += f'<div style="left:980px;top:120px">{qr}</div>' + t(958, 248, 12, "扫描二维码登录企业信用信息<br>公示系统了解更多登记、备案信息", "")
    body += f'<table style="left:96px;top:312px;width:500px;font-size:21px;border-collapse:collapse;font-family:{FONTS}">{left}</table><table style="left:640px;top:312px;width:470px;font-size:21px;border-collapse:collapse;font-family:{FONTS}">{right}</table>'
    body += t(720, 650, 24, "登记机关", "letter-spacing:8px;font-family:'Noto Serif CJK SC'") + t(820, 726, 21, "2019 年 06 月 21 日", "") + stamp(850, 590, 168, o["office"])
    body += t(96, 790, 14, "企业信用信息公示系统网址： http://gsxt.example", "") + t(860, 790, 14, "市场监督管理总局监制", "")
    css = f".d{{background:{paper};font-family:{FONTS};color:#26211d}} .d:before{{content:'';position:absolute;left:22px;top:22px;right:22px;bottom:22px;border:14px double {edge}}} .d:after{{content:'';position:absolute;left:50px;top:50px;right:50px;bottom:50px;border:2px dotted {edge}}}"
    return page(1200, 850, body, css)


def certificate(key, title, rows, paper, edge, font="'AR PL UMing CN','Noto Serif CJK SC'", code="统一社会信用代码"):
    o = ORGS[key]
    body = EMBLEM.format(x=556, y=58, w=88) + t(0, 152, 58, title, "width:1200px;text-align:center;letter-spacing:12px;font-weight:bold;font-family:'Noto Serif CJK SC'")
    body += t(0, 246, 25, f"{code} {o['code'] if code != '代码' else o['code'][:8] + '-' + o['code'][8]}", "width:1200px;text-align:center;font-family:'DejaVu Sans','Noto Sans CJK SC'")
    body += f'<table style="left:170px;top:314px;width:860px;font-size:23px;border-collapse:collapse;font-family:{FONTS}">{table(rows, font)}</table>'
    body += stamp(820, 616, 164, o["office"]) + t(700, 700, 22, "2019年06月21日", "")
    css = f".d{{background:{paper};font-family:{FONTS};color:#241f1d}} .d:before{{content:'';position:absolute;left:24px;top:24px;right:24px;bottom:24px;border:12px ridge {edge}}}"
    return page(1200, 850, body, css)


def passport(key):
    p = PASSPORTS[key]
    lab = "color:#5a7aa6;font-size:13px"
    def f(x, y, label, value, size=23):
        return t(x, y, 13, label, lab) + t(x, y + 17, size, value, "")
    body = GUILLOCHE.format(a="#cfdcee", b="#ecd8c4") + t(40, 26, 25, "护照", "color:#2b4a77;letter-spacing:6px") + t(40, 58, 20, "PASSPORT", "color:#2b4a77") + t(300, 22, 24, "中华人民共和国", "color:#2b4a77;letter-spacing:4px") + t(300, 54, 19, "PEOPLE'S REPUBLIC OF CHINA", "color:#2b4a77")
    body += FACE.format(x=44, y=112, w=208, bg="#f3f6f8", coat="#39414f", hair="#201d1c")
    body += f(300, 92, "类型/Type", "P") + f(430, 92, "国家码/Country Code", "CHN") + f(640, 92, "护照号/Passport No.", p["number"], 26)
    body += f(300, 148, "姓名/Name", p["name"], 27) + t(300, 200, 22, p["latin"], "") + f(300, 238, "性别/Sex", p["sex"]) + f(430, 238, "国籍/Nationality", "中国/CHINESE") + f(640, 238, "出生日期/Date of birth", p["birth"])
    body += f(300, 296, "出生地点/Place of birth", "辽宁/LIAONING") + f(640, 296, "签发日期/Date of issue", p["issue"]) + f(300, 354, "签发机关/Authority", "出入境管理局") + f(640, 354, "有效期至/Date of expiry", p["expiry"])
    for i, line in enumerate(p["mrz"]):
        body += t(40, 500 + 52 * i, 30, line.replace("<", "&lt;"), "font-family:'DejaVu Sans Mono',monospace;letter-spacing:1.6px")
    return page(920, 640, body, f".d{{background:linear-gradient(120deg,#f4efe6,#e9eef6);font-family:{FONTS};color:#17181b;border-radius:14px}}")


def permit(title, english, name, latin, sex, birth, valid, number):
    lab = "color:#4d7f6d;font-size:13px"
    def f(x, y, label, value, size=24):
        return t(x, y, 13, label, lab) + t(x, y + 17, size, value, "")
    body = GUILLOCHE.format(a="#c3dfd2", b="#dcc6e0") + EMBLEM.format(x=30, y=24, w=64) + t(110, 26, 33, title, "color:#24507a;font-weight:bold;letter-spacing:2px") + t(110, 70, 15, english, "color:#24507a")
    body += FACE.format(x=36, y=112, w=186, bg="#eef3f6", coat="#6b3440", hair="#26201d")
    body += f(258, 108, "姓名 Name", name, 29) + t(258, 160, 21, latin, "") + f(258, 198, "出生日期 Date of Birth", birth) + f(520, 198, "性别 Sex", sex)
    body += f(258, 252, "有效期限 Period of Validity", valid) + f(258, 306, "签发机关 Issuing Authority", "中华人民共和国出入境管理局", 21) + f(258, 358, "证件号码 Document No.", number, 31)
    return page(684, 432, body, f".d{{background:linear-gradient(90deg,#e4f0ec,#eee6f0);font-family:{FONTS};color:#17181b;border-radius:22px}}")


def receipt():
    lines = "".join(f"<tr><td>{a}</td><td style='text-align:right'>{b}</td></tr>" for a, b in (("拿铁咖啡 × 2", "56.00"), ("可颂", "18.00"), ("柠檬蛋糕", "32.00"), ("合计", "106.00"), ("找零", "0.00")))
    body = t(0, 60, 40, "半亩咖啡馆", "width:600px;text-align:center;color:#883322") + t(60, 140, 22, "小票 0417　2026-11-20 15:42", "") + f"<table style='left:60px;top:210px;width:480px;font-size:26px;line-height:2'>{lines}</table>" + t(60, 560, 20, "谢谢光临，欢迎再来", "color:#335577")
    return page(600, 640, body, f".d{{background:#fdfcf8;font-family:{FONTS};color:#222}}")


def letter():
    words = "各位邻居：<br><br>　　本周六上午九点，小区花园举行秋季读书会，欢迎带上喜欢的书一起分享。现场备有热茶与点心，孩子们可以参加画画活动。<br><br>　　请在周五之前告诉我们参加的人数，以便准备座位。如遇下雨，活动改在一楼大厅举行。<br><br>　　祝大家秋天愉快！"
    body = t(0, 70, 44, "读书会通知", "width:900px;text-align:center;color:#225577") + f"<div style='left:90px;top:180px;width:720px;font-size:27px;line-height:1.9;white-space:normal'>{words}</div>" + t(560, 760, 26, "花园读书会<br>十一月十八日", "color:#993333")
    return page(900, 960, body, f".d{{background:#fffef9;font-family:'AR PL UKai CN','Noto Serif CJK SC';color:#20242a}}")


def org_rows(key, person, *more):
    o = ORGS[key]
    return [("名　　称", o["name"]), *more, ("住　　所", o["place"]), (person, o["rep"]), ("有效期限", o["term"])]


PAGES = {
    "id1": lambda: id_front("id1"),
    "id2": lambda: id_front("id2", ("#f5f7f8", "#22304a", "#161413"), "'WenQuanYi Zen Hei'"),
    "id3": lambda: id_front("id3", ("#e2ebf3", "#7d3a42", "#2f2420"), "'WenQuanYi Micro Hei'"),
    "id4": lambda: id_front("id4", ("#f0f3f5", "#2f4a3c", "#141312")),
    "id-long": lambda: id_front("id-long", ("#eaf1f6", "#4a4d55", "#221c19"), "'WenQuanYi Zen Hei'"),
    "back1": id_back,
    "licence1": lambda: licence("licence1"),
    "licence2": lambda: licence("licence2", "'AR PL UMing CN'", "#f7f3e6", "#a9823e"),
    "licence-expired": lambda: licence("licence-expired", "'WenQuanYi Micro Hei'", "#fbf8ef", "#bb9a55", False),
    "licence-serial": lambda: licence("licence-serial", "'Noto Sans CJK SC'"),
    "credit1": lambda: certificate("credit1", "统一社会信用代码证书", [("机构名称", ORGS["credit1"]["name"]), ("机构性质", "事业单位"), ("机构地址", ORGS["credit1"]["place"]), ("负 责 人", ORGS["credit1"]["rep"]), ("有 效 期", ORGS["credit1"]["term"])], "#f5f8f1", "#3d7a55"),
    "org1": lambda: certificate("org1", "组织机构代码证", [("机构名称", ORGS["org1"]["name"]), ("机构类型", "企业法人"), ("法定代表人", ORGS["org1"]["rep"]), ("地　　址", ORGS["org1"]["place"]), ("有 效 期", ORGS["org1"]["term"]), ("颁发单位", ORGS["org1"]["office"])], "#f8f4e6", "#8a6a34", code="代码"),
    "institution1": lambda: certificate("institution1", "事业单位法人证书", org_rows("institution1", "法定代表人", ("宗旨和业务范围", "为青少年提供校外艺术、科技、体育教育"), ("经费来源", "财政补助"), ("开办资金", "陆拾万元")), "#faf3ec", "#b2402f", "'Noto Serif CJK SC'"),
    "society1": lambda: certificate("society1", "社会团体法人登记证书", org_rows("society1", "法定代表人", ("业务范围", "围棋比赛、交流与培训"), ("活动地域", "杭州市听雨区"), ("注册资金", "叁万元整")), "#f2f5fa", "#40608f", "'AR PL UKai CN'"),
    "passport1": lambda: passport("passport1"),
    "passport-expired": lambda: passport("passport-expired"),
    "permit-hk": lambda: permit("港澳居民来往内地通行证", "Mainland Travel Permit for Hong Kong and Macao Residents", "鄭浩然", "CHENG, HO YIN", "男", "1988.12.24", "2020.05.07-2030.05.06", "H05518273"),
    "permit-tw": lambda: permit("台湾居民来往大陆通行证", "Mainland Travel Permit for Taiwan Residents", "許雅雯", "HSU, YA-WEN", "女", "1995.03.09", "2024.10.11-2029.10.10", "06713428"),
    "receipt": receipt,
    "letter": letter,
}
