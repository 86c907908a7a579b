-- The operation log is sealed: each event has a place in a chain of hashes, given by a sweep. The place is not the
-- identifier, since transactions commit in another order than they drew theirs.

-- +goose Up

alter table event add column chain_seq bigint; -- place in the chain, from 1; null: not sealed yet
create unique index event_sealed on event (chain_seq) where chain_seq is not null;
create index event_unsealed on event (id) where chain_seq is null;

create table chain_head (
    id        bigint primary key, -- 1
    seq       bigint      not null,
    hash      bytea       not null,
    sealed_at timestamptz          -- wall time
);
insert into chain_head (id, seq, hash) values (1, 0, '');
