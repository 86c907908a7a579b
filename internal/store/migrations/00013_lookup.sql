-- Who owns what, and what was done by whom.

-- +goose Up

-- Who did it, beside the words that are hashed, so that it can be searched for. Where an event's words are erased, this
-- is emptied with them. On SQLite the cast reads "as text".
alter table event add column actor text not null default '';
update event set actor = coalesce(cast(payload as jsonb) ->> 'actor', '') where payload <> '';
create index event_at on event (at, id);
create index event_kind on event (kind, id);
create index event_actor on event (actor, id);

-- Partners whose customers' names are managed in the partner's own console.
create table partner_channel (
    code       text primary key,
    name       text        not null,
    name_en    text        not null,
    url        text        not null, -- of the partner's console
    created_at timestamptz not null, -- business time
    created_by text        not null
);
alter table account add column channel text not null default '';          -- partner_channel.code; '': our own customer
alter table account add column reminders boolean not null default true;   -- mail before and after a name's expiry

-- A name's earlier tenures.
create index tenure_name on tenure (name, id);
-- Whose a verified telephone number or address is.
create index reach_who on reach (type, code);

-- Keyed hash of the number of the owner's document, by which the same person's templates in other accounts are found.
alter table template add column number_mac bytea;
create index template_number on template (number_mac) where number_mac is not null;
create index template_unmarked on template (id) where number_mac is null and sealed_number is not null;

-- Questions of people who don't remember their account. Answered by a sweep, to the address that was given and nowhere
-- else, so that who asks learns nothing from how, or how fast, the page answers. Wall times.
create table finder_request (
    id       bigserial primary key,
    type     bigint      not null, -- as reach.type
    code     text        not null, -- emptied when it is answered and old
    locale   text        not null,
    ip       text        not null,
    asked_at timestamptz not null,
    done_at  timestamptz
);
create index finder_request_open on finder_request (id) where done_at is null;
create index finder_request_reach on finder_request (type, code, asked_at);
create index finder_request_ip on finder_request (ip, asked_at);

-- Messages that were passed on to the holder of a name, so that nobody is pestered. Wall time.
create table relay (
    id         bigserial primary key,
    account_id bigint      not null references account (id), -- who wrote
    name       text        not null,
    sent_at    timestamptz not null
);
create index relay_account on relay (account_id, sent_at);
create index relay_name on relay (name, sent_at);
