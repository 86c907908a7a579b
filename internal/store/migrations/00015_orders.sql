-- +goose Up

-- The language that the registration agreement was read and accepted in (BCP 47); '': not known.
alter table orders add column language text not null default '';
