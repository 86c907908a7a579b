-- +goose Up

-- Accounts that have prices besides everybody's. Price rules are policy rows of kind 'price'.
alter table account add column price_group text not null default '';
create index account_group on account (price_group, email) where price_group <> '';
