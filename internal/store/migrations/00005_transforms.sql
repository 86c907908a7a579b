-- +goose Up

-- What a name's transforms leave with it.
alter table tenure add column ds text not null default ''; -- delegation signers as in zone files, a line each
alter table tenure add column sealed_auth bytea;           -- authorization code that is still to be shown; null: none
alter table tenure add column auth_until timestamptz;      -- business time at which the registry's copy is to be cleared
alter table tenure add column deleted_at timestamptz;      -- business time; null: it was not deleted here

-- What a name has cost is asked when it is deleted.
create index item_name on item (name, id);
