package realname

// smeared is the share of the document where print was wiped, pixelated or blurred away, and where most of it is: in a
// line of print, a stretch that is as dark as print but has no edge as steep as those beside it.
func (v *views) smeared() (share float64, where *Region) {
	r := v.doc
	n := max(4, max(r.w, r.h)/170)
	mag := make([]float32, len(r.luma))
	for y := 1; y < r.h-1; y++ {
		row, above, below := r.luma[y*r.w:(y+1)*r.w], r.luma[(y-1)*r.w:y*r.w], r.luma[(y+1)*r.w:(y+2)*r.w]
		for x := 1; x < r.w-1; x++ {
			mag[y*r.w+x] = hypot(row[x+1]-row[x-1], below[x]-above[x]) / 2
		}
	}
	steep := highest(mag, r.w, r.h, n)
	high, low := highest(r.luma, r.w, r.h, n), lowest(r.luma, r.w, r.h, n)
	var all []float32
	for i := 0; i < len(steep); i += 3 {
		all = append(all, steep[i])
	}
	print := percentile(all, 0.97) // of print where it is sharp
	var ink []float32
	for i := 0; i < len(steep); i += 3 {
		if steep[i] > 0.6*print {
			ink = append(ink, high[i]-low[i])
		}
	}
	depth := percentile(ink, 0.5)
	if depth < 30 {
		return 0, nil
	}
	soft, sharp := make([]bool, len(steep)), make([]bool, len(steep))
	for i := range steep {
		c := high[i] - low[i]
		soft[i] = c > 0.16*depth && c < 0.8*depth && steep[i] < 0.22*c && steep[i] < 0.2*print
		sharp[i] = steep[i] > 0.5*print
	}
	largest := 0
	edge := max(r.w, r.h) * 3 / 100
	for _, b := range blobs(soft, r.w, r.h) {
		w, h := b.x1-b.x0+1, b.y1-b.y0+1
		if len(b.at)*2500 < r.w*r.h || float64(len(b.at)) < 0.45*float64(w*h) || min(w, h)*14 > max(r.w, r.h) {
			continue
		}
		if b.x1 < edge || b.y1 < edge || b.x0 > r.w-edge || b.y0 > r.h-edge {
			continue // print keeps a margin: a shadow of the document's own side
		}
		if !inLine(b, sharp, r.w, r.h, n) {
			continue
		}
		share += float64(len(b.at)) / float64(r.w*r.h)
		if len(b.at) > largest {
			largest = len(b.at)
			where = v.region(b.x0, b.y0, w, h)
		}
	}
	return share, where
}

// inLine tells a stretch of a line: sharp print goes on at one of its ends at least, and not above and below it.
func inLine(b blob, sharp []bool, w, h, n int) bool {
	bw, bh := b.x1-b.x0+1, b.y1-b.y0+1
	part := func(x0, y0, x1, y1 int) float64 {
		x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, w), min(y1, h)
		if x1 <= x0 || y1 <= y0 {
			return 0
		}
		k := 0
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				if sharp[y*w+x] {
					k++
				}
			}
		}
		return float64(k) / float64((x1-x0)*(y1-y0))
	}
	if bw >= bh {
		return max(part(b.x0-4*n-bh, b.y0, b.x0-n, b.y1), part(b.x1+n, b.y0, b.x1+4*n+bh, b.y1)) > 0.5
	}
	return max(part(b.x0, b.y0-4*n-bw, b.x1, b.y0-n), part(b.x0, b.y1+n, b.x1, b.y1+4*n+bw)) > 0.5
}
