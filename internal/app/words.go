package app

import "context"

// seedWords loads the word lists that ship, at the first start.
func (a *App) seedWords(ctx context.Context) error { return a.ops.SeedWords(ctx) }
