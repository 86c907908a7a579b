package papers

import "math/rand/v2"

// Note is a sheet that is no document at all: what somebody uploads who picked the wrong file.
func Note() Document { return Document{Type: "NOTE"} }

var notes = [][]string{
	{"读书会通知", "各位邻居：", "本周六上午九点在花园举行读书会，", "欢迎带上喜欢的书一起来分享。", "现场有热茶与点心。", "秋天愉快！"},
	{"购物清单", "苹果六个 牛奶两盒", "面粉一袋 鸡蛋十个", "电池 信封 铅笔", "给阿姨带一束花"},
	{"菜单", "番茄鸡蛋面 18", "青菜豆腐汤 12", "清蒸鲈鱼 58", "桂花糯米藕 22", "米饭 2"},
}

func (d Document) note(scale float64, f Fonts, rng *rand.Rand) *canvas {
	c := newCanvas(148, 105, scale, rgb([]uint32{0xfdfbf3, 0xf6f9fd, 0xfff7ee}[rng.IntN(3)]), f)
	lines := notes[rng.IntN(len(notes))]
	c.centred(12, lines[0], ink{size: 8, color: rgb([]uint32{0x225577, 0x993333, 0x336633}[rng.IntN(3)]), serif: true, spacing: 2})
	for i, l := range lines[1:] {
		c.text(22, 30+11*float64(i), l, ink{size: 5.4, color: rgb(0x24292f)})
	}
	c.fields["number"] = box{22, 30, 60, 6}
	return c
}
