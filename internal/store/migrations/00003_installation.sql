-- +goose Up

-- Facts about the whole installation that every node must share. 'key-check': a known text under the master key.
create table installation (
    name  text primary key,
    value bytea not null
);
