package ops

import "context"

// Reseal seals again, with the newest key, what people's documents and numbers were sealed with before. It says how
// many values that were.
func (o *Ops) Reseal(ctx context.Context) (int, error) {
	return o.Store.Reseal(ctx, func(head []byte) bool { return !o.Sealer.Current(head) },
		func(sealed []byte, where string) ([]byte, error) {
			plain, err := o.Sealer.Open(sealed, where)
			if err != nil {
				return nil, err
			}
			return o.Sealer.Seal(plain, where)
		})
}
