-- +goose Up

-- What an idempotency key stands for: a digest of what was asked. '': an order from before this was kept.
alter table orders add column asked text not null default '';

-- Wall time at which an answer was given up: the registry may be working on the command until its longest time after it.
alter table intent add column lost_at timestamptz;
-- Parked intents are still asked after, seldom.
create index intent_parked on intent (registry_account, next_try_at, id) where state = 'parked';

-- Payments taken, so that one that is announced twice is posted once. Account 0 is the house.
create table payment (
    account_id bigint not null,
    ref        text   not null,
    amount     bigint not null,
    currency   text   not null,
    at         timestamptz, -- business time
    primary key (account_id, ref)
);
insert into payment (account_id, ref, amount, currency, at)
select e.account_id, e.ref, sum(p.amount), min(e.currency), min(e.at)
from ledger_entry e join posting p on p.entry_id = e.id and p.amount > 0
where e.kind = 'top-up' group by e.account_id, e.ref;

-- A message that the mail server refuses again and again is given up, and becomes a case at the desk.
alter table message add column refusals bigint not null default 0;
alter table message add column given_up_at timestamptz; -- wall time
drop index message_unsent;
create index message_unsent on message (id) where sent_at is null and given_up_at is null;

-- Registries' queues as they were taken off, secrets masked.
create table poll_message (
    id               bigserial primary key,
    registry_account text        not null,
    msg_id           text        not null,
    queued_at        timestamptz not null, -- registry time
    hash             bytea       not null, -- SHA-256 of raw: registries use identifiers again
    raw              text        not null,
    readable         boolean     not null,
    name             text        not null, -- the name that it is about; '': none
    cl_trid          text        not null, -- of the intent that it is about; '': none
    seen_at          timestamptz not null, -- business time
    done_at          timestamptz           -- business time at which the name had been looked at
);
create unique index poll_message_once on poll_message (registry_account, msg_id, queued_at, hash);
create index poll_message_open on poll_message (id) where done_at is null;
