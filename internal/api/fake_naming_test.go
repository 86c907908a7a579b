package api

import (
	"context"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
)

func (f *fake) review(s domain.Scope) (domain.NamingReview, error) {
	return domain.NamingReview{ID: 31, Account: s.Account, Name: "china-tea.com", Kind: domain.ReviewAppeal, State: domain.ReviewOpen,
		Code: "registration.restricted-word", Facts: map[string]string{"word": "china"}, Statement: "the tea board", OpenedAt: business}, f.seen(s)
}

func (f *fake) AppealName(_ context.Context, s domain.Scope, _, _ string) (domain.NamingReview, error) {
	f.changes++
	return f.review(s)
}

func (f *fake) WithdrawAppeal(_ context.Context, s domain.Scope, _ domain.NamingReviewID) error {
	f.changes++
	return f.seen(s)
}

func (f *fake) NamingReviews(_ context.Context, s domain.Scope, _ ops.NamingFilter) ([]domain.NamingReview, int, error) {
	r, err := f.review(s)
	return []domain.NamingReview{r}, 1, err
}

func (f *fake) DecideNaming(_ context.Context, s domain.Scope, _ domain.NamingReviewID, _ bool, _ string) (domain.NamingReview, error) {
	f.changes++
	return f.review(s)
}

func (f *fake) WordLists(_ context.Context, s domain.Scope) ([]domain.WordList, int64, error) {
	return []domain.WordList{{Name: "restricted", Category: "restricted", Source: "rules", Dated: "2026-11-01", Size: 9, Version: 1, LoadedAt: business}}, 1, f.seen(s)
}

func (f *fake) LoadWords(_ context.Context, s domain.Scope, l domain.WordList) (domain.WordList, error) {
	f.changes++
	return l, f.seen(s)
}

func (f *fake) DropWords(_ context.Context, s domain.Scope, _ string) error {
	f.changes++
	return f.seen(s)
}

func (f *fake) TestWords(_ context.Context, s domain.Scope, _ string) ([]naming.Verdict, *naming.Verdict, error) {
	return nil, nil, f.seen(s)
}
